import Tern
import TernCEB
import TernTestSupport
import Testing

/// Tables as sources of an ingest: atomic, known again, compressed.
struct IngestTablesTests {
  let folder = TemporaryFolder()

  /// The demo's orders as CSV in `heads.csv` and `lines.csv`.
  private func demo(_ kind: Kind = .order303) throws -> [String: [UInt8]] {
    try Engine().ingest([corpus("demo") + "/input"], into: folder["demo"])
    let files = try exported(folder["demo"], .csv, kinds: [kind])
    writeFile(folder["heads.csv"], files["\(kind.name).csv"]!)
    if let lines = files["\(kind.name).lines.csv"] { writeFile(folder["lines.csv"], lines) }
    return files
  }

  private func ingest(_ table: TableInput, _ names: [String] = ["heads.csv"]) throws -> IngestReport {
    try Engine().ingestTables(names.map { folder[$0] }, as: table, into: folder["store"])
  }

  @Test("the same table adds nothing; as another kind or with other lines it is another")
  func known() throws {
    _ = try demo()
    let table = TableInput(.csv, of: .role(.order, nil), lines: folder["lines.csv"])
    #expect(try ingest(table).documentCount == 30)
    let files = contents(of: folder["store"])
    let again = try ingest(table)
    #expect(again.documentCount == 0 && again.knownSources == 1 && contents(of: folder["store"]) == files)

    // Without the lines every order lacks a required element: mended, it comes in.
    let other = folder["other"]
    let without = try Engine().ingestTables(
      [folder["heads.csv"]], as: TableInput(.csv, of: .kind(.order303)), into: other)
    #expect(without.documentCount == 0 && without.rejects == 30)
    #expect(try Engine().ingestTables([folder["heads.csv"]], as: table, into: other).documentCount == 30)
    let lines = readText(folder["lines.csv"])!
    writeFile(folder["lines.csv"], lines + lines.split(separator: "\n").last!)
    #expect(try ingest(table).documentCount == 30)
  }

  @Test("compressed tables hold the same documents")
  func compressed() throws {
    _ = try demo(.payment403)
    let table = TableInput(.csv, of: .role(.payment, .export))
    let plain = try ingest(table)
    for (command, ending) in [("gzip", "gz"), ("zstd", "zst")] where isOnPath(command) {
      #expect(runCommand([command, "-q", "-k", folder["heads.csv"]]).status == 0)
      let report = try Engine().ingestTables([folder["heads.csv.\(ending)"]], as: table, into: folder[ending])
      #expect(report.documents == plain.documents && report.rejects == 0)
      #expect(try exported(folder[ending], .csv) == exported(folder["store"], .csv))
    }
    #expect(TableFormat(path: "a/b.CSV.gz") == .csv && TableFormat(path: "x.jsonl.zst") == .ndjson)
    #expect(TableFormat(path: "x.xml") == nil && TableFormat(path: "csv") == nil)
  }

  @Test("a header that cannot be understood leaves the store as it was")
  func atomic() throws {
    _ = try demo(.payment403)
    writeFile(folder["z.csv"], "a,b\n1,2\n")
    _ = try Engine().ingest([corpus("export-clean") + "/input"], into: folder["store"])
    let before = contents(of: folder["store"])
    do {
      _ = try ingest(TableInput(.csv, of: .kind(.payment403)), ["heads.csv", "z.csv"])
      Issue.record("the table was taken in")
    } catch TernError.table(let path, let what) {
      #expect(path == folder["z.csv"] && what.contains("no column"))
    }
    #expect(contents(of: folder["store"]) == before)
    do {
      _ = try ingest(TableInput(.csv, of: .kind(.order303), lines: folder["z.csv"]))
      Issue.record("the lines were taken in")
    } catch TernError.table(let path, _) {
      #expect(path == folder["z.csv"])
    }
    #expect(contents(of: folder["store"]) == before)
    #expect(throws: TernError.self) { try ingest(TableInput(.csv, of: .kind(.payment403)), ["."]) }
  }

  @Test("lines longer than a unit of input find their heads; orphans are rejects of the lines' file")
  func manyLines() throws {
    _ = try demo()
    let lines = textLines(readText(folder["lines.csv"])!)
    // 20 MB of lines that nobody asks for, before and between the others.
    let filler = String(repeating: "x", count: 200)
    var text = lines[0] + "\n"
    for number in 0..<20_000 {
      text += "9\(number),1,I,\(filler),,,007,142,1,1,1,\(filler)\n"
      if number % 500 == 499, number / 500 + 1 < lines.count { text += lines[number / 500 + 1] + "\n" }
    }
    text += lines.dropFirst(41).map { $0 + "\n" }.joined()
    writeFile(folder["lines.csv"], String(repeating: "\n", count: 10 << 20) + text)
    let report = try ingest(TableInput(.csv, of: .kind(.order303), lines: folder["lines.csv"]))
    #expect(report.documentCount == 30 && report.rejects == 20_000 && report.sources == 2)
    #expect(try exported(folder["store"], .csv) == exported(folder["demo"], .csv, kinds: [.order303]))
  }
}
