import FoundationEssentials
import TernTestSupport
import Testing

/// `tern explain`, as its users call it.
@Suite("tern explain")
struct ExplainCommandTests {
  let folder = TemporaryFolder()

  private struct Answer: Decodable {
    struct List: Decodable {
      struct Verdict: Decodable {
        struct Finding: Decodable {
          struct Evidence: Decodable {
            struct Side: Decodable {
              var document: String
              var element: String
              var value: String?
            }
            var left: Side
            var right: Side
            var sentence: String
          }
          var name: String
          var severity: String
          var label: String
          var rule: String
          var evidence: [Evidence]
        }
        var disposition: String
        var returnStatus: String
        var findings: [Finding]
      }
      struct Document: Decodable {
        struct Origin: Decodable {
          var source: String
          var offset: Int
          var length: Int
        }
        var kind: String
        var status: String
        var origin: Origin
        var fields: [String: String]
      }
      var copNo: String
      var orderNo: String
      var verdict: Verdict?
      var documents: [String: [Document]]
    }
    var reconciled: Bool
    var lists: [List]
  }

  private func demo() throws -> String {
    let store = folder["store"]
    _ = try tern("ingest", store, corpus("demo") + "/input")
    #expect(try tern("reconcile", store).status == 0)
    return store
  }

  @Test("every list of a corpus: verdict and findings are those of 'verdicts', each with both values, as text and JSON")
  func everyList() throws {
    let store = try demo()
    let rows = try tern("verdicts", store).lines.dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    #expect(rows.count == 40)
    for row in rows {
      let result = try tern("explain", store, "--list", row[2], "--format", "json")
      #expect(result.status == 0 && result.error.isEmpty)
      let answer = try decode(Answer.self, result.output)
      let list = try #require(answer.lists.first { $0.orderNo == row[4] }, "\(row)")
      let verdict = try #require(list.verdict)
      #expect(answer.reconciled && list.copNo == row[2])
      #expect(verdict.disposition == row[7] && verdict.returnStatus == row[8])
      #expect(verdict.findings.map(\.name).sorted().joined(separator: ";") == row[9])
      for finding in verdict.findings {
        #expect(!finding.evidence.isEmpty && !finding.rule.isEmpty, "\(finding.name)")
        for evidence in finding.evidence {
          #expect(evidence.left.value != nil || evidence.right.value != nil, "\(finding.name)")
          #expect(evidence.sentence.hasPrefix(finding.label))
        }
      }
      for document in list.documents.values.joined() {
        let source = try #require(readFile(document.origin.source))
        let end = document.origin.offset + document.origin.length
        let text = String(decoding: source[document.origin.offset..<end], as: UTF8.self)
        #expect(text.contains(document.fields["guid"] ?? "no guid"), "\(document.kind)")
      }
    }
  }

  @Test("an order, a waybill and a list number lead to the same list; text in both languages")
  func ways() throws {
    let store = try demo()
    let row = try #require(
      try tern("verdicts", store, "--finding", "amount.paid").lines.last?.split(
        separator: ",", omittingEmptySubsequences: false
      ).map(String.init))
    for (option, number) in [("--list", row[2]), ("--order", row[4]), ("--waybill", row[6])] {
      let english = try tern("explain", store, option, number)
      #expect(english.status == 0)
      #expect(english.output.contains("copNo \(row[2])") && english.output.contains("amount paid differs"))
      #expect(!english.output.contains("\u{1b}"), "a file gets no colours")
      let chinese = try tern("explain", store, option, number, "--lang", "zh")
      #expect(chinese.output.contains("支付金额不符") && chinese.output.contains("海关退单"))
    }
  }

  @Test("colours are there where they are asked for, and nowhere else")
  func colours() throws {
    let store = try demo()
    let arguments = ["explain", store, "--list", "QD202403100001"]
    let plain = try tern(arguments).output
    #expect(!plain.contains("\u{1b}"))
    #expect(try tern(arguments + ["--color", "never"]).output == plain)
    let painted = try tern(arguments + ["--color", "always"]).output
    #expect(painted.contains("\u{1b}[1m") && painted.contains("\u{1b}[32m✓"))
    #expect(try tern(arguments + ["--color", "pink"]).status == 2)
  }

  @Test("the page of examples is what the command says")
  func examples() throws {
    guard isOnPath("python3") else {
      print("SKIPPED: the page of examples needs python3")
      return
    }
    let result = runCommand([
      "python3", "\(repositoryRoot)/scripts/make-explanations",
      try #require(builtExecutable("tern")), "--check",
    ])
    #expect(result.status == 0, "\(result.output)\(result.error)")
  }

  @Test("nothing found: status 1 and a hint; wrong usage: status 2")
  func refusals() throws {
    let store = try demo()
    let none = try tern("explain", store, "--order", "no such order")
    #expect(none.status == 1 && none.output.isEmpty)
    #expect(none.error.contains("orderNo 'no such order'") && none.error.contains("rejects"))
    let json = try tern("explain", store, "--order", "no such order", "--format", "json")
    #expect(json.status == 1)
    #expect(try decode(Answer.self, json.output).lists.isEmpty)
    #expect(try tern("explain", store, "--order", "no such order", "--lang", "zh").error.contains("没有单证的 orderNo"))
    for options in [[], ["--order", "1", "--list", "2"], ["--order", ""], ["--order", "1", "--lang", "fr"]] {
      #expect(try tern(["explain", store] + options).status == 2, "\(options)")
    }
    #expect(try tern("explain", folder["no store"], "--order", "1").status == 1)
  }
}
