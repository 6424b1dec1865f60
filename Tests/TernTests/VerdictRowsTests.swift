import Glibc
import TernCEB
import TernRules
import TernTestSupport
import Testing

@testable import Tern

/// The rows of verdicts, byte for byte, against a writer that takes one value at a time.
struct VerdictRowsTests {
  /// What keys look like, and what they hardly ever look like.
  private static let values = [
    "", "无", "91330100MA4000004H", "GJ202603010690445455", "a,b", "say \"yes\"", "two\nlines",
    "cr\r", "tab\t", "back\\slash", "\u{1}\u{1f}", "国际", String(repeating: "x", count: 31),
    String(repeating: "y", count: 32), String(repeating: "z", count: 33),
    String(repeating: "长", count: 100), ",", "\"", "无 ",
  ]

  private static func table(_ random: inout SeededGenerator, rows: Int) -> Table {
    let table = Table(TableSchema(VerdictRows.columns.map { .init($0, .text) }))
    for column in table.columns {
      // Columns without anything special are written another way.
      let isPlain = Bool.random(using: &random)
      for _ in 0..<rows {
        let number = Int.random(in: 0..<1_000_000, using: &random)
        let value = isPlain ? "N\(number)" : Self.values.randomElement(using: &random)!
        column.text.append(value)
      }
    }
    return table
  }

  private static func csv(_ value: String) -> String {
    value.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
      ? "\"" + value.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\"" : value
  }

  private static func json(_ value: String) -> String {
    value.unicodeScalars.map { scalar in
      switch scalar {
      case "\"": "\\\""
      case "\\": "\\\\"
      case "\n": "\\n"
      case "\r": "\\r"
      case "\t": "\\t"
      case "\u{1}": "\\u0001"
      case "\u{1f}": "\\u001f"
      default: String(scalar)
      }
    }.joined()
  }

  private static func row(
    _ format: VerdictFormat, _ direction: Direction, _ heads: Table, _ row: Int,
    _ disposition: Disposition, _ findings: FindingSet
  ) -> String {
    let texts = heads.columns.map { $0.text.string(row) }
    let platform = texts[2].isEmpty || texts[2] == "无" ? texts[3] : texts[2]
    let keys = [texts[0], texts[1], platform, texts[4], texts[5], texts[6]]
    let names = findings.findings.map(\.name).sorted()
    switch format {
    case .csv:
      return
        ([direction.letter] + keys.map(csv) + [
          disposition.name, disposition.returnStatus, names.joined(separator: ";"),
        ]).joined(separator: ",") + "\n"
    case .ndjson:
      let fields = zip(Engine.verdictColumns[1...], keys).map { "\"\($0)\":\"\(json($1))\"" }
      return "{\"direction\":\"\(direction.letter)\",\(fields.joined(separator: ","))"
        + ",\"disposition\":\"\(disposition.name)\",\"returnStatus\":\"\(disposition.returnStatus)\""
        + ",\"findings\":[\(names.map { "\"\($0)\"" }.joined(separator: ","))]}\n"
    }
  }

  @Test("random values, verdicts and filters: the same bytes as one value at a time")
  func agreesWithNaive() throws {
    let given = unsafe getenv("TERN_SEED").flatMap { unsafe UInt64(String(cString: $0)) }
    let seed = given ?? UInt64.random(in: 0 ... .max)
    print("VerdictRowsTests seed \(seed)")
    var random = SeededGenerator(seed: seed)
    for round in 0..<60 {
      let format = VerdictFormat.allCases.randomElement(using: &random)!
      var filter = VerdictFilter()
      if round % 3 == 1 { filter.dispositions = [.released, .review] }
      if round % 4 == 2 { filter.findings = [.orderMissing, .buyerId] }
      var rows = VerdictRows(format, filter)
      let piece = OutputPiece()
      var expected = ""
      // Several groups: what was learned of verdicts serves the next.
      for _ in 0..<3 {
        let count = Int.random(in: 0..<200, using: &random)
        let heads = Self.table(&random, rows: count)
        let direction = Direction.allCases.randomElement(using: &random)!
        var verdicts = JudgedLists.Verdicts(dispositions: [], findings: [])
        for row in 0..<count {
          let code = UInt8.random(in: 0...5, using: &random)
          let finding = Finding.allCases.randomElement(using: &random)!
          let other = Finding.allCases.randomElement(using: &random)!
          let bits = Bool.random(using: &random) ? 0 : finding.bit | other.bit
          verdicts.dispositions.append(code)
          verdicts.findings.append(bits)
          guard code > 0 else { continue }
          let disposition = Disposition(rawValue: code - 1)!
          let set = FindingSet(rawValue: bits)
          guard filter.dispositions.isEmpty || filter.dispositions.contains(disposition),
            filter.findings.isEmpty || filter.findings.contains(where: { bits & $0.bit != 0 })
          else { continue }
          expected += Self.row(format, direction, heads, row, disposition, set)
        }
        rows.write(rows.wanted(verdicts), heads, verdicts, direction, to: piece)
      }
      let written = unsafe String(decoding: piece.bytes.unsafeElements, as: UTF8.self)
      #expect(written == expected, "seed \(seed), round \(round), \(format)")
    }
  }

  @Test("pieces of many threads are written in their order")
  func ordered() throws {
    let folder = TemporaryFolder()
    for threads in [1, 2, 5] {
      let sink = try ByteSink(path: folder["ordered"])
      let output = OrderedOutput(count: 500, threads: threads, sink: sink)
      try onWorkers(threads) { (worker) throws(TernError) in
        while let claim = output.claim() {
          // Threads of different speed.
          if (claim.index + worker) % 7 == 0 { usleep(300) }
          claim.piece.bytes.append(contentsOf: Array("\(claim.index)\n".utf8))
          try output.deliver(claim)
        }
      }
      try sink.close()
      #expect(textLines(try #require(readText(folder["ordered"]))) == (0..<500).map { "\($0)" })
    }
  }

  @Test("a full disk ends every thread with an error")
  func fullDisk() throws {
    let sink = unsafe ByteSink(descriptor: open("/dev/full", O_WRONLY), path: "/dev/full")
    let output = OrderedOutput(count: 500, threads: 4, sink: sink)
    #expect(throws: TernError.self) {
      try onWorkers(4) { (_) throws(TernError) in
        while let claim = output.claim() {
          claim.piece.bytes.append(contentsOf: Array("\(claim.index)\n".utf8))
          try output.deliver(claim)
        }
      }
    }
  }
}
