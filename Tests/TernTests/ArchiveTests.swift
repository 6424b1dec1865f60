import Glibc
import Tern
import TernTestSupport
import Testing

/// Messages in archives: the same documents, verdicts and rejects as from a folder, under the archive's
/// name and the member's.
struct ArchiveTests {
  let folder = TemporaryFolder()
  let engine = Engine()

  /// Packs a folder's content as `name` with a tool of the system.
  private func pack(_ input: String, as name: String) -> String? {
    let target = folder[name]
    let script =
      name.hasSuffix(".zip")
      ? "import sys, zipfile, os\nz = zipfile.ZipFile(sys.argv[2], 'w', zipfile.ZIP_DEFLATED)\n"
        + "for n in sorted(os.listdir(sys.argv[1])): z.write(sys.argv[1] + '/' + n, n)\n"
      : "import sys, tarfile, os\nt = tarfile.open(sys.argv[2], 'w:gz' if sys.argv[2][-1] == 'z' else 'w')\n"
        + "for n in sorted(os.listdir(sys.argv[1])): t.add(sys.argv[1] + '/' + n, n)\nt.close()\n"
    return runCommand(["python3", "-c", script, input, target]).status == 0 ? target : nil
  }

  private func rejects(_ store: String) throws -> [String] {
    let sink = try ByteSink(path: folder["out"])
    try engine.writeRejects(of: store, as: .ndjson, to: sink)
    try sink.close()
    return textLines(try #require(readText(folder["out"])))
  }

  private func verdicts(_ store: String) throws -> [String] {
    try engine.reconcile(store)
    let sink = try ByteSink(path: folder["out"])
    try engine.writeVerdicts(of: store, as: .csv, to: sink)
    try sink.close()
    return textLines(try #require(readText(folder["out"])))
  }

  @Test(
    "an archive gives what its members give as files",
    arguments: ["demo", "good-bad-good-document", "broken-message-in-the-middle", "more-than-100-documents", "messages-refused"])
  func sameAsAFolder(_ name: String) throws {
    let input = corpus(name) + "/input"
    let plain = try engine.ingest([input], into: folder["plain"])
    let expected = try rejects(folder["plain"])
    let judged = try verdicts(folder["plain"])
    for ending in ["zip", "tar", "tar.gz"] {
      let archive = try #require(pack(input, as: "in.\(ending)"), "python3 is needed")
      let store = folder["store-\(ending)"]
      let report = try engine.ingest([archive], into: store)
      #expect(report.sources == 1)
      #expect(report.documents == plain.documents && report.rejects == plain.rejects)
      #expect(try verdicts(store) == judged)
      // The same rejects, with the same places in them.
      let named = try rejects(store).map {
        $0.replacing("\"source\":\"\(archive)/", with: "\"source\":\"\(input)/")
          .replacing("the member holds no message", with: "the source holds no message")
      }
      #expect(
        named == expected.map { $0.replacing("the source is empty", with: "the source holds no message") })
      // Known again, under any name.
      #expect(unsafe rename(archive, folder["other"]) == 0)
      let again = try engine.ingest([folder["other"]], into: store)
      #expect(again.knownSources == 1 && again.documentCount == 0)
    }
  }

  @Test("a member that is cut off does not swallow the next; one that cannot be read is named")
  func brokenMembers() throws {
    let good = try #require(readText(corpus("good-bad-good-document") + "/input/orders-303.xml"))
    let input = folder["input"]
    #expect(unsafe mkdir(input, 0o755) == 0)
    writeFile(input + "/1.xml", good)
    writeFile(input + "/2.xml", String(good.prefix(good.count * 2 / 3)))
    writeFile(input + "/3.xml", " \n")
    writeFile(input + "/4.xml", good.replacing("2024031", with: "2024021"))
    let archive = try #require(pack(input, as: "a.zip"))
    let inner = folder["outer"]
    #expect(unsafe mkdir(inner, 0o755) == 0)
    #expect(unsafe rename(archive, inner + "/2.zip") == 0)
    writeFile(inner + "/1.xml", good)
    let outer = try #require(pack(inner, as: "b.tar"))
    #expect(unsafe rename(inner + "/2.zip", archive) == 0)

    for path in [archive, outer] { try engine.ingest([path], into: folder["store"]) }
    let lines = try rejects(folder["store"])
    func named(_ name: String) -> [String] { lines.filter { $0.contains("\"source\":\"\(name)\"") } }
    let whole = named(archive + "/1.xml").count
    #expect(named(archive + "/4.xml").count == whole)
    #expect(named(archive + "/2.xml").filter { $0.contains("\"truncated\"") }.count == 1)
    #expect(named(archive + "/3.xml").filter { $0.contains("\"reason\":\"empty\"") }.count == 1)
    let refused = named(outer + "/2.zip")
    #expect(refused.count == 1 && refused[0].contains("an archive inside an archive"))
    #expect(refused[0].contains("\"offset\":0,"))
    #expect(lines.allSatisfy { $0.contains(".xml\",") || $0.contains("2.zip\",") })
  }
}
