import Tern
import TernReference
import TernRules
import TernStats
import TernTestSupport
import Testing

/// Extracts against a plain computation over the parcels that the store was made of.
struct ExtractTests {
  let folder = TemporaryFolder()

  /// Rows by column name.
  func extract(
    _ store: String, _ department: Department, reference: ReferenceData = ReferenceData(),
    threads: Int = 2, during span: TimeSpan? = nil
  ) throws -> [[String: String]] {
    let rows = textLines(
      try text(store, department, .csv, reference: reference, threads: threads, during: span))
    #expect(rows.first == department.columns.joined(separator: ","))
    return rows.dropFirst().map { row in
      let values = row.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      #expect(values.count == department.columns.count, "\(row)")
      return Dictionary(uniqueKeysWithValues: zip(department.columns, values))
    }
  }

  func text(
    _ store: String, _ department: Department, _ format: RowFormat,
    reference: ReferenceData = ReferenceData(), threads: Int = 2, during span: TimeSpan? = nil
  ) throws -> String {
    var settings = EngineSettings(threads: threads)
    settings.reference = reference
    let sink = try ByteSink(path: folder["extract"])
    try Engine(settings: settings).writeExtract(of: store, for: department, during: span, as: format, to: sink)
    try sink.close()
    return try #require(readText(folder["extract"]))
  }

  /// Hundredths as an extract writes them.
  func short(_ hundredths: Int) -> String {
    var text = money(hundredths)
    while text.hasSuffix("0") { text.removeLast() }
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }

  func reference() throws -> ReferenceData {
    let tariff = "gcode,licence,exportDuty,refund,positiveList\n8518300000,0,0,1,1\n3304990029,0,0,0,1\n"
    let rates = "currency,cny_per_unit\n502,7.2\n"
    return try ReferenceData(contents: [
      (name: "tariff.csv", bytes: Array(tariff.utf8)), (name: "rates.csv", bytes: Array(rates.utf8)),
    ])
  }

  @Test("every extract has the rows and values of a plain computation", arguments: [1, 2, 3] as [UInt64])
  func property(seed: UInt64) throws {
    let parcels = randomParcels(150, seed: seed)
    let store = try makeStore(parcels, in: folder)
    let verdicts = try verdictsByCopNo(store)
    let byCopNo = Dictionary(uniqueKeysWithValues: parcels.map { ($0.copNo, $0) })
    let released = parcels.filter { verdicts[$0.copNo]!.disposition == "released" }
    #expect(!released.isEmpty && released.count < parcels.count, "seed \(seed)")

    let customs = try extract(store, .customs)
    #expect(Set(customs.map { $0["copNo"]! }) == Set(parcels.filter { !$0.isCancelled }.map(\.copNo)))
    #expect(customs.count == parcels.count { !$0.isCancelled }, "seed \(seed)")
    for row in customs {
      let parcel = byCopNo[row["copNo"]!]!
      let verdict = verdicts[parcel.copNo]!
      #expect(row["disposition"] == verdict.disposition)
      #expect(row["findings"] == verdict.findings.joined(separator: ";"))
      #expect(row["goodsValue"] == short(parcel.goodsValue) && row["lines"] == "\(parcel.lines.count)")
      #expect(row["statisticsFlag"] == (parcel.isImport ? "" : parcel.statisticsFlag))
      #expect(row["appTime"] == timeText(parcel.listTime) && row["ebcCode"] == parcel.seller)
    }

    let tax = try extract(store, .tax, reference: reference())
    #expect(tax.count == released.filter { !$0.isImport }.reduce(0) { $0 + $1.lines.count })
    for row in tax {
      let parcel = byCopNo[row["copNo"]!]!
      let index = Int(row["gnum"]!)! - 1
      let line = parcel.lines[index]
      let back = index == 0 && parcel.returnedQty <= line.qty ? parcel.returnedQty : 0
      #expect(row["returnedQty"] == "\(back)" && row["returnedValue"] == short(back * line.price))
      #expect(row["totalPrice"] == short(line.total) && row["gcode"] == line.gcode)
      // 7.2 yuan for a dollar: hundredths become thousandths.
      let yuan = line.currency == "142" ? line.total * 10 : line.total * 72
      #expect(row["totalPriceCny"] == thousandths(yuan))
      let isRefund = line.gcode == "8518300000"
      #expect(row["refundClass"] == (isRefund ? "refund" : "none"))
      #expect(row["invoiceFree"] == (parcel.tradeMode != "9710" && !isRefund ? "1" : "0"))
    }
    for row in try extract(store, .tax) {
      let parcel = byCopNo[row["copNo"]!]!
      #expect(row["refundClass"] == "")
      let wanted = parcel.tradeMode == "9710" ? "0" : parcel.statisticsFlag == "A" ? "1" : ""
      #expect(row["invoiceFree"] == wanted)
    }

    let forex = try extract(store, .forex)
    let matched = released.filter { $0.hasOrder && $0.hasWaybill && !$0.payers.isEmpty }
    #expect(Set(forex.map { $0["copNo"]! }) == Set(matched.map(\.copNo)) && forex.count == matched.count)
    for row in forex {
      let parcel = byCopNo[row["copNo"]!]!
      let isExceeded = parcel.returnedQty > parcel.lines[0].qty
      let back = isExceeded ? 0 : parcel.returnedQty * parcel.lines[0].price
      #expect(row["listValue"] == short(parcel.goodsValue) && row["returnedValue"] == short(back))
      #expect(row["orderGoodsValue"] == short(parcel.goodsValue) && row["orderTotal"] == row["listValue"])
      #expect(row["paid"] == row["listValue"] && row["payments"] == "\(parcel.payers.count)")
      #expect(row["payCodes"] == Set(parcel.payers).sorted().joined(separator: ";"))
      #expect(row["party"] == (parcel.isImport ? "individual" : "seller"))
      if !parcel.isImport { #expect(row["partyKey"] == parcel.seller) }
    }
    // A key per person, and nothing of the person.
    let keys = Dictionary(
      grouping: forex.filter { $0["party"] == "individual" }, by: { $0["partyKey"]! })
    for (key, rows) in keys {
      #expect(key.utf8.count == 32)
      #expect(Set(rows.map { byCopNo[$0["copNo"]!]!.buyer }).count == 1)
    }
    #expect(keys.count == Set(matched.filter(\.isImport).map(\.buyer)).count)
    for department in Department.allCases {
      for format in RowFormat.allCases {
        let all = try text(store, department, format)
        #expect(!parcels.contains { all.contains($0.buyer) || all.contains($0.address) })
      }
    }
  }

  func thousandths(_ value: Int) -> String {
    var fraction = String(value % 1000)
    fraction = String(repeating: "0", count: 3 - fraction.count) + fraction
    while fraction.hasSuffix("0") { fraction.removeLast() }
    return fraction.isEmpty ? "\(value / 1000)" : "\(value / 1000).\(fraction)"
  }

  @Test("statistics are the released lists, cell by cell; returned goods are off")
  func statistics() throws {
    let parcels = randomParcels(200, seed: 7)
    let store = try makeStore(parcels, in: folder)
    let verdicts = try verdictsByCopNo(store)
    struct Cell {
      var lists = 0
      var lines = 0
      var qty = 0
      var value = 0
    }
    var wanted: [String: Cell] = [:]
    let span = timeSeconds("20240125133000")!..<timeSeconds("20240320000001")!
    for parcel in parcels
    where verdicts[parcel.copNo]!.disposition == "released" && span.contains(parcel.listTime) {
      var seen: Set<String> = []
      for (index, line) in parcel.lines.enumerated() {
        let back = index == 0 && parcel.returnedQty <= line.qty ? parcel.returnedQty : 0
        // A line that is back in full is in no cell.
        if back == line.qty { continue }
        let flag = parcel.isImport ? "" : parcel.statisticsFlag
        let key = [
          String(timeText(parcel.listTime).prefix(6)), parcel.direction.letter, parcel.tradeMode,
          flag, line.gcode, line.unit, line.currency,
        ].joined(separator: ",")
        wanted[key, default: Cell()].lists += seen.insert(key).inserted ? 1 : 0
        wanted[key]!.lines += 1
        wanted[key]!.qty += line.qty - back
        wanted[key]!.value += line.total - back * line.price
      }
    }
    let rows = try extract(
      store, .statistics, reference: reference(), during: TimeSpan(seconds: span))
    #expect(rows.count == wanted.count && wanted.count > 10)
    for row in rows {
      let key = ["month", "direction", "tradeMode", "statisticsFlag", "gcode", "unit", "currency"]
        .map { row[$0]! }.joined(separator: ",")
      let cell = try #require(wanted[key], "\(row)")
      #expect(row["lists"] == "\(cell.lists)" && row["lines"] == "\(cell.lines)", "\(row)")
      #expect(row["goodsValue"] == short(cell.value) && row["qty"] == "\(cell.qty)", "\(row)")
      let yuan = row["currency"] == "142" ? cell.value * 10 : cell.value * 72
      #expect(row["goodsValueCny"] == thousandths(yuan), "\(row)")
    }
    #expect(try extract(store, .statistics).contains { $0["goodsValueCny"] == "" })
  }

  @Test("a period leaves the lists of other times out", arguments: [Department.customs, .tax, .forex])
  func period(_ department: Department) throws {
    let parcels = randomParcels(150, seed: 4)
    let store = try makeStore(parcels, in: folder)
    let span = timeSeconds("20240210010203")!..<timeSeconds("20240320000001")!
    let times = Dictionary(uniqueKeysWithValues: parcels.map { ($0.copNo, $0.listTime) })
    let all = try extract(store, department)
    let inside = all.filter { span.contains(times[$0["copNo"]!]!) }
    #expect(!inside.isEmpty && inside.count < all.count)
    #expect(try extract(store, department, during: TimeSpan(seconds: span)) == inside)
  }

  @Test("threads change nothing, and NDJSON has the values of CSV", arguments: Department.allCases)
  func sameBytes(_ department: Department) throws {
    let store = try makeStore(randomParcels(120, seed: 11), in: folder, ingests: 4)
    for format in RowFormat.allCases {
      let one = try text(store, department, format, threads: 1)
      #expect(one == (try text(store, department, format, threads: 7)))
    }
    let rows = try extract(store, department)
    let objects = textLines(try text(store, department, .ndjson))
    #expect(rows.count == objects.count && !rows.isEmpty)
    for (row, object) in zip(rows, objects) {
      let value = row[department.columns[1]]!
      #expect(object.contains("\"\(department.columns[1])\":\"\(value)\""), "\(object)")
      #expect(object.hasPrefix("{\"\(department.columns[0])\":") && object.hasSuffix("}"))
    }
  }

  @Test("a store without verdicts is refused")
  func notReconciled() throws {
    let path = folder["raw"]
    try Engine().ingest([corpus("export-clean") + "/input"], into: path)
    for department in Department.allCases {
      #expect(throws: TernError.self) { try text(path, department, .csv) }
    }
  }
}
