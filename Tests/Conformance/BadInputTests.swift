import FoundationEssentials
import TernTestSupport
import Testing

/// A way to spoil the first payment of a good message, or the message, and the reject it must give.
struct Spoiled: Sendable, CustomTestStringConvertible {
  var name: String
  var kind = "CEB403"
  var key = ""
  var field = ""
  var reason: String
  var options: [String] = []
  /// Documents of the spoiled message that are still good.
  var survivors = 0
  var spoil: @Sendable (_ good: String) -> [UInt8]

  var testDescription: String { name }

  /// The message is refused as a whole.
  static func message(
    _ name: String, _ reason: String, kind: String = "CEB403",
    _ spoil: @escaping @Sendable (String) -> String
  ) -> Spoiled {
    Spoiled(name: name, kind: kind, reason: reason) { Array(spoil($0).utf8) }
  }

  /// One document is refused: an element of the first payment gets another value.
  static func value(
    _ field: String, _ value: String, _ reason: String, key: String = "ZF202403100001",
    options: [String] = []
  ) -> Spoiled {
    Spoiled(
      name: "\(field) = '\(value.prefix(40))'", key: key, field: field, reason: reason,
      options: options, survivors: 2
    ) { good in
      let (open, close) = ("<ceb:\(field)>", "</ceb:\(field)>")
      let start = good.firstRange(of: open)!, end = good.firstRange(of: close)!
      return Array((good[..<start.upperBound] + value + good[end.lowerBound...]).utf8)
    }
  }
}

private func replacingFirst(_ text: String, _ old: String, _ new: String) -> String {
  let range = text.firstRange(of: old)!
  return String(text[..<range.lowerBound] + new + text[range.upperBound...])
}

private let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"

struct BadInputTests {
  static let good = readText(corpus("export-clean") + "/input/payments-403.xml")!
  static let binary: [UInt8] = (0...255).flatMap { (byte: UInt8) -> [UInt8] in [byte, byte &* 7, 0] }
  static let expected = lines(corpus("export-clean") + "/expected/verdicts.csv")

  static let cases: [Spoiled] = [
    .message("XML that ends in a document", "truncated") { String($0[..<$0.firstRange(of: "<ceb:charge>")!.lowerBound]) },
    .message("tags that do not pair", "not-well-formed") { replacingFirst($0, "</ceb:charge>", "</ceb:currency>") },
    .message("another encoding", "encoding", kind: "") { replacingFirst($0, "UTF-8", "UTF-16") },
    Spoiled(name: "bytes that are no UTF-8", reason: "encoding") { good in
      var bytes = Array(good.utf8)
      bytes[Array(good[..<good.firstRange(of: "云帆")!.lowerBound].utf8).count] = 0xFF
      return bytes
    },
    .message("a DOCTYPE", "doctype", kind: "") { replacingFirst($0, declaration, declaration + "<!DOCTYPE a>") },
    .message("entities that grow", "doctype", kind: "") {
      replacingFirst($0, declaration, declaration + "<!DOCTYPE a [<!ENTITY b \"bb\"><!ENTITY c \"&b;&b;\">]>")
    },
    .message("an undeclared entity", "not-well-formed") { replacingFirst($0, "231.80", "&amount;") },
    .message("endless nesting", "nesting") {
      replacingFirst($0, "<ceb:charge>", String(repeating: "<ceb:a>", count: 100_000) + "<ceb:charge>")
    },
    .message("300 attributes", "not-well-formed") { good in
      let attributes: String = (0..<300).map { "a\($0)=\"\"" }.joined(separator: " ")
      return replacingFirst(good, "<ceb:charge>", "<ceb:charge \(attributes)>")
    },
    .message("a NUL byte", "not-well-formed") { replacingFirst($0, "231.80", "231\u{0}.80") },
    .message("a NUL as a reference", "not-well-formed") { replacingFirst($0, "231.80", "231&#0;.80") },
    .message("an unknown root", "root-unknown", kind: "") {
      $0.replacing("CEB403Message", with: "CEB999Message")
    },
    .message("a root of another namespace", "root-unknown", kind: "") {
      $0.replacing("http://www.chinaport.gov.cn/ceb", with: "http://example.com/")
    },
    .message("documents of another kind", "document-count", kind: "CEB605") {
      $0.replacing("CEB403Message", with: "CEB605Message")
    },
    .message("no document", "document-count") { $0.replacing("ceb:Receipts", with: "ceb:Other") },
    .message("101 documents", "document-count") { good in
      let start = good.firstRange(of: "<ceb:Receipts>")!, end = good.firstRange(of: "</ceb:Receipts>")!
      let one = String(good[start.lowerBound..<end.upperBound])
      return replacingFirst(good, one, String(repeating: one, count: 99))
    },
    .value("charge", "1,234.50", "number-invalid"),
    .value("charge", "1e3", "number-invalid"),
    .value("charge", "12345678901234567890", "number-invalid"),
    .value("charge", "0.000001", "number-invalid"),
    .value("charge", "١٢", "number-invalid"),
    .value("charge", "", "value-empty"),
    .value("orderNo", " \t\n", "value-empty"),
    .value("appTime", "20240230100630", "date-invalid"),
    .value("appTime", "2024-03-10", "date-invalid"),
    .value("accountingDate", "20240310250000", "date-invalid"),
    .value("ebcName", String(repeating: "长", count: 5000), "schema", options: ["--strict"]),
    Spoiled(
      name: "an element missing", key: "ZF202403100001", field: "charge", reason: "element-missing",
      survivors: 2
    ) { Array(replacingFirst($0, "<ceb:charge>231.80</ceb:charge>", "").utf8) },
  ]

  /// A folder with the good case; its payments are `payments`.
  private func makeInput(_ payments: [UInt8]) -> TemporaryFolder {
    let folder = TemporaryFolder()
    let source = corpus("export-clean") + "/input"
    for name in names(in: source) where name != "payments-403.xml" {
      writeFile(folder[name], readFile("\(source)/\(name)")!)
    }
    writeFile(folder["payments-403.xml"], payments)
    return folder
  }

  private struct Summary: Decodable {
    var documents: [String: Int]
    var rejects: Int
    var schemaRemarks: Int
  }

  @Test("what is bad becomes one reject; its neighbours keep their verdicts", arguments: cases)
  func spoiled(_ spoiled: Spoiled) throws {
    let bad = spoiled.spoil(Self.good)
    #expect(bad != Array(Self.good.utf8))
    // Before a good message of the same file, behind one, and between two.
    let good = Array(Self.good.utf8)
    for (place, payments) in ["before": bad + good, "behind": good + bad, "between": good + bad + good] {
      let folder = makeInput(payments)
      let run = try Run([folder.path], spoiled.options)
      #expect(run.status == 3, "\(place): \(run.error)")
      #expect(run.sortedVerdicts == Self.expected, "\(place)")
      let summary = try decode(Summary.self, #require(run.text("summary.json").first))
      #expect(summary.documents["CEB403"] == (place == "between" ? 6 : 3) + spoiled.survivors, "\(place)")
      #expect(summary.rejects == run.rejects.count)
      try #require(run.rejects.count == 1, "\(place): \(run.rejects.map(\.message))")
      let reject = run.rejects[0]
      #expect(reject.kind == spoiled.kind && reject.key == spoiled.key, "\(place): \(reject.kind) \(reject.key)")
      #expect(reject.field == spoiled.field && !reject.message.isEmpty, "\(place): \(reject.field)")
      // A message that ends early inside a file is noticed at the next one's declaration.
      let reasons = spoiled.reason == "truncated" && place != "behind"
        ? ["truncated", "not-well-formed"] : [spoiled.reason]
      #expect(reasons.contains(reject.reason), "\(place): \(reject.reason), \(reject.message)")
      #expect(reject.source == folder["payments-403.xml"])
      let bounds = (place == "before" ? 0 : good.count)..<(place == "before" ? 0 : good.count) + bad.count
      #expect(bounds.contains(reject.offset) && reject.offset + reject.length <= bounds.upperBound, "\(place)")
      if spoiled.survivors > 0 {
        #expect(reject.originalBytes?.starts(with: "<ceb:Receipts>".utf8) == true)
      } else {
        #expect(reject.offset == bounds.lowerBound, "\(place)")
      }
      try expectOriginals(run.rejects)
    }
  }

  @Test("strange, but legal: huge attributes, 64 levels, long values; nothing is rejected")
  func accepted() throws {
    let long = String(repeating: "长", count: 5000)
    var text = replacingFirst(Self.good, "<ceb:charge>", "<ceb:charge a=\"\(String(repeating: "x", count: 3_000_000))\">")
    text = replacingFirst(text, "杭州青禾贸易有限公司", long)
    let folder = makeInput(Array(text.utf8))
    let run = try Run([folder.path])
    #expect(run.status == 0, "\(run.error)")
    #expect(run.sortedVerdicts == Self.expected)
    #expect(try decode(Summary.self, #require(run.text("summary.json").first)).schemaRemarks == 1)
  }

  @Test("an external entity is not opened")
  func externalEntity() throws {
    let secret = TemporaryFolder()
    writeFile(secret["secret"], "231.80")
    let doctype = "<!DOCTYPE a [<!ENTITY e SYSTEM \"file://\(secret["secret"])\">]>"
    let text = replacingFirst(
      replacingFirst(Self.good, declaration, declaration + doctype), "231.80", "&e;")
    let folder = makeInput(Array(text.utf8))
    let run = try Run([folder.path])
    #expect(run.status == 3)
    #expect(run.rejects.map(\.reason) == ["doctype"])
    #expect(run.verdicts.dropFirst().allSatisfy { $0.contains("payment.missing") })
  }

  @Test("files that hold no message", arguments: [
    ("empty", [], "empty"), ("blank", Array(" \n\t".utf8), "empty"),
    ("binary", binary, nil),
    ("text", Array("not a message\n".utf8), nil),
    ("cut gzip", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1], "unreadable"),
    ("cut zstd", [0x28, 0xB5, 0x2F, 0xFD, 4, 0], "unreadable"),
  ] as [(String, [UInt8], String?)])
  func noMessage(_ name: String, _ bytes: [UInt8], _ reason: String?) throws {
    let folder = makeInput(Array(Self.good.utf8))
    writeFile(folder["a file"], bytes)
    let run = try Run([folder.path])
    #expect(run.status == 3, "\(run.error)")
    #expect(run.sortedVerdicts == Self.expected)
    try #require(run.rejects.count == 1, "\(run.rejects.map(\.message))")
    #expect(run.rejects[0].source == folder["a file"])
    #expect(run.rejects[0].kind == "" && run.rejects[0].key == "")
    if let reason { #expect(run.rejects[0].reason == reason) }
  }

  @Test("a link to nothing inside a folder is a reject; named itself it is wrong usage")
  func danglingLink() throws {
    let folder = makeInput(Array(Self.good.utf8))
    #expect(runCommand(["ln", "-s", "nowhere", folder["link.xml"]]).status == 0)
    for io in ["auto", "pread"] {
      let run = try Run([folder.path], ["--io", io])
      #expect(run.status == 3, "\(run.error)")
      #expect(run.rejects.map(\.reason) == ["unreadable"])
      #expect(run.rejects.first?.source == folder["link.xml"])
      #expect(run.sortedVerdicts == Self.expected)
    }
    #expect(try Run([folder["link.xml"]]).status == 2)
  }

  @Test("a folder that goes away while it is read: no crash, and what was read stays")
  func vanishingFolder() throws {
    let folder = TemporaryFolder()
    makeFolder(folder["in"])
    for number in 0..<300 { writeFile(folder["in/\(1000 + number).xml"], Array(Self.good.utf8)) }
    let result = runCommand([
      "/bin/sh", "-c", "\"$1\" ingest \"$2/store\" \"$2/in\" & pid=$!; rm -rf \"$2/in\"; wait $pid", "sh",
      try #require(builtExecutable("tern")), folder.path,
    ])
    // Gone before the walk: 2; gone in between: rejects; too late: 0.
    #expect([0, 2, 3].contains(result.status), "\(result.status) \(result.error)")
    if result.status != 2 {
      #expect(try tern("verify", folder["store"]).status == 0)
      let rejects = try tern("rejects", folder["store"], "--format", "ndjson").lines
      #expect(rejects.isEmpty == (result.status == 0))
      for line in rejects { #expect(try decode(Reject.self, line).reason == "unreadable") }
    }
    #expect(try tern("ingest", folder["store"], folder["in"]).status == 2)
  }
}
