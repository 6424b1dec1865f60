import FoundationEssentials
import TernTestSupport
import Testing

// The whole through its public face: the command, and the files that it writes.

/// Runs the built command.
func tern(_ arguments: [String], input: String = "/dev/null") throws -> CommandResult {
  let executable = try #require(builtExecutable("tern"), "the command is not built")
  return runCommand([executable] + arguments, input: input)
}

func tern(_ arguments: String...) throws -> CommandResult { try tern(arguments) }

/// One line of `rejects.ndjson`.
struct Reject: Decodable, Equatable {
  var source: String
  var offset: Int
  var length: Int
  var kind: String
  var key: String
  var field: String
  var reason: String
  var message: String
  var original: String?
  var originalBase64: String?

  /// As the corpora's `rejects.csv` has it.
  var row: String { "\(kind),\(key),\(field)" }

  var originalBytes: [UInt8]? {
    original.map { Array($0.utf8) } ?? originalBase64.flatMap { Data(base64Encoded: $0) }.map { Array($0) }
  }
}

func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
  try JSONDecoder().decode(type, from: Data(text.utf8))
}

/// What `tern run` wrote.
struct Run {
  var status: Int32
  var error: String
  /// By file name.
  var files: [String: [UInt8]]

  var verdicts: [String] { text("verdicts.csv") }
  var rejects: [Reject]

  /// The header, then the rows in byte order.
  var sortedVerdicts: [String] { sorted(verdicts) }

  func text(_ name: String) -> [String] {
    textLines(String(decoding: files[name] ?? [], as: UTF8.self))
  }

  init(_ inputs: [String], _ options: [String] = [], input: String = "/dev/null") throws {
    let folder = TemporaryFolder()
    let result = try tern(["run"] + inputs + ["--out", folder["out"]] + options, input: input)
    status = result.status
    error = result.error
    files = contents(of: folder["out"])
    rejects = []
    rejects = try text("rejects.ndjson").map { try decode(Reject.self, $0) }
  }
}

/// A CSV file's header, then its rows in byte order.
func sorted(_ rows: [String]) -> [String] {
  rows.prefix(1)
    + rows.dropFirst().sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
}

func lines(_ path: String) -> [String]? { readText(path).map(textLines) }

/// Further arguments of a corpus. A word that begins with a dot is a path from its folder.
func settings(_ name: String) -> [String] {
  (readText(corpus(name) + "/settings") ?? "").split(whereSeparator: \.isWhitespace).map { word in
    word.first == "." ? "\(corpus(name))/\(word)" : String(word)
  }
}

/// Every reject's offset and length are those of its original bytes in its source.
func expectOriginals(_ rejects: [Reject]) throws {
  for reject in rejects {
    let source = try #require(readFile(reject.source))
    let range = reject.offset..<reject.offset + reject.length
    try #require(range.upperBound <= source.count, "\(reject.source) \(range)")
    #expect(reject.originalBytes == Array(source[range]), "\(reject.source) \(range)")
  }
}
