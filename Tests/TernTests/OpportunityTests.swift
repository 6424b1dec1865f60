import Tern
import TernReference
import TernTestSupport
import Testing

/// Lists flagged B that would qualify for A, against a plain computation over the parcels.
struct OpportunityTests {
  let folder = TemporaryFolder()

  @Test("counts by seller and single lists are those of a plain computation", arguments: [1, 2, 3] as [UInt64])
  func property(seed: UInt64) throws {
    let parcels = randomParcels(200, seed: seed)
    let store = try makeStore(parcels, in: folder)
    let tariff = "gcode,licence,exportDuty,refund,positiveList\n8518300000,0,0,1,1\n3304990029,1,1,0,1\n"
    for rates in ["currency,cny_per_unit\n502,7.2\n", "currency,cny_per_unit\n116,0.05\n"] {
      var settings = EngineSettings(threads: 2)
      settings.reference = try ReferenceData(contents: [
        (name: "rates.csv", bytes: Array(rates.utf8)), (name: "tariff.csv", bytes: Array(tariff.utf8)),
      ])
      let hasRate = rates.contains("502")
      let flagged = parcels.filter { !$0.isImport && !$0.isCancelled && $0.statisticsFlag == "B" }
      func isKnown(_ parcel: Parcel) -> Bool { hasRate || parcel.lines[0].currency == "142" }
      /// In thousandths of a yuan.
      func yuan(_ parcel: Parcel) -> Int {
        parcel.goodsValue * (parcel.lines[0].currency == "142" ? 10 : 72)
      }
      func has(_ parcel: Parcel, _ gcode: String) -> Bool { parcel.lines.contains { $0.gcode == gcode } }
      func isOver(_ parcel: Parcel) -> Bool { isKnown(parcel) && yuan(parcel) > 5_000_000 }
      func isEligible(_ parcel: Parcel) -> Bool {
        !isOver(parcel) && !has(parcel, "8518300000") && !has(parcel, "3304990029")
      }
      let found = try Engine(settings: settings).opportunities(of: store)
      #expect(found.map(\.seller) == Set(flagged.map(\.seller)).sorted())
      for seller in found {
        let own = flagged.filter { $0.seller == seller.seller }
        let eligible = own.filter(isEligible)
        #expect(seller.lists == own.count && seller.eligible == eligible.count, "seed \(seed)")
        #expect(seller.overLimit == own.count(where: isOver), "seed \(seed)")
        #expect(seller.refund == own.count { has($0, "8518300000") })
        #expect(seller.licence == own.count { has($0, "3304990029") } && seller.exportDuty == seller.licence)
        #expect(seller.eligibleWithoutRate == eligible.count { !isKnown($0) })
        let value = eligible.filter(isKnown).reduce(0) { $0 + yuan($1) }
        #expect(seller.eligibleValueE13 == Int128(value) * 10_000_000_000)
      }
      #expect(found.contains { $0.eligible > 0 } && found.contains { $0.overLimit > 0 })
      settings.threads = 5
      #expect(found == (try Engine(settings: settings).opportunities(of: store)))

      let engine = Engine(settings: settings)
      let sink = try ByteSink(path: folder["lists"])
      try engine.writeOpportunityLists(of: store, as: .csv, to: sink)
      try sink.close()
      let rows = textLines(try #require(readText(folder["lists"])))
      #expect(rows[0] == Engine.opportunityListColumns.joined(separator: ","))
      let copNos = rows.dropFirst().map {
        String($0.split(separator: ",", omittingEmptySubsequences: false)[2])
      }
      #expect(copNos == flagged.filter(isEligible).map(\.copNo), "seed \(seed)")

      for format in OpportunityFormat.allCases {
        let sink = try ByteSink(path: folder["sellers"])
        try engine.writeOpportunities(found, as: format, to: sink)
        try sink.close()
        let lines = textLines(try #require(readText(folder["sellers"])))
        #expect(lines.count == found.count + (format == .csv ? 1 : 0))
      }
    }
  }
}
