import ArgumentParser
import Tern
import TernRules
import TernStats

struct Stats: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Counts and sums the lists by dimensions.",
    discussion: """
      Dimensions: \(Dimension.allCases.map(\.rawValue).joined(separator: ", ")); chapter, heading, seller, \
      platform and carrier are hs2, hs4, ebcCode, ebpCode and logisticsCode.
      Measures: \(Measure.allCases.map(\.rawValue).joined(separator: ", ")).
      """)
  @Argument(help: "The store's folder.") var store: String
  @Option(help: "Dimensions, comma-separated.") var by: String?
  @Option(
    help: "Measures, comma-separated (default: \(Measure.usual.map(\.rawValue).joined(separator: ","))).")
  var measures: String?
  @Option(
    name: .customLong("where"),
    help: ArgumentHelp(
      "Only lists, or lines, with these values, such as country=502|304,day=20260301..20260307; may be repeated.",
      valueName: "dimension=value|value,…"))
  var filters: [String] = []
  @Option(help: "A row for each hour, day or month from the first to the last.") var series: Period?
  @Option(
    help: ArgumentHelp(
      "Two stretches of time side by side, such as 202602,202603 or 20260301..20260307,20260308..20260314.",
      valueName: "first,second"))
  var compare: String?
  @Option(help: "Only the N largest, and one row for the rest.") var top: Int?
  @Option(help: "What is largest (default: lists); goodsValue ranks within each currency, qty within each unit.") var topBy: String?
  @Flag(help: "Total rows in CSV and JSON too.") var total = false
  @Option(help: "table, csv or json.") var format: StatisticsFormat = .table
  @OptionGroup var reference: ReferenceOptions
  @OptionGroup var options: RunOptions

  func run() throws {
    let query = try query()
    let engine = try options.engine(RuleSettings(), reference.load())
    try working {
      let result = try engine.statistics(of: store, query)
      if result.listsWithoutRate > 0, !options.quiet {
        printError(
          "goodsValueCny: \(result.listsWithoutRate) lists are in a currency without a rate on their day; it is empty where one of them counts"
        )
      }
      if result.totals.last?.measures.lists == 0, !query.filter.isEmpty, !options.quiet {
        printError("no list passes --where \(filters.joined(separator: ","))")
      }
      let sink = ByteSink()
      try engine.writeStatistics(result, as: format, to: sink)
      try sink.close()
    }
  }

  private func query() throws -> StatisticsQuery {
    if by == nil && series == nil && compare == nil {
      throw Failure.usage("--by is missing: name dimensions, or ask for --series or --compare")
    }
    var query = StatisticsQuery([])
    if let by { query.dimensions = try option("--by \(by)") { try Dimension.parse(by) } }
    if let measures { query.measures = try option("--measures \(measures)") { try Measure.parse(measures) } }
    if !filters.isEmpty {
      let text = filters.joined(separator: ",")
      query.filter = try option("--where \(text)") { try StatisticsFilter(text, names: .ofVerdicts) }
    }
    query.series = series
    if let compare { query.comparison = try option("--compare \(compare)") { try .init(compare) } }
    if let top {
      query.top = .init(count: top)
      if let topBy { query.top!.measure = try option("--top-by \(topBy)") { try Measure(named: topBy) } }
    } else if topBy != nil {
      throw Failure.usage("--top-by says what --top N counts: --top is missing")
    }
    query.showsTotals = total
    do { try query.check() } catch { throw Failure.usage("\(error)") }
    return query
  }

  /// What an option says, or which option makes no sense and why.
  private func option<Value>(_ text: String, _ read: () throws -> Value) throws -> Value {
    do {
      return try read()
    } catch {
      throw Failure.usage("\(text): \(error)")
    }
  }
}

extension StatisticsFormat: ExpressibleByArgument {}
extension Period: ExpressibleByArgument {}
