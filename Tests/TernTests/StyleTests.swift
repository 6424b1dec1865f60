import TernTestSupport
import Testing

/// Rules of CONTRIBUTING.md that a reader of a change would otherwise have to watch.
struct StyleTests {
  static let folders = ["Sources", "Tests", "scripts", "corpora"]

  /// Files of the tree with their text.
  private func files(_ folders: [String], ending endings: [String] = [""]) -> [(String, String)] {
    folders.flatMap { folder in
      filesBelow("\(repositoryRoot)/\(folder)")
        .filter { name in endings.contains { name.hasSuffix($0) } }
        .map { ("\(folder)/\($0)", readText("\(repositoryRoot)/\(folder)/\($0)") ?? "") }
    }
  }

  /// Whether `word` stands in the text with no letter, digit or underscore beside it.
  private func mentions(_ text: String, _ word: String) -> Bool {
    func isPart(_ byte: UInt8?) -> Bool {
      guard let byte else { return false }
      return byte == 0x5F || byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A
    }
    let (bytes, wanted) = (Array(text.utf8), Array(word.utf8))
    guard bytes.count >= wanted.count else { return false }
    for start in 0...bytes.count - wanted.count where bytes[start] == wanted[0] {
      let end = start + wanted.count
      guard bytes[start..<end].elementsEqual(wanted) else { continue }
      if !isPart(start > 0 ? bytes[start - 1] : nil), !isPart(end < bytes.count ? bytes[end] : nil) {
        return true
      }
    }
    return false
  }

  @Test("words are found as words only")
  func search() {
    #expect(mentions("a Double", "Double") && mentions("[Double]", "Double"))
    #expect(!mentions("DoubleQuote isDouble", "Double") && !mentions("", "Double"))
  }

  @Test("no mark of unfinished work")
  func marks() {
    // Put together here, so that this file passes its own test.
    for mark in ["TO" + "DO", "FIX" + "ME"] {
      for (name, text) in files(Self.folders, ending: [".swift", ".c", ".h", ".md", ".py", "test", "demo"]) {
        #expect(!mentions(text, mark), "\(name): \(mark)")
      }
    }
  }

  @Test("a source file written by hand has at most 500 lines")
  func lengths() {
    for (name, text) in files(["Sources"], ending: [".swift", ".c", ".h"])
    where !text.hasPrefix("// Made by scripts/") {
      let count = textLines(text).count
      #expect(count <= 500, "\(name): \(count) lines")
    }
  }

  @Test("no source imports Foundation")
  func foundation() {
    for (name, text) in files(["Sources"], ending: [".swift"]) {
      let imports = textLines(text).filter { mentions($0, "import") }
      #expect(!imports.contains { $0.contains("Foundation") }, "\(name)")
    }
  }

  @Test("no floating point where money and weight are computed")
  func floatingPoint() {
    let modules = ["TernCEB", "TernMatch", "TernRules", "TernStats"].map { "Sources/\($0)" }
    for (name, text) in files(modules, ending: [".swift"]) {
      for type in ["Double", "Float", "Float16", "Float32", "Float64", "CGFloat"] {
        #expect(!mentions(text, type), "\(name): \(type)")
      }
    }
  }

  @Test("each module says in a README what it is for")
  func modules() {
    let modules = names(in: "\(repositoryRoot)/Sources").filter { $0.hasPrefix("Tern") }
    #expect(modules.count >= 8)
    for module in modules {
      #expect(readText("\(repositoryRoot)/Sources/\(module)/README.md") != nil, "\(module)")
    }
  }
}
