import TernRules

/// Every check of a list: those that failed, those that passed, and those that are not done, with both values.
extension ListStory {
  func writeChecks(to page: inout TextPage, _ rules: RuleSettings) {
    if checks.isEmpty { return }
    let language = page.language
    page.heading("every check", "逐项检查")
    page.table(
      checks.flatMap { rows($0, severity($0.finding, rules), language) }, cellColumnsMax: 72)
  }

  private func rows(_ check: Check, _ severity: Severity, _ language: Language) -> [[TextPage.Cell]] {
    let mark: TextPage.Cell =
      switch check.outcome {
      case .passed: .init("✓", .green)
      case .failed: .init("✗", severity == .reject ? .red : .yellow)
      case .notDone: .init("–", .faint)
      }
    var values = check.comparisons.map { entry -> [TextPage.Cell] in
      let sides = entry.sides(language)
      let style: TextPage.Style = entry.holds ? .plain : .red
      return [.init(sides.left, style), .init(sides.right, style)]
    }
    let more = check.comparisons.reduce(0) { $0 + $1.moreCount }
    if more > 0 { values.append([.init(language.pick("and \(more) more", "另有 \(more) 处"), .faint), .init("")]) }
    if let omitted = check.omitted(language) { values.append([.init(omitted, .faint), .init("")]) }
    if values.isEmpty { values.append([.init(""), .init("")]) }
    return values.enumerated().map { index, pair in
      index == 0
        ? [mark, .init(check.finding.name), .init(severity.letter)] + pair
          + [.init(check.finding.rule(language), .faint)]
        : [.init(""), .init(""), .init("")] + pair + [.init("")]
    }
  }

  func checksJSON(_ rules: RuleSettings, _ language: Language) -> JSONText {
    .array(
      checks.map { check in
        var members: [(String, JSONText)] = [
          ("name", .text(check.finding.name)), ("outcome", .text(check.outcome.rawValue)),
          ("severity", .text(severity(check.finding, rules).letter)),
          ("label", .text(check.finding.label(language))),
          ("rule", .text(check.finding.rule(language))),
          ("comparisons", .array(check.comparisons.map(\.comparisonJSON))),
        ]
        if let reason = check.reason { members.append(("reason", .text(reason.rawValue))) }
        if !check.missing.isEmpty {
          members.append(("missing", .array(check.missing.map { .text($0.name(.english)) })))
        }
        if !check.missingTables.isEmpty {
          members.append(("missingTables", .array(check.missingTables.map { .text($0) })))
        }
        return .object(members)
      })
  }
}

extension Check {
  /// What was not compared, and why; nil if nothing was left out.
  fileprivate func omitted(_ language: Language) -> String? {
    switch reason {
    case .switchedOff: return language.pick("not done: switched off by the rules", "未检查：规则已关闭")
    case .otherDirection:
      return language.pick("not done: for the other direction", "未检查：仅适用于另一进出口方向")
    case .otherRegime: return language.pick("not done: for other regimes", "未检查：不属于该申报方式")
    case .nothingGiven:
      return language.pick("not done: the documents give nothing to compare", "未检查：单证未提供可比对的内容")
    case nil: break
    }
    var parts: [String] = []
    if !missing.isEmpty {
      let names = missing.map { $0.name(language) }.joined(separator: language.pick(", ", "、"))
      parts.append(language.pick("no \(names)", "没有\(names)"))
    }
    if !missingTables.isEmpty {
      let all = Set(missingTables).sorted()
      let names = all.prefix(2).joined(separator: ", ")
      let more = all.count - 2
      parts.append(
        more > 0
          ? language.pick("no table \(names) and \(more) more", "没有参数表 \(names) 等 \(all.count) 个")
          : language.pick("no table \(names)", "没有参数表 \(names)"))
    }
    if parts.isEmpty { return nil }
    let subject =
      comparisons.isEmpty
      ? language.pick("not done: ", "未检查：") : language.pick("in part: ", "部分未检查：")
    return subject + parts.joined(separator: language.pick("; ", "；"))
  }
}

extension Evidence {
  fileprivate var comparisonJSON: JSONText {
    var members: [(String, JSONText)] = [
      ("left", left.json), ("right", right.json), ("holds", .bool(holds)),
    ]
    if let differsAt { members.append(("differsAt", .integer(Int64(differsAt)))) }
    if moreCount > 0 { members.append(("more", .integer(Int64(moreCount)))) }
    return .object(members)
  }
}
