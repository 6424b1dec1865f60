import Tern
import TernStore
import TernTestSupport
import Testing

/// A store that another writer has open.
final class TernStoreWriter {
  private var store: Store?
  init(_ path: String) throws { store = try Store.open(path, mode: .write) }
  func close() { store = nil }
}

/// Every byte of a small store, turned over one at a time. All in one process: thousands of trials.
@Suite(.serialized)
struct DamageTests {
  /// Seconds that the trials of one test may take; what does not fit is sampled.
  static let budget_s = 10

  let folder = TemporaryFolder(inMemory: true)

  /// A store of six documents or so, judged or not, and its files.
  private func makeStore(judged: Bool) throws -> (path: String, files: [String: [UInt8]]) {
    let path = folder["store"]
    let engine = Engine(settings: EngineSettings(threads: 1))
    try engine.ingest(
      [corpus("export-clean") + "/input", corpus("good-bad-good-document") + "/input"], into: path)
    if judged { try engine.reconcile(path) }
    return (path, contents(of: path))
  }

  /// Calls `trial` for every k-th byte of every file, turned over; k as the budget allows, from a
  /// seeded start. Every file's first and last 24 bytes are always among them.
  private func flipEach(
    _ path: String, _ files: [String: [UInt8]], _ what: String,
    _ trial: (_ file: String, _ offset: Int) throws -> Void
  ) throws {
    var generator = SeededGenerator(seed: UInt64.random(in: 0...UInt64.max))
    let seed = generator.next()
    generator = SeededGenerator(seed: seed)
    let total = files.values.reduce(0) { $0 + $1.count }
    let clock = ContinuousClock()
    func flip(_ name: String, _ offset: Int) throws {
      var bytes = files[name]!
      bytes[offset] ^= UInt8.random(in: 1...255, using: &generator)
      writeFile("\(path)/\(name)", bytes)
      try trial(name, offset)
      writeFile("\(path)/\(name)", files[name]!)
    }
    let ends = files.keys.sorted().flatMap { name -> [(String, Int)] in
      let count = files[name]!.count
      return (0..<count).filter { $0 < 24 || $0 >= count - 24 }.map { (name, $0) }
    }
    let spent = try clock.measure { for (name, offset) in ends { try flip(name, offset) } }
    let inAll = spent / ends.count * total
    let step = max(1, Int(inAll / .seconds(Self.budget_s)) + (inAll > .seconds(Self.budget_s) ? 1 : 0))
    print("\(what): seed \(seed), \(total) bytes in \(files.count) files, one byte in \(step) turned over")
    for name in files.keys.sorted() {
      for offset in stride(from: Int.random(in: 0..<step, using: &generator), to: files[name]!.count, by: step) {
        try flip(name, offset)
      }
    }
  }

  @Test("verify finds every damaged byte and names the file")
  func verify() throws {
    let (path, files) = try makeStore(judged: true)
    #expect(Store.verify(path).isSound)
    var missed: [String] = []
    var unnamed: [String] = []
    try flipEach(path, files, "verify") { file, offset in
      let report = Store.verify(path)
      if report.isSound { missed.append("\(file) \(offset)") }
      if !report.damages.contains(where: { "\($0)".contains("/\(file)") }) {
        unnamed.append("\(file) \(offset): \(report.damages)")
      }
    }
    #expect(missed == [])
    #expect(unnamed == [])
    #expect(Store.verify(path).isSound)
  }

  @Test("verdicts of a damaged store are the right ones, or an error that names the file")
  func verdicts() throws {
    let (path, files) = try makeStore(judged: true)
    let expected = try verdictRows(path)
    var wrong: [String] = []
    var refusals = 0
    try flipEach(path, files, "verdicts") { file, offset in
      do {
        if try verdictRows(path) != expected { wrong.append("\(file) \(offset): other verdicts") }
      } catch let error as TernError {
        refusals += 1
        if !"\(error)".contains("/\(file)") { wrong.append("\(file) \(offset): \(error)") }
      }
    }
    #expect(wrong == [])
    #expect(refusals > 0)
  }

  @Test("a damaged store is judged rightly, or an error names the file and no verdicts are written")
  func reconcile() throws {
    let (path, files) = try makeStore(judged: false)
    let engine = Engine(settings: EngineSettings(threads: 1))
    try engine.reconcile(path)
    let expected = try verdictRows(path)
    func restore() {
      for name in names(in: path) where files[name] == nil { removeFile("\(path)/\(name)") }
      for (name, bytes) in files { writeFile("\(path)/\(name)", bytes) }
    }
    restore()
    var wrong: [String] = []
    var refusals = 0
    try flipEach(path, files, "reconcile") { file, offset in
      do {
        try engine.reconcile(path)
        if try verdictRows(path) != expected { wrong.append("\(file) \(offset): other verdicts") }
      } catch let error as TernError {
        refusals += 1
        if !"\(error)".contains("/\(file)") { wrong.append("\(file) \(offset): \(error)") }
      }
      restore()
    }
    #expect(wrong == [])
    #expect(refusals > 0)
  }
}
