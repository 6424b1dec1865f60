import Glibc
import Testing

@testable import TernGenerate

/// A folder of its own for one test, removed with its content at the end.
final class Scratch {
  let path: String

  init() {
    var template = Array("/tmp/tern-generate-XXXXXX".utf8CString)
    let made = unsafe template.withUnsafeMutableBufferPointer { unsafe mkdtemp($0.baseAddress!) }
    precondition(unsafe made != nil, "cannot make a folder for the test")
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { Folder.removeTree(path) }
}

/// A corpus made for a test, through the public interface.
struct Corpus {
  var summary: GenerateSummary
  var xml: [UInt8]
  var verdicts: String
  var json: String

  init(_ settings: GenerateSettings) throws {
    let scratch = Scratch()
    let stream = "\(scratch.path)/stream.xml"
    let descriptor = unsafe open(stream, O_WRONLY | O_CREAT | O_EXCL, 0o644)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    summary = try generate(
      settings, to: .descriptor(descriptor, truthFolder: "\(scratch.path)/truth"))
    xml = try readFile(stream)
    verdicts = String(decoding: try readFile("\(scratch.path)/truth/verdicts.csv"), as: UTF8.self)
    json = String(decoding: try readFile("\(scratch.path)/truth/summary.json"), as: UTF8.self)
  }

  /// Rows of the truth without the header.
  var rows: [String] { verdicts.split(separator: "\n").dropFirst().map(String.init) }
}

func readFile(_ path: String) throws -> [UInt8] {
  let descriptor = unsafe open(path, O_RDONLY)
  try #require(descriptor >= 0, "\(path) can't be opened")
  defer { close(descriptor) }
  var result: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 20)
  while true {
    let got = unsafe chunk.withUnsafeMutableBytes {
      unsafe read(descriptor, $0.baseAddress!, $0.count)
    }
    try #require(got >= 0)
    if got == 0 { return result }
    result += chunk[..<got]
  }
}

/// All files below a folder, by path relative to it.
func tree(_ path: String, under prefix: String = "") throws -> [String: [UInt8]] {
  var result: [String: [UInt8]] = [:]
  for name in try Folder.names(path) {
    let child = "\(path)/\(name)"
    var status = stat()
    try #require(unsafe lstat(child, &status) == 0)
    if status.st_mode & S_IFMT == S_IFDIR {
      result.merge(try tree(child, under: "\(prefix)\(name)/")) { $1 }
    } else {
      result["\(prefix)\(name)"] = try readFile(child)
    }
  }
  return result
}

/// A file of `../shared`, or nil where the checkout has none.
func shared(_ path: String) -> String? {
  let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
  let file = "/\(root)/../shared/\(path)"
  return unsafe access(file, R_OK) == 0 ? file : nil
}
