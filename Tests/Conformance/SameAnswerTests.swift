import TernTestSupport
import Testing

/// Same input, same output: however it is read, cut, packed or split.
struct SameAnswerTests {
  /// Good messages, bad documents and bad messages.
  static let cases = ["demo", "good-bad-good-document", "messages-refused", "text-forms"]
  /// Their files in byte order.
  static let inputs = cases.flatMap { name in
    filesBelow(corpus(name) + "/input").map { corpus(name) + "/input/" + $0 }
  }.sorted()
  static let results = ["verdicts.csv", "statistics.csv", "rejects.ndjson", "summary.json", "report.html"]

  /// Lengths of the rejected bytes, smallest first.
  private func originals(_ run: Run) -> [Int] { run.rejects.map { $0.originalBytes?.count ?? -1 }.sorted() }

  private func expectSame(_ run: Run, as other: Run, _ what: String) {
    #expect(run.status == other.status, "\(what)")
    for name in Self.results {
      #expect(run.files[name] == other.files[name] && run.files[name]?.isEmpty == false, "\(what): \(name)")
    }
  }

  @Test("threads, way of reading, and order of the arguments change no byte")
  func options() throws {
    let base = try Run(Self.inputs, ["--threads", "1", "--io", "pread"])
    #expect(base.status == 3 && base.verdicts.count > 40 && base.rejects.count > 5)
    for threads in ["1", "2", "5"] {
      for io in ["uring", "pread", "auto"] where threads != "1" || io != "pread" {
        let run = try Run(Self.inputs, ["--threads", threads, "--io", io])
        if io == "uring", run.status == 1 {
          print("SKIPPED: --io uring: \(run.error)")
          #expect(run.error.contains("io_uring"))
          continue
        }
        expectSame(run, as: base, "--threads \(threads) --io \(io)")
      }
    }
    expectSame(try Run(Self.inputs.reversed()), as: base, "arguments in reverse")
    let shifted = Array(Self.inputs[3...] + Self.inputs[..<3])
    expectSame(try Run(shifted, ["--threads", "3"]), as: base, "arguments shifted")
  }

  @Test("packed, bundled and piped messages get the same verdicts")
  func containers() throws {
    let folder = TemporaryFolder()
    let base = try Run(Self.inputs)
    func expectSameRows(_ run: Run, _ what: String) {
      #expect(run.status == base.status, "\(what): \(run.error)")
      #expect(run.sortedVerdicts == base.sortedVerdicts, "\(what)")
      #expect(run.files["statistics.csv"] == base.files["statistics.csv"], "\(what)")
      #expect(run.rejects.map(\.row).sorted() == base.rejects.map(\.row).sorted(), "\(what)")
      #expect(originals(run) == originals(base), "\(what)")
    }
    for program in ["gzip", "zstd"] {
      guard isOnPath(program) else {
        print("SKIPPED: \(program) is not there")
        continue
      }
      makeFolder(folder[program])
      for (number, file) in Self.inputs.enumerated() {
        // The name says nothing: what is packed is recognised by content.
        let packed = runCommand([program, "-c"], input: file)
        #expect(packed.status == 0)
        writeFile(folder["\(program)/\(100 + number).packed"], packed.outputBytes)
      }
      expectSameRows(try Run([folder[program]]), program)
    }

    let bundle = Self.inputs.flatMap { readFile($0)! }
    writeFile(folder["bundle.xml"], bundle)
    expectSameRows(try Run([folder["bundle.xml"]]), "bundle")
    expectSameRows(try Run(["-"], input: folder["bundle.xml"]), "standard input from a file")
    let piped = runCommand([
      "/bin/sh", "-c", "cat \"$1\" | \"$2\" run - --out \"$3\"", "sh", folder["bundle.xml"],
      try #require(builtExecutable("tern")), folder["piped"],
    ])
    #expect(piped.status == 3, "\(piped.error)")
    #expect(lines(folder["piped/verdicts.csv"]).map(sorted) == base.sortedVerdicts)
  }

  @Test("what the store has under any name adds nothing")
  func again() throws {
    let folder = TemporaryFolder()
    let input = corpus("demo") + "/input"
    #expect(try tern("ingest", folder["store"], input).status == 0)
    #expect(try tern("reconcile", folder["store"]).status == 0)
    let verdicts = try tern("verdicts", folder["store"]).outputBytes
    let files = contents(of: folder["store"])

    makeFolder(folder["copy"])
    for name in names(in: input) { writeFile(folder["copy/other-\(name)"], readFile("\(input)/\(name)")!) }
    for path in [input, folder["copy"]] {
      let second = try tern("ingest", folder["store"], path)
      #expect(second.status == 0)
      #expect(second.error.contains("already there: \(names(in: input).count) sources"), "\(second.error)")
      #expect(contents(of: folder["store"]) == files)
    }
    #expect(try tern("reconcile", folder["store"]).status == 0)
    #expect(try tern("verdicts", folder["store"]).outputBytes == verdicts)
  }

  @Test("ingests one after the other equal one ingest", arguments: [1, 2, 5])
  func steps(_ filesOfFirst: Int) throws {
    let folder = TemporaryFolder()
    let input = corpus("demo") + "/input"
    let files = names(in: input).map { "\(input)/\($0)" }
    for (number, part) in [files[filesOfFirst...], files[..<filesOfFirst]].enumerated() {
      #expect(try tern(["ingest", folder["store"]] + part).status == 0)
      // Verdicts in between are those of what is there.
      if number == 0 { #expect(try tern("reconcile", folder["store"]).status == 0) }
    }
    let stale = try tern("verdicts", folder["store"])
    #expect(stale.status == 1 && stale.error.contains("reconcile"))
    #expect(try tern("reconcile", folder["store"]).status == 0)
    #expect(
      sorted(try tern("verdicts", folder["store"]).lines)
        == lines(corpus("demo") + "/expected/verdicts.csv"))
    #expect(try tern("verify", folder["store"]).status == 0)
  }

  @Test("a generated corpus gets the verdicts of its truth", arguments: [3, 4] as [UInt64])
  func truth(_ seed: UInt64) throws {
    let folder = TemporaryFolder()
    let made = try tern(
      "generate", folder["corpus"], "--lists", "400", "--seed", "\(seed)", "--fault", "all=15000")
    #expect(made.status == 0, "\(made.error)")
    let run = try Run([folder["corpus/messages"]])
    #expect(run.sortedVerdicts == lines(folder["corpus/truth/verdicts.csv"]).map(sorted))
    #expect(run.verdicts.count > 300)
  }
}
