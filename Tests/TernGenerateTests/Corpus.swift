import Glibc
import TernTestSupport
import Testing

@testable import TernGenerate

/// A corpus made for a test, through the public interface.
struct Corpus {
  var summary: GenerateSummary
  var xml: [UInt8]
  var verdicts: String
  var json: String

  init(_ settings: GenerateSettings) throws {
    let scratch = TemporaryFolder()
    let stream = "\(scratch.path)/stream.xml"
    let descriptor = unsafe open(stream, O_WRONLY | O_CREAT | O_EXCL, 0o644)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    summary = try generate(
      settings, to: .descriptor(descriptor, truthFolder: "\(scratch.path)/truth"))
    xml = try #require(readFile(stream))
    verdicts = try #require(readText("\(scratch.path)/truth/verdicts.csv"))
    json = try #require(readText("\(scratch.path)/truth/summary.json"))
  }

  /// Rows of the truth without the header.
  var rows: [String] { verdicts.split(separator: "\n").dropFirst().map(String.init) }
}

/// All files below a folder, by path relative to it.
func tree(_ path: String) throws -> [String: [UInt8]] {
  let files = try filesBelow(path).map { ($0, try #require(readFile("\(path)/\($0)"))) }
  return Dictionary(uniqueKeysWithValues: files)
}

/// A file of `../shared`, or nil where the checkout has none.
func shared(_ path: String) -> String? {
  let file = "\(repositoryRoot)/../shared/\(path)"
  return unsafe access(file, R_OK) == 0 ? file : nil
}
