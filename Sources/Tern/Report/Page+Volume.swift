import TernStats

/// Lists by `appTime`.
extension ReportPage {
  var volume: HTML {
    let series = VolumeSeries(figures.hours)
    guard let first = series.bars.first, let last = series.bars.last else {
      return Self.section("volume", "<p>\(Words("No list counts.", "没有生效的清单。"))</p>\n")
    }
    let unit = series.words
    let name = Words("Lists per \(unit.english)", "每\(unit.chinese)清单数")
    let chart = TimeChart(
      id: "c-volume", title: name,
      description: Words(
        "By appTime, from \(first.label) to \(last.label).", "按申报时间（appTime），\(first.label) 至 \(last.label)。"),
      bars: series.bars)
    let hours = series.hoursOfDay
    let profile = TimeChart(
      id: "c-hours", title: Words("Lists per hour of the day", "一天各小时清单数"),
      description: Words("All days together, China Standard Time.", "所有日期合计，北京时间。"),
      bars: hours, namedStep: 6)
    var table = ReportTable(
      id: "t-volume", caption: name,
      columns: [
        .init(series.period.rawValue, unit), .init("lists", Words("lists", "清单"), isNumber: true),
      ])
    table.rows = series.bars.filter { $0.value > 0 }.map { ["\($0.label)", .count($0.value)] }
    let recent = recentHours(series)
    var hourTable = ReportTable(
      id: "t-hours", caption: Words("Lists per hour of the day", "一天各小时清单数"),
      columns: [
        .init("hourOfDay", Words("hour", "小时")), .init("lists", Words("lists", "清单"), isNumber: true),
      ])
    hourTable.rows = hours.filter { $0.value > 0 }.map { ["\($0.label)", .count($0.value)] }
    var earlier: HTML = ""
    if series.earlier > 0 {
      earlier =
        "<p class=\"note\">\(Shown.number(series.earlier)) \(Words("lists are earlier.", "份清单的时间更早。"))</p>\n"
    }
    return Self.section(
      "volume",
      """
      \(chart.html)\(earlier)\(table.folded)\(HTML.same(as: "tern stats STORE --by \(series.period.rawValue) --measures lists"))\
      \(recent)\(profile.html)\(hourTable.folded)\(HTML.same(as: "tern stats STORE --by hour --measures lists"))
      """)
  }
}

extension ReportPage {
  /// The last days hour by hour, where the series above has longer steps.
  fileprivate func recentHours(_ series: VolumeSeries) -> HTML {
    if series.period == .hour { return "" }
    let name = Words("Lists per hour, the last \(VolumeSeries.recentDays) days", "最近 \(VolumeSeries.recentDays) 天每小时清单数")
    let chart = TimeChart(
      id: "c-recent", title: name,
      description: Words("Up to the last hour with a list.", "截至最后一个有清单的小时。"), bars: series.recent)
    var table = ReportTable(
      id: "t-recent", caption: name,
      columns: [.init("hour", Words("hour", "小时")), .init("lists", Words("lists", "清单"), isNumber: true)])
    table.rows = series.recent.filter { $0.value > 0 }.map { ["\($0.label)", .count($0.value)] }
    return "\(chart.html)\(table.folded)\(HTML.same(as: "tern stats STORE --by hour --measures lists"))"
  }
}

/// Hours, days or months side by side, so many as a chart can show.
struct VolumeSeries {
  private(set) var period = TernStats.Period.hour
  private(set) var bars: [TimeChart.Bar] = []
  /// Lists before the first bar.
  private(set) var earlier = 0
  private(set) var hoursOfDay: [TimeChart.Bar] = []
  /// Hours of the last days.
  private(set) var recent: [TimeChart.Bar] = []

  static let hoursMost = 24 * 10
  static let daysMost = 366
  static let recentDays = 7
  /// Of months the last ones are shown.
  static let monthsMost = 120

  var words: Words {
    switch period {
    case .hour: Words("hour", "小时")
    case .day: Words("day", "日")
    case .month: Words("month", "月")
    }
  }

  /// - Parameter hours: in order of time; those without a list may be left out.
  init(_ hours: [(hour: String, lists: Int)]) {
    guard let first = hours.first?.hour, let last = hours.last?.hour,
      let start = Self.hourNumber(first), let end = Self.hourNumber(last)
    else { return }
    var counts: [String: Int] = [:]
    let width: Int
    if end - start < Self.hoursMost {
      (period, width) = (.hour, 10)
    } else if end / 24 - start / 24 < Self.daysMost {
      (period, width) = (.day, 8)
    } else {
      (period, width) = (.month, 6)
    }
    var byHour = [Int](repeating: 0, count: 24)
    for (hour, lists) in hours {
      counts[String(hour.prefix(width)), default: 0] += lists
      if let hour = Int(hour.suffix(2)), byHour.indices.contains(hour) { byHour[hour] += lists }
    }
    let byText = Dictionary(uniqueKeysWithValues: hours.map { ($0.hour, $0.lists) })
    recent = (end - 24 * Self.recentDays + 1...end).map { hour in
      let text = String(timeText(Int64(hour) * 3_600).prefix(10))
      return .init(label: Shown.time(text), value: byText[text] ?? 0)
    }
    var shown = 0
    for text in names(start, end) {
      let lists = counts[text] ?? 0
      shown += lists
      bars.append(.init(label: Shown.time(text), value: lists))
    }
    earlier = counts.values.reduce(0, +) - shown
    hoursOfDay = byHour.enumerated().map { .init(label: "\($0 < 10 ? "0" : "")\($0):00", value: $1) }
  }

  /// Every period from the first to the last.
  private func names(_ start: Int, _ end: Int) -> [String] {
    switch period {
    case .hour: return (start...end).map { String(timeText(Int64($0) * 3_600).prefix(10)) }
    case .day: return (start / 24...end / 24).map { String(timeText(Int64($0) * 86_400).prefix(8)) }
    case .month:
      func month(_ hour: Int) -> Int {
        let text = timeText(Int64(hour) * 3_600)
        return (Int(text.prefix(4)) ?? 0) * 12 + (Int(text.dropFirst(4).prefix(2)) ?? 1) - 1
      }
      let (first, last) = (month(start), month(end))
      return (max(first, last - Self.monthsMost + 1)...last).map { number in
        let (year, month) = (String(number / 12), String(number % 12 + 1))
        return String(repeating: "0", count: max(0, 4 - year.count)) + year
          + (month.count == 1 ? "0" : "") + month
      }
    }
  }

  /// Hours since 1970-01-01; before it, of days that are whole.
  private static func hourNumber(_ text: String) -> Int? {
    guard let seconds = timeSeconds(text + "0000") else { return nil }
    return Int(seconds >= 0 ? seconds / 3_600 : (seconds - 3_599) / 3_600)
  }
}
