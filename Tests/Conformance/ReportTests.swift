import TernTestSupport
import Testing

/// The report page: its figures are those of the other answers, whatever its form.
struct ReportTests {
  static let reference = corpus("reference")

  /// The demo with rejects, returns, and a generated day with many sellers and currencies; made once.
  static let folder = TemporaryFolder()
  static let store: String = {
    let inputs = ["demo", "messages-refused", "good-bad-good-document", "return-of-a-part"].map { corpus($0) + "/input" }
    for arguments in [
      ["generate", folder["day"], "--lists", "400", "--seed", "11", "--fault", "all=10000", "--quiet"],
      ["ingest", folder["store"]] + inputs + [folder["day/messages"]],
      ["reconcile", folder["store"], "--reference", reference],
    ] {
      let result = try? tern(arguments)
      precondition([0, 3].contains(result?.status), "\(arguments): \(result?.error ?? "")")
    }
    return folder["store"]
  }()

  static let page = report(["--reference", reference])
  /// Without rates: values stand in their own currencies.
  static let plainPage = report([])

  static func report(_ options: [String]) -> String {
    let path = folder["\(options.count).html"]
    let result = try? tern(["report", store, "--out", path] + options)
    precondition(result?.status == 0, result?.error ?? "")
    return readText(path) ?? ""
  }

  // MARK: - Figures

  /// Rows of a table of the page as values by column name.
  static func table(_ id: String, of page: String) throws -> [[String: String]] {
    let start = try #require(page.firstRange(of: "<table id=\"\(id)\">"), "no table \(id)")
    let rest = page[start.upperBound...]
    let whole = rest[..<(try #require(rest.firstRange(of: "</table>"))).lowerBound]
    let names = whole.split(separator: "data-name=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
    let body = whole.split(separator: "<tbody>").last!
    return body.split(separator: "<tr>").dropFirst().map { row in
      let cells = row.split(separator: "</td>").flatMap { $0.split(separator: "</th>") }.dropLast()
      return Dictionary(zip(names, cells.map(value)), uniquingKeysWith: { $1 })
    }
  }

  /// The code in a cell, or its text without markup and commas.
  private static func value(_ cell: Substring) -> String {
    if let code = cell.firstRange(of: "<code>") {
      let rest = cell[code.upperBound...]
      return unescaped(rest[..<(rest.firstRange(of: "</code>")?.lowerBound ?? rest.endIndex)])
    }
    if cell.contains("<i>") { return "" }
    var text = ""
    var isMarkup = false
    for character in cell {
      if character == "<" { isMarkup = true } else if character == ">" { isMarkup = false } else if !isMarkup {
        text.append(character)
      }
    }
    return unescaped(text.replacing(",", with: "")[...])
  }

  private static func unescaped(_ text: Substring) -> String {
    String(text).replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
      .replacing("&amp;", with: "&")
  }

  /// Rows of a CSV answer as values by column name; no value of these has a comma.
  static func csv(_ arguments: [String]) throws -> [[String: String]] {
    let result = try tern(arguments + ["--format", "csv"])
    #expect(result.status == 0, "\(arguments): \(result.error)")
    let rows = result.lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    let header = try #require(rows.first)
    return rows.dropFirst().map { Dictionary(zip(header, $0), uniquingKeysWith: { $1 }) }
  }

  static let questions: [(table: String, arguments: [String])] = [
    ("t-dispositions", ["--by", "direction,disposition", "--measures", "lists,lines,goodsValueCny,listsWithoutRate,grossWeight,packages"]),
    ("t-currencies", ["--by", "currency", "--measures", "lists,lines,goodsValue,goodsValueCny,listsWithoutRate", "--top", "20"]),
    ("t-countries", ["--by", "country", "--measures", "lists,goodsValueCny", "--top", "12", "--top-by", "goodsValueCny"]),
    ("t-chapters", ["--by", "hs2", "--measures", "lists,goodsValueCny", "--top", "12", "--top-by", "goodsValueCny"]),
  ]

  @Test("statistics in the page are those of tern stats", arguments: questions.indices)
  func statistics(_ index: Int) throws {
    let (id, arguments) = Self.questions[index]
    let shown = try Self.table(id, of: Self.page)
    let expected = try Self.csv(["stats", Self.store, "--reference", Self.reference] + arguments)
    #expect(!shown.isEmpty && shown.count == expected.count)
    for (row, other) in zip(shown, expected) where other["row"] != "rest" {
      for (name, value) in row { #expect(value == other[name], "\(id) \(name) of \(other)") }
    }
  }

  @Test("without rates values stand per currency, as tern stats gives them")
  func withoutRates() throws {
    #expect(Self.plainPage.contains("class=\"warn\""))
    let currencies = try Self.table("t-currencies", of: Self.plainPage).prefix(4).map { $0["currency"]! }
    for (id, dimension) in [("t-countries", "country"), ("t-chapters", "hs2")] {
      let shown = try Self.table(id, of: Self.plainPage)
      let expected = try Self.csv([
        "stats", Self.store, "--by", dimension, "--measures", "currency,lists,goodsValue", "--top", "6",
        "--top-by", "goodsValue", "--where", "currency=\(currencies.joined(separator: "|"))",
      ])
      #expect(shown.count == expected.count && Set(shown.map { $0["currency"] }).count > 1)
      for (row, other) in zip(shown, expected) where other["row"] != "rest" {
        for (name, value) in row { #expect(value == other[name], "\(id) \(name) of \(other)") }
      }
    }
  }

  @Test("dispositions and findings are those of the verdicts")
  func verdicts() throws {
    let verdicts = try tern("verdicts", Self.store, "--format", "csv").lines.dropFirst()
    var dispositions: [String: Int] = [:]
    var findings: [String: Int] = [:]
    for verdict in verdicts {
      let fields = verdict.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      dispositions[fields[fields.count - 3], default: 0] += 1
      for finding in fields[fields.count - 1].split(separator: ";") { findings[String(finding), default: 0] += 1 }
    }
    let shown = try Self.table("t-verdicts", of: Self.page)
    #expect(shown.count == 6)
    for row in shown { #expect(Int(row["lists"]!) == dispositions[row["disposition"]!] ?? 0, "\(row)") }
    let found = try Self.table("t-findings", of: Self.page)
    #expect(Dictionary(uniqueKeysWithValues: found.map { ($0["finding"]!, Int($0["lists"]!)!) }) == findings)
    #expect(found.count > 10)
  }

  @Test("sellers: lists with a finding, and all of theirs")
  func sellers() throws {
    let shown = try Self.table("t-sellers", of: Self.page)
    #expect(!shown.isEmpty)
    let all = try Self.csv(["stats", Self.store, "--by", "ebcCode", "--measures", "lists"])
    let released = try Self.csv(["stats", Self.store, "--by", "ebcCode,finding", "--measures", "lists"])
    for row in shown where row["lists"] != "" {
      let code = row["ebcCode"]!
      #expect(row["lists"] == all.first { $0["ebcCode"] == code }?["lists"], "\(code)")
      let least = released.filter { $0["ebcCode"] == code }.map { Int($0["lists"]!)! }.max() ?? 0
      #expect(Int(row["listsFound"]!)! >= least && Int(row["listsFound"]!)! <= Int(row["lists"]!)!)
    }
  }

  @Test("hours, days and hours of the day add up to all lists")
  func volume() throws {
    let expected = try Self.csv(["stats", Self.store, "--by", "month", "--measures", "lists"])
    let lists = expected.reduce(0) { $0 + Int($1["lists"]!)! }
    for id in ["t-volume", "t-hours"] {
      let shown = try Self.table(id, of: Self.page)
      #expect(shown.reduce(0) { $0 + Int($1["lists"]!)! } == lists, "\(id)")
    }
  }

  @Test("rejects by reason and sender are those of tern rejects")
  func rejects() throws {
    for (id, dimension) in [("t-reasons", "reason"), ("t-senders", "sender")] {
      let shown = try Self.table(id, of: Self.page)
      let expected = try Self.csv(["rejects", Self.store, "--count-by", dimension])
      #expect(!shown.isEmpty && shown.count == expected.count)
      #expect(shown.map { $0["rejects"] } == expected.map { $0["rejects"] }, "\(id)")
    }
  }

  @Test("alerts are those of tern alerts, under the thresholds of a rules file")
  func alerts() throws {
    let rules = Self.folder["alerts.yaml"]
    writeFile(rules, "alerts:\n  finding.lists_least: 10\n  price.low: 150\n")
    let page = Self.report(["--reference", Self.reference, "--rules", rules])
    let expected = try Self.csv(["alerts", Self.store, "--reference", Self.reference, "--rules", rules])
    let shown = try Self.table("t-alerts", of: page)
    #expect(!shown.isEmpty && shown.count == min(expected.count, 50))
    #expect(shown.map { $0["subject"] } == expected.prefix(50).map { $0["subject"] })
    #expect(shown.map { $0["listCount"] } == expected.prefix(50).map { $0["listCount"] })
    let byRule = try Self.table("t-alert-rules", of: page)
    #expect(byRule.reduce(0) { $0 + Int($1["alerts"]!)! } == expected.count)
    #expect(try Self.table("t-thresholds", of: page).map { $0["value"] } == ["10", "150"])
  }

  @Test("reference tables: files, rows, digests; what was not checked where there are none")
  func referenceTables() throws {
    let shown = try Self.table("t-reference", of: Self.page)
    #expect(shown.map { $0["file"] } == names(in: Self.reference).filter { $0.hasSuffix(".csv") })
    let sum = runCommand(["sha256sum", Self.reference + "/tariff.csv"]).output.prefix(64)
    #expect(shown.first { $0["file"] == "tariff.csv" }?["sha256"] == String(sum))
    #expect(!Self.page.contains("t-unchecked"))
    // These verdicts were made with tables that this page was not given.
    #expect(Self.plainPage.contains("The verdicts were made with other tables"))
    let out = Self.folder["bare"]
    #expect(try tern("run", corpus("demo") + "/input", "--out", out).status == 0)
    let bare = try Self.table("t-unchecked", of: readText(out + "/report.html") ?? "")
    #expect(bare.contains { $0["finding"] == "enterprise.blacklisted" && $0["table"] == "enterprises.csv" })
  }

  @Test("settings that differ from the default are shown, the key of the draws is not")
  func settings() throws {
    let folder = TemporaryFolder()
    writeFile(folder["key"], "0123456789abcdef0123456789abcdef")
    writeFile(folder["rules.yaml"], """
      findings:
        amount.paid:
          severity: V
          tolerance: 0.01
      scopes:
        import:
          weight.gross:
            enabled: false
      inspection:
        otherRate: 2%
      """)
    #expect(
      try tern(
        "run", corpus("demo") + "/input", "--out", folder["out"], "--rules", folder["rules.yaml"], "--window-days", "7",
        "--inspection-key", folder["key"]).status == 0)
    let page = readText(folder["out/report.html"]) ?? ""
    let changed = try Self.table("t-rules", of: page)
    #expect(changed.first { $0["finding"] == "amount.paid" }?["value"]?.contains("0.01") == true)
    #expect(changed.filter { $0["finding"] == "weight.gross" }.allSatisfy { $0["scope"]!.hasPrefix("import") })
    #expect(changed.count > 1)
    #expect(try Self.table("t-settings", of: page).first { $0["setting"] == "windowDays" }?["value"] == "7")
    #expect(page.contains("2%") && page.contains("with a key") && !page.contains("0123456789abcdef"))
  }

  // MARK: - Form

  @Test("what documents say is text: no markup of theirs gets into the page")
  func escaped() throws {
    let folder = TemporaryFolder()
    var list = try #require(readText(corpus("export-clean") + "/input/lists-603.xml"))
    let hostile = ["ebcCode": "<script>alert(1)</script>", "country": "\"><img src=x>", "currency": "'&<b>"]
    for (name, value) in hostile {
      let parts = list.split(separator: "\(name)>", omittingEmptySubsequences: false)
      let known = try #require(parts.count > 1 ? parts[1].prefix { $0 != "<" } : nil)
      let escaped = value.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      list = list.replacing("\(name)>\(known)<", with: "\(name)>\(escaped)<")
    }
    writeFile(folder["hostile.xml"], list)
    #expect(try tern("run", folder["hostile.xml"], "--out", folder["out"]).status == 0)
    let page = try #require(readText(folder["out/report.html"]))
    for value in hostile.values { #expect(!page.contains(value), "\(value)") }
    #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    #expect(page.contains("&quot;&gt;&lt;img src=x&gt;") && page.contains("'&amp;&lt;b&gt;"))
    #expect(page.split(separator: "<script").count == 2)
  }

  @Test("nothing is loaded: no address, no source, a policy that forbids it")
  func alone() {
    for word in ["http:", "https:", "src=", "url(", "@import", "<link", "<img", "<iframe", "style=\""] {
      #expect(!Self.page.contains(word), "\(word)")
    }
    for target in Self.page.split(separator: "href=\"").dropFirst() { #expect(target.first == "#") }
    #expect(Self.page.contains("content=\"default-src 'none'; style-src 'sha256-"))
    #expect(Self.page.contains("name=\"viewport\""))
  }

  @Test("every label is there in both languages", arguments: [true, false])
  func languages(_ withTables: Bool) throws {
    let page = withTables ? Self.page : Self.plainPage
    func isChinese(_ text: Substring) -> Bool { text.unicodeScalars.contains { (0x4e00...0x9fff).contains($0.value) } }
    let labels = page.split(separator: "data-l=\"").dropFirst()
    #expect(labels.count > 200 && labels.count.isMultiple(of: 2))
    for (index, label) in labels.enumerated() {
      #expect(label.first == (index.isMultiple(of: 2) ? "e" : "z"), "\(label)")
      // A chart's text has further elements inside; a label's own text ends at the first tag.
      let text = label.drop { $0 != ">" }.dropFirst().prefix { $0 != "<" }
      #expect(isChinese(text) == !index.isMultiple(of: 2), "\(text)")
    }
    #expect(page.contains("<html lang=\"en\">"))
    let folder = TemporaryFolder()
    let chinese = folder["page.html"]
    #expect(try tern("report", Self.store, "--out", chinese, "--lang", "zh").status == 0)
    #expect(readText(chinese)?.contains("<html lang=\"zh-CN\">") == true)
  }

  @Test("the same bytes for any number of threads, and from run")
  func deterministic() throws {
    let paths = ["a.html", "b.html"].map { Self.folder[$0] }
    for (path, threads) in zip(paths, ["1", "7"]) {
      #expect(try tern("report", Self.store, "--out", path, "--threads", threads).status == 0)
    }
    #expect(readFile(paths[0]) == readFile(paths[1]))
    let folder = TemporaryFolder()
    let input = corpus("demo") + "/input"
    #expect(try tern("run", input, "--out", folder["out"]).status == 0)
    #expect(try tern("ingest", folder["store"], input).status == 0)
    #expect(try tern("reconcile", folder["store"]).status == 0)
    #expect(try tern("report", folder["store"], "--out", folder["page.html"]).status == 0)
    #expect(readFile(folder["out/report.html"]) == readFile(folder["page.html"]))
  }

  @Test("without verdicts there is no page, and what to do is said")
  func unjudged() throws {
    let folder = TemporaryFolder()
    #expect(try tern("ingest", folder["store"], corpus("demo") + "/input").status == 0)
    let result = try tern("report", folder["store"], "--out", folder["page.html"])
    #expect(result.status == 1 && result.error.contains("tern reconcile"))
    #expect(names(in: folder.path) == ["store"])
    #expect(try tern("report", folder["store"]).status == 2)
    #expect(try tern("report", folder["store"], "--out", "x", "--lang", "fr").status == 2)
  }

  @Test("a store without a list has a page too")
  func empty() throws {
    let folder = TemporaryFolder()
    writeFile(folder["nothing.xml"], "<nothing/>")
    #expect(try tern("run", folder["nothing.xml"], "--out", folder["out"]).status == 3)
    let page = readText(folder["out/report.html"]) ?? ""
    #expect(page.contains("No list counts.") && page.hasSuffix("</html>\n"))
  }
}
