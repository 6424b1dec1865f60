import TernStats

/// Goods values by currency, by country and by chapter of the Harmonized System.
extension ReportPage {
  var values: HTML {
    let without = figures.currencies.listsWithoutRate
    let note: HTML =
      without == 0
      ? ""
      : "<p class=\"warn\">\(Shown.number(without)) \(Words("lists are in a currency without a rate on their day: values stand in each currency, of the currencies with the most lists. rates.csv in the reference folder gives rates.", "份清单的币制在当日没有汇率：下列货值按币制分列，仅列清单最多的币制。汇率由参数表文件夹中的 rates.csv 提供。"))</p>\n"
    return Self.section(
      "values",
      """
      \(note)<div class="pair"><div>
      \(ranked(figures.countries, id: "countries", dimension: "country", most: ReportFigures.countriesMost, title: Words("Goods value by country", "按国家（地区）统计货值"), column: Words("country", "国家（地区）"), language: "zh-CN") { reference.codes(.country)?.name(of: $0) })</div><div>
      \(ranked(figures.chapters, id: "chapters", dimension: "hs2", most: ReportFigures.chaptersMost, title: Words("Goods value by HS chapter", "按商品章统计货值"), column: Words("HS chapter", "商品章"), language: "en") { reference.headings?.description(of: $0) })</div></div>
      \(currencyTable.html)\(HTML.same(as: "tern stats STORE --by currency --measures lists,lines,goodsValue,goodsValueCny,listsWithoutRate"))
      """)
  }

  /// Charts and one table of a top N.
  private func ranked(
    _ ranked: ReportFigures.Ranked, id: String, dimension: String, most: Int, title: Words, column: Words,
    language: HTML, name: (String) -> String?
  ) -> HTML {
    let rows = ranked.result.rows
    var table = ReportTable(
      id: "t-\(id)", caption: title,
      columns: [.init(dimension, column)]
        + (ranked.isInCny ? [] : [.init("currency", Words("currency", "币制"))]) + [
          .init("lists", Words("lists", "清单"), isNumber: true),
          .init(
            ranked.isInCny ? "goodsValueCny" : "goodsValue",
            ranked.isInCny ? Words("goods value, CNY", "货值（人民币）") : Words("goods value", "货值"),
            isNumber: true),
        ])
    for row in rows {
      let first: HTML =
        row.kind == .rest ? .others : .code(row.values[0], name: name(row.values[0]), language: language)
      let currency = ranked.isInCny ? [] : [currencyCode(row.measures.currency ?? "")]
      table.rows.append([first] + currency + [.count(row.measures.lists), "\(Shown.number(value(row, ranked)))"])
    }
    // Values of one currency share a chart.
    var charts: HTML = ""
    var start = 0
    while start < rows.count {
      let currency = ranked.isInCny ? nil : rows[start].measures.currency
      var end = start
      while end < rows.count, ranked.isInCny || rows[end].measures.currency == currency { end += 1 }
      let unit = ranked.isInCny ? "CNY" : currencyText(currency ?? "")
      charts += BarChart(
        id: "c-\(id)-\(start)", title: Words("\(title.english), \(unit)", "\(title.chinese)（\(ranked.isInCny ? "人民币" : unit)）"),
        description: Words("The largest, and all others together.", "货值最大的若干项，以及其余合计。"),
        bars: rows[start..<end].map { row in
          let isRest = row.kind == .rest
          return .init(
            label: isRest ? Words("all others", "其余合计") : Words(label(row.values[0], name(row.values[0]))),
            value: Shown.number(value(row, ranked)), length: isRest ? nil : amount(row, ranked))
        }
      ).html
      start = end
    }
    if rows.isEmpty { charts = "<h3>\(title)</h3><p>\(Words("none", "无"))</p>\n" }
    let command =
      ranked.isInCny
      ? "tern stats STORE --by \(dimension) --measures lists,goodsValueCny --top \(most) --top-by goodsValueCny"
      : "tern stats STORE --by \(dimension) --measures currency,lists,goodsValue --top \(ReportFigures.perCurrencyMost) --top-by goodsValue --where 'currency=\(shownCurrencies)'"
    return "\(charts)\(table.folded)\(HTML.same(as: command))"
  }

  private var shownCurrencies: String {
    figures.currencies.rows.filter { $0.kind == .cell }.prefix(ReportFigures.currenciesMost).map { $0.values[0] }
      .joined(separator: "|")
  }

  private func value(_ row: StatisticsRow, _ ranked: ReportFigures.Ranked) -> String {
    (ranked.isInCny ? row.measures.goodsValueCny?.text : row.measures.goodsValue?.text) ?? ""
  }

  private func amount(_ row: StatisticsRow, _ ranked: ReportFigures.Ranked) -> Int128 {
    (ranked.isInCny ? row.measures.goodsValueCny?.e5 : row.measures.goodsValueE5) ?? 0
  }

  private func currencyCode(_ code: String) -> HTML {
    .code(code, name: reference.codes(.currency)?.name(of: code))
  }

  private func currencyText(_ code: String) -> String {
    label(code, reference.codes(.currency)?.name(of: code))
  }

  private var currencyTable: ReportTable {
    var table = ReportTable(
      id: "t-currencies", caption: Words("Goods value by currency", "按币制统计货值"),
      columns: [
        .init("currency", Words("currency", "币制")),
        .init("lists", Words("lists", "清单"), isNumber: true),
        .init("lines", Words("lines", "商品行"), isNumber: true),
        .init("goodsValue", Words("goods value", "货值"), isNumber: true),
        .init("goodsValueCny", Words("in CNY", "折人民币"), isNumber: true),
        .init("listsWithoutRate", Words("lists without a rate", "无汇率清单"), isNumber: true),
      ])
    for row in figures.currencies.rows {
      table.rows.append([
        row.kind == .rest ? .others : currencyCode(row.values[0]), .count(row.measures.lists),
        .count(row.measures.lines), "\(Shown.number(row.measures.goodsValue?.text ?? ""))",
        "\(Shown.number(row.measures.goodsValueCny?.text ?? ""))", .count(row.measures.listsWithoutRate ?? 0),
      ])
    }
    return table
  }
}
