import TernReference
import TernRules

/// The page around its sections.
struct ReportPage {
  let figures: ReportFigures
  let reference: ReferenceData
  let alertSettings: AlertSettings
  let language: Language

  /// Links at the top, in the order of the page.
  private static let contents: [(id: String, title: Words)] = [
    ("totals", Words("Totals", "总览")), ("flow", Words("Flow", "流向")),
    ("findings", Words("Findings", "不符项")), ("values", Words("Values", "货值")),
    ("volume", Words("Volume", "业务量")), ("alerts", Words("Alerts", "预警")), ("rejects", Words("Rejects", "拒收")),
    ("reference", Words("Reference tables", "参数表")), ("settings", Words("Settings", "规则设置")),
  ]

  static func title(_ id: String) -> Words { contents.first { $0.id == id }!.title }

  var html: HTML {
    let sections = [
      totals, flow, findings, values, volume, alerts, rejects, referenceTables, settings,
    ].joined()
    let links = Self.contents.map { "<li><a href=\"#\($0.id)\">\($0.title)</a></li>" as HTML }.joined()
    let asOf = Shown.time(timeText(figures.verdicts.asOf))
    let isChinese = language == .chinese
    let htmlLanguage = isChinese ? "zh-CN" : "en"
    return """
      <!DOCTYPE html>
      <html lang="\(htmlLanguage)">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(PageStyle.policy)">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="referrer" content="no-referrer">
      <title>Tern · 三单对碰报告 · Reconciliation report · \(asOf)</title>
      <style>\(trusted: PageStyle.style)</style>
      </head>
      <body>
      <header>
      <div><h1>\(Words("Reconciliation report", "三单对碰报告"))</h1>
      <p class="note">\(Words("As of", "截至")) \(asOf) \(Words("China Standard Time", "北京时间"))</p></div>
      <fieldset><legend>语言 · Language</legend>\(radio("zh", "中文", "zh-CN", isChinese))\(radio("en", "English", "en", !isChinese))</fieldset>
      </header>
      <nav aria-label="目录 · Contents"><ul>\(links)</ul></nav>
      <main>
      \(sections)</main>
      <footer><p>\(Words(
        "Made by Tern. Money, weights and counts are exact. Statistics leave out cancelled lists and take off goods that came back; verdicts don't.",
        "由 Tern 生成。金额、重量和数量均为精确值。统计不含已撤销的清单并扣除退货；判定不扣除。"))</p></footer>
      <script>\(trusted: PageStyle.script)</script>
      </body>
      </html>

      """
  }

  private func radio(_ value: HTML, _ name: HTML, _ lang: HTML, _ isChecked: Bool) -> HTML {
    let checked: HTML = isChecked ? " checked" : ""
    return """
      <input type="radio" name="language" id="lang-\(value)" value="\(value)"\(checked)>\
      <label for="lang-\(value)" lang="\(lang)">\(name)</label>
      """
  }

  /// A part of the page with its heading.
  static func section(_ id: String, _ content: HTML) -> HTML {
    """
    <section id="\(id)" aria-labelledby="\(id)-title">
    <h2 id="\(id)-title">\(title(id))</h2>
    \(content)</section>

    """
  }
}
