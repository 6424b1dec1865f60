import TernCEB
import TernRules

extension ListStory {
  /// Verdict, findings, the documents side by side, where they came from, and what happened later.
  func write(to page: inout TextPage, _ rules: RuleSettings?) {
    let language = page.language
    let keys =
      ["agentCode", "copNo"].map { ($0, list.text($0)) }.filter { !$0.1.isEmpty }
      + invtNos.sorted().map { ("invtNo", $0) }
    page.line(
      .init("\(list.kind.title(language)) \(list.kind.name)", .bold),
      .init(keys.map { "\($0) \($1)" }.joined(separator: "  "), .bold),
      .init(invtNos.contains(list.derivedInvtNo) ? language.pick("(given by Tern)", "（Tern 生成）") : "", .faint))
    if let rules { writeVerdict(to: &page, rules) }
    writeOfficial(to: &page)
    writeMarks(to: &page)
    if let rules { writeFindings(to: &page, rules) }
    writeComparison(to: &page)
    writeLines(to: &page)
    if let rules { writeChecks(to: &page, rules) }
    writeDocuments(to: &page)
    writeLater(to: &page)
  }

  // MARK: - Verdict

  private func writeVerdict(to page: inout TextPage, _ rules: RuleSettings) {
    let language = page.language
    guard let verdict else {
      page.line(
        .init(language.pick("verdict ", "判定")),
        .init(
          language.pick("none: no version of the list counts", "无：清单没有生效的版本"), .yellow), indent: 2)
      return
    }
    let style: TextPage.Style =
      switch verdict.disposition {
      case .released: .green
      case .rejected: .red
      default: .yellow
      }
    page.line(
      .init(language.pick("verdict ", "判定")), .init(verdict.disposition.text(language), style),
      .init(verdict.returnStatus), .init(reason(verdict, rules, language)), indent: 2)
  }

  /// Why the disposition is what it is.
  func reason(_ verdict: StoredVerdict, _ rules: RuleSettings, _ language: Language) -> String {
    func names(_ severity: Severity) -> String {
      verdict.findings.findings.filter { self.severity($0, rules) == severity }.map(\.name)
        .joined(separator: ", ")
    }
    let age = max((rules.asOf ?? 0) - (list.appTime ?? 0), 0)
    let (days, window) = (age / 86_400, rules.windowDays)
    let end = StoredDocument.timeShown(timeText((list.appTime ?? 0) + Int64(window) * 86_400))
    let waiting = names(.pending)
    switch verdict.disposition {
    case .rejected where !names(.reject).isEmpty:
      return language.pick("rejected by \(names(.reject))", "退单原因：\(names(.reject))")
    case .rejected:
      return language.pick(
        "\(waiting) for \(days) days, longer than the window of \(window)",
        "\(waiting) 已 \(days) 天，超过 \(window) 天的等待期")
    case .pending:
      return language.pick(
        "\(waiting); \(days) days old, rejected after \(window) (\(end))",
        "\(waiting)；已等待 \(days) 天，满 \(window) 天退单（\(end)）")
    case .review:
      return language.pick("to be reviewed for \(names(.review))", "需人工审核：\(names(.review))")
    case .released:
      let warnings = names(.warning)
      return
        (warnings.isEmpty
        ? language.pick("nothing was found", "未发现问题")
        : language.pick("only warnings: \(warnings)", "仅有提示：\(warnings)"))
        + (rate(rules).map { language.pick("; not drawn for inspection (\($0))", "；未被抽中查验（\($0)）") } ?? "")
    case .cancelled: return language.pick("a cancellation counts", "撤销申请生效")
    case .inspect:
      return language.pick("drawn for inspection", "被抽中查验")
        + (rate(rules).map { language.pick(" (\($0))", "（\($0)）") } ?? "")
    }
  }

  /// Share of the seller's lists that is drawn for inspection, `AA: 2.5%`; nil where none is, or it is not known.
  private func rate(_ rules: RuleSettings) -> String? {
    let ratePpb = rules.inspection.ratePpb(creditClass: creditClass)
    guard ratePpb > 0 else { return nil }
    let share = decimalText(Int128(ratePpb), scale: 7, fractionDigits: 0) + "%"
    return creditClass.map { $0.isEmpty ? share : "\($0): \(share)" } ?? share
  }

  /// What the customs said, the last word last.
  private func writeOfficial(to page: inout TextPage) {
    let language = page.language
    for receipt in officialStatus {
      var cells = [
        receipt.shown("returnStatus"), receipt.shown("returnInfo"), receipt.kind.name,
        receipt.shown("returnTime"),
      ]
      if receipt === officialStatus.last, let verdict, !verdict.returnStatus.isEmpty {
        cells.append(
          isSame(verdict.returnStatus, receipt.text("returnStatus"))
            ? language.pick("the same as Tern's", "与 Tern 的判定一致")
            : language.pick("Tern's own is \(verdict.returnStatus)", "Tern 的判定为 \(verdict.returnStatus)"))
      }
      page.line(
        .init(language.pick("official", "海关回执")), .init(cells.filter { !$0.isEmpty }.joined(separator: "  ")),
        indent: 2)
    }
  }

  /// How far the parcel has come, by the notices that name it, in order of time.
  private func writeMarks(to page: inout TextPage) {
    let language = page.language
    let marks = notices.filter { !$0.isDraftNotice }.compactMap { notice -> (time: String, text: String)? in
      guard let mark = notice.kind.mark(language) else { return nil }
      let time = notice.shown(
        ["leaveTime", "logisticsTime", "appTime", "returnTime"].first { !notice.text($0).isEmpty } ?? "")
      let status = [notice.text("logisticsStatus"), notice.text("status")].joined()
      return (time, "\(mark)\(status.isEmpty ? "" : " \(status)") \(time)")
    }.sorted { $0.time < $1.time }
    if marks.isEmpty { return }
    page.line(
      .init(language.pick("marks   ", "物流进度")),
      .init(marks.map(\.text).joined(separator: language.pick(", ", "，"))), indent: 2)
  }

  private func writeFindings(to page: inout TextPage, _ rules: RuleSettings) {
    let language = page.language
    if evidence.isEmpty { return }
    page.heading("findings", "不符项")
    var last: Finding?
    for entry in evidence {
      let finding = entry.finding
      if finding != last {
        let severity = severity(finding, rules)
        page.line(
          .init(finding.name, severity == .reject ? .red : .yellow), .init(severity.letter),
          .init(language.pick("rule: ", "规则：") + finding.rule(language), .faint), indent: 4)
      }
      last = finding
      page.line(.init(entry.sentence(language)), indent: 6)
      let terms = [entry.left, entry.right].filter { !$0.terms.isEmpty }
      for side in terms {
        page.line(.init("\(side.element) = \(side.terms)", .faint), indent: 8)
      }
    }
  }

  // MARK: - Documents

  private func writeDocuments(to page: inout TextPage) {
    page.heading("versions, and where they came from", "各版本及来源")
    let groups = [lists, orders] + payments + waybills
    page.table(groups.flatMap { documentRows($0, page.language) })
    if rivals.isEmpty { return }
    page.heading("other lists of the same order or waybill", "同一订单或运单的其他清单")
    for rival in rivals {
      let keys = ["agentCode", "copNo", "orderNo", "logisticsNo"].map { "\($0) \(rival.text($0))" }
      page.line(
        .init(keys.joined(separator: "  ")), .init(rival.shown("appTime")),
        .init(rival.origin.text(page.language), .faint), indent: 4)
    }
  }

  private func writeLater(to page: inout TextPage) {
    let language = page.language
    let groups = cancellations + refunds
    if groups.isEmpty && notices.isEmpty && otherReceipts.isEmpty { return }
    page.heading("what happened later", "后续情况")
    func write(_ document: StoredDocument, _ status: String) {
      let fields = document.tellingFields.map { "\($0.name) \($0.value)" }.joined(separator: "  ")
      page.line(
        .init("\(document.kind.title(language)) \(document.kind.name)"),
        .init(document.shown(document.appTime == nil ? "returnTime" : "appTime")), .init(status, .green),
        .init(fields), indent: 4)
      page.line(.init(document.origin.text(language), .faint), indent: 6)
      if document.kind.role == .refund {
        if let finding = returnFindings[ObjectIdentifier(document)] {
          page.line(
            .init(finding.name, .red), .init(finding.severity.letter),
            .init(finding.label(language)),
            .init(language.pick("rule: ", "规则：") + finding.rule(language), .faint), indent: 6)
        }
        writeReturned(document, to: &page)
      }
    }
    for group in groups {
      for (document, status) in group.versions {
        write(document, effect(document, status, language) ?? status.text(language))
      }
    }
    for notice in notices { write(notice, notice.isDraftNotice ? VersionStatus.draft.text(language) : "") }
    for receipt in otherReceipts {
      write(
        receipt,
        [receipt.shown("returnStatus"), receipt.shown("returnInfo")].filter { !$0.isEmpty }.joined(
          separator: " "))
    }
  }

  /// The quantities of a return beside those declared.
  private func writeReturned(_ refund: StoredDocument, to page: inout TextPage) {
    var rows: [[TextPage.Cell]] = []
    // What earlier returns that count took off.
    let earlier = refunds.compactMap(\.counting).filter {
      $0 !== refund && returnFindings[ObjectIdentifier($0)] == nil
        && ($0.appTime ?? 0, $0.place) < (refund.appTime ?? 0, refund.place)
    }
    for line in refund.row.lines.prefix(Self.linesMax) {
      let gnum = line.integer("gnum")
      let backE5 = earlier.flatMap(\.row.lines).filter { $0.integer("gnum") == gnum }
        .reduce(Int128(0)) { $0 + $1.decimalE5("qty") }
      let back = decimalText(backE5, scale: 5, fractionDigits: 0)
      let declared = list.row.lines.first { $0.integer("gnum") == line.integer("gnum") }
      rows.append([
        .init("gnum \(line.text("gnum"))"), .init(line.text("gcode")),
        .init(page.language.pick("returned", "退货") + " qty \(line.text("qty"))"),
        .init(
          declared.map { page.language.pick("declared", "申报") + " qty \($0.text("qty"))" }
            ?? page.language.pick("the list has no such line", "清单没有该项"), declared == nil ? .red : .plain),
        .init(backE5 == 0 ? "" : page.language.pick("returned before", "此前已退") + " qty \(back)"),
      ])
    }
    page.table(rows, indent: 6)
  }

  /// What a counting cancellation does to the list.
  func effect(_ document: StoredDocument, _ status: VersionStatus, _ language: Language) -> String? {
    guard status == .counts, document.kind.role == .cancellation else { return nil }
    guard let counting = lists.counting else {
      return language.pick("counts; no version of the list does", "生效；清单没有生效的版本")
    }
    return (document.appTime ?? 0) >= (counting.appTime ?? 0)
      ? language.pick("cancels the list", "撤销该清单")
      : language.pick("no effect: earlier than the list's counting version", "无效：早于清单的生效版本")
  }
}

extension StoredDocument {
  /// A notice that has a status and is not declared.
  var isDraftNotice: Bool { kind.role == .notice && row.head.has("appStatus") && !isDeclared }
}

extension StoredVerdict {
  var returnStatus: String { disposition.returnStatus }
}

extension Disposition {
  func text(_ language: Language) -> String {
    switch self {
    case .released: language.pick("released", "放行（海关审结）")
    case .pending: language.pick("pending", "待补（电子口岸申报中）")
    case .rejected: language.pick("rejected", "海关退单")
    case .review: language.pick("review", "人工审核")
    case .inspect: language.pick("inspect", "海关查验")
    case .cancelled: language.pick("cancelled", "已撤销")
    }
  }
}
