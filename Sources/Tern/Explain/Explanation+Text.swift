import TernCEB
import TernRules

extension Explanation {
  /// For people, on a terminal or a page. `hasColour`: with ANSI colours.
  public func text(_ language: Language = .english, hasColour: Bool = false) -> String {
    var page = TextPage(language, hasColour: hasColour)
    page.line(.init(title(language), .bold))
    if !isReconciled {
      page.line(.init(notReconciled(language), .yellow))
    }
    switch tables {
    case .same: break
    case .notGiven:
      page.line(
        .init(
          language.pick(
            "the verdicts were made with reference tables: give their folder with --reference to see what was looked up",
            "判定时使用了参数表：请用 --reference 给出其文件夹，以显示查表内容"), .yellow))
    case .different:
      page.line(
        .init(
          language.pick(
            "the reference tables given are not those of the verdicts: what is looked up may differ",
            "所给参数表不是判定时使用的参数表：查表内容可能不同"), .yellow))
    }
    if isCut {
      page.line(
        .init(
          language.pick(
            "too many documents carry this number: the first \(NumberSearch.placesMax) are looked at",
            "带有该编号的单证过多：只查看前 \(NumberSearch.placesMax) 份"), .yellow))
    }
    for story in stories {
      page.blank()
      story.write(to: &page, rules)
    }
    if moreListCount > 0 {
      page.blank()
      page.line(
        .init(
          language.pick(
            "\(moreListCount) more lists have this number", "另有 \(moreListCount) 份清单带有该编号"), .yellow))
    }
    if !others.isEmpty {
      page.heading("with this number, and named by no list above", "带有该编号、但上述清单均未引用")
      page.table(others.flatMap { documentRows($0, language) })
    }
    writeRejects(to: &page)
    return page.text
  }

  private func title(_ language: Language) -> String {
    let subject = language.pick(
      "\(query.name) \(query.number)",
      (["order": "订单", "list": "清单", "waybill": "运单"][query.name] ?? "") + " \(query.number)")
    if isEmpty {
      return language.pick("\(subject): nothing in \(store) has this number", "\(subject)：\(store) 中没有该编号")
    }
    let documents = others.reduce(0) { $0 + $1.versions.count }
    var parts: [String] = []
    func add(_ count: Int, _ english: String, _ chinese: String) {
      if count > 0 { parts.append(language.pick("\(count) \(english)", "\(chinese) \(count)")) }
    }
    add(stories.count + moreListCount, stories.count + moreListCount == 1 ? "list" : "lists", "清单")
    add(documents, documents == 1 ? "document without a list" : "documents without a list", "无清单引用的单证")
    add(rejects.count + moreRejectCount, rejects.count == 1 ? "reject" : "rejects", "被拒收的单证")
    return subject + language.pick(": ", "：") + parts.joined(separator: language.pick(", ", "，"))
  }

  private func notReconciled(_ language: Language) -> String {
    language.pick(
      "no verdicts: they are missing or older than the documents; run 'tern reconcile \(store)' first",
      "没有判定结果：尚未比对，或之后又收到单证；请先运行 'tern reconcile \(store)'")
  }

  private func writeRejects(to page: inout TextPage) {
    if rejects.isEmpty { return }
    page.heading("rejects with one of these numbers", "带有上述编号、被拒收的单证")
    for (origin, fields) in rejects {
      let field = fields["field"] ?? ""
      let kind = fields["kind"] ?? ""
      page.line(
        .init(kind.isEmpty ? page.language.pick("message", "报文") : kind), .init(fields["key"] ?? ""),
        .init(fields["reason"] ?? "", .red), .init(field),
        .init(fields["message"] ?? ""), indent: 4)
      page.line(.init(origin.text(page.language), .faint), indent: 6)
    }
    if moreRejectCount > 0 {
      page.line(
        .init(
          page.language.pick("and \(moreRejectCount) more rejects", "另有 \(moreRejectCount) 份被拒收的单证"),
          .yellow), indent: 4)
    }
  }
}

/// Versions, their status, and where they came from.
func documentRows(_ group: VersionGroup, _ language: Language) -> [[TextPage.Cell]] {
  group.versions.flatMap { document, status -> [[TextPage.Cell]] in
    let type: String =
      switch document.text("appType") {
      case "1": language.pick("new", "新增")
      case "2": language.pick("change", "变更")
      case "3": language.pick("delete", "删除")
      default: document.text("appType")
      }
    // What has no identity has no versions either.
    let hasVersions = document.kind.role.decides
    return [
      [
        .init(document.kind.title(language)), .init(document.kind.name),
        .init(document.shown(document.appTime == nil ? "returnTime" : "appTime")),
        .init(hasVersions ? type : ""),
        .init(hasVersions ? status.text(language) : "", status == .counts ? .green : .faint),
        .init(document.origin.text(language), .faint),
      ]
    ]
  }
}
