import TernCEB
import TernRules

extension Explanation {
  /// For programs: one object and a line feed. Sentences are in `language`, names are not; persons are masked.
  public func json(_ language: Language = .english) -> String {
    var members: [(String, JSONText)] = [
      ("query", .object([(query.name, .text(query.number))])),
      ("reconciled", .bool(isReconciled)),
      ("asOf", rules?.asOf.map { .text(timeText($0)) } ?? .null),
      ("lists", .array(stories.map { $0.json(rules, language) })),
      ("moreLists", .integer(Int64(moreListCount))),
      ("referenceTables", .text(tables.rawValue)),
      ("others", .array(others.flatMap { $0.json })),
      (
        "rejects",
        .array(
          rejects.map { origin, fields in
            let names = ["kind", "key", "field", "reason", "message", "sender"]
            return .object(
              names.map { ($0, .text(fields[$0] ?? "")) } + [("origin", origin.json)])
          })
      ),
    ]
    members.append(("moreRejects", .integer(Int64(moreRejectCount))))
    if isCut { members.append(("isCut", .bool(true))) }
    var bytes: [UInt8] = []
    JSONText.object(members).append(to: &bytes)
    bytes.append(0x0A)
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension ListStory {
  func json(_ rules: RuleSettings?, _ language: Language) -> JSONText {
    let keys = ["agentCode", "copNo", "orderNo", "logisticsCode", "logisticsNo"]
    var members: [(String, JSONText)] = [("direction", .text(list.kind.direction.letter))]
    for key in keys { members.append((key, .text(list.text(key)))) }
    func add(_ name: String, _ value: JSONText) { members.append((name, value)) }
    func add(_ name: String, _ values: [JSONText]) { members.append((name, .array(values))) }
    add("invtNos", invtNos.sorted().map { .text($0) })
    add("verdict", verdictJSON(rules, language))
    add("checks", rules.map { checksJSON($0, language) } ?? .array([]))
    add("officialStatus", officialStatus.map { $0.json() })
    add("documents", documentsJSON)
    add("matchedWaybill", waybill.map { .text($0.text("guid")) } ?? .null)
    add("otherLists", rivals.map { $0.json() })
    add("cancellations", cancellations.flatMap(\.json))
    add("returns", refunds.flatMap(\.versions).map { document, status in
      document.json(status, finding: returnFindings[ObjectIdentifier(document)])
    })
    add("notices", notices.map { $0.json() })
    add("otherReceipts", otherReceipts.map { $0.json() })
    return .object(members)
  }

  private var documentsJSON: JSONText {
    .object([
      ("list", .array(lists.json)), ("order", .array(orders.json)),
      ("payment", .array(payments.flatMap(\.json))),
      ("waybill", .array(waybills.flatMap { $0.json })),
    ])
  }

  private func verdictJSON(_ rules: RuleSettings?, _ language: Language) -> JSONText {
    guard let rules, let verdict else { return .null }
    let findings = verdict.findings.findings.map { finding -> JSONText in
      .object([
        ("name", .text(finding.name)), ("severity", .text(severity(finding, rules).letter)),
        ("label", .text(finding.label(language))), ("rule", .text(finding.rule(language))),
        (
          "evidence",
          .array(evidence.filter { $0.finding == finding }.map { $0.json(language) })
        ),
      ])
    }
    return .object([
      ("disposition", .text(verdict.disposition.name)),
      ("returnStatus", .text(verdict.returnStatus)),
      ("reason", .text(reason(verdict, rules, language))), ("findings", .array(findings)),
    ])
  }
}

extension Evidence {
  func json(_ language: Language) -> JSONText {
    var members: [(String, JSONText)] = [
      ("left", left.json), ("right", right.json), ("sentence", .text(sentence(language))),
    ]
    if let differsAt { members.append(("differsAt", .integer(Int64(differsAt)))) }
    if moreCount > 0 { members.append(("more", .integer(Int64(moreCount)))) }
    return .object(members)
  }
}

extension Evidence.Side {
  var json: JSONText {
    var members: [(String, JSONText)] = [("document", .text(document.name(.english)))]
    if let number { members.append(("number", .integer(Int64(number)))) }
    if let gnum { members.append(("gnum", .integer(gnum))) }
    members.append(("element", .text(element)))
    members.append(("value", value.map { .text($0) } ?? .null))
    if !terms.isEmpty { members.append(("terms", .text(terms))) }
    return .object(members)
  }
}

extension VersionGroup {
  var json: [JSONText] {
    versions.map { document, status in
      document.json(document.kind.role.decides ? status : nil)
    }
  }
}

extension StoredDocument {
  /// Elements with a value; persons masked.
  func json(_ status: VersionStatus? = nil, finding: ReturnFinding? = nil) -> JSONText {
    var members: [(String, JSONText)] = [("kind", .text(kind.name))]
    if let status { members.append(("status", .text(status.rawValue))) }
    if let finding { members.append(("findings", .array([.text(finding.name)]))) }
    members.append(("origin", origin.json))
    members.append(("fields", .texts(shownFields)))
    if kind.spec.line != nil {
      members.append(("lines", .array(row.lines.map { .texts(shownLine($0)) })))
    }
    return .object(members)
  }
}

extension Origin {
  var json: JSONText {
    var members: [(String, JSONText)] = [("source", .text(source))]
    if !member.isEmpty { members.append(("member", .text(member))) }
    if let envelope {
      members.append(
        (
          "envelope",
          .object([
            ("senderId", .text(envelope.senderId)), ("messageId", .text(envelope.messageId)),
            ("offset", .integer(envelope.offset)),
          ])
        ))
    }
    members.append(("offset", .integer(offset)))
    members.append(("length", .integer(length)))
    return .object(members)
  }
}
