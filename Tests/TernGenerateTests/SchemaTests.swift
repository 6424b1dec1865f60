import Glibc
import TernTestSupport
import Testing

@testable import TernGenerate

@Suite("Official schemas")
struct SchemaTests {
  @Test(
    "Messages validate, except those that break the schema on purpose",
    arguments: ["202205", "2018-113"])
  func validate(_ version: String) throws {
    guard let export = shared("ceb/schema-\(version)/export.xsd"),
      let `import` = shared("ceb/schema-\(version)/import.xsd")
    else {
      try Test.cancel("no ../shared/ceb beside the repository")
    }
    guard unsafe system("xmllint --version > /dev/null 2>&1") == 0 else {
      try Test.cancel("xmllint is not installed")
    }
    var settings = GenerateSettings(lists: 600, seed: 3)
    settings.ruleBook = .full
    settings.faultRates = .uniform(perMillion: 12_000, .full)
    for fault in Fault.allCases where fault.breaksSchema { settings.faultRates[fault] = 0 }
    let scratch = TemporaryFolder()
    _ = try generate(settings, to: .folder(path: "\(scratch.path)/corpus"))
    for kind in MessageKind.allCases {
      let schema = kind.isExport ? export : `import`
      let log = "\(scratch.path)/\(kind.name).log"
      let command =
        "find \(scratch.path)/corpus/messages/\(kind.name) -name '*.xml' -print0"
        + " | xargs -0 xmllint --noout --nonet --schema '\(schema)' > \(log) 2>&1"
      let status = unsafe system(command)
      let complaints = try #require(readText(log)).split(separator: "\n")
        .filter { !$0.hasSuffix(" validates") && !$0.hasSuffix(" fails to validate") }
        // An empty ebpCode of a foreign platform is new in 202205.
        .filter { version == "202205" || !$0.contains(": element ebpCode: ") }
      #expect(complaints.isEmpty, "\(kind.name): \(complaints.prefix(5).joined(separator: "\n"))")
      if version == "202205" { #expect(status == 0, "\(kind.name)") }
    }
  }

  @Test("All messages are well-formed, broken documents too")
  func wellFormed() throws {
    guard unsafe system("xmllint --version > /dev/null 2>&1") == 0 else {
      try Test.cancel("xmllint is not installed")
    }
    var settings = GenerateSettings(lists: 300, seed: 4)
    settings.faultRates = .uniform(perMillion: 17_000)
    let scratch = TemporaryFolder()
    _ = try generate(settings, to: .folder(path: "\(scratch.path)/corpus"))
    let command =
      "find \(scratch.path)/corpus/messages -name '*.xml' -print0"
      + " | xargs -0 xmllint --noout --nonet > /dev/null 2>&1"
    #expect(unsafe system(command) == 0)
  }
}
