import ArgumentParser
import Tern
import TernStats

struct Scorecard: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What a store knows of each enterprise, and which credit class that would support.",
    discussion: """
      Documents, match rate, findings, timeliness, returns and trend, by role. A suggestion is a basis for \
      people to decide; nothing changes a class. Needs verdicts: see 'tern reconcile'.
      """)
  @Argument(help: "The store's folder.") var store: String
  @Option(help: "seller, platform, agent, carrier or payment (default: all).")
  var role: EnterpriseRole?
  @Option(help: "table, csv or json.") var format: ScorecardFormat = .table
  @OptionGroup var period: PeriodOptions
  @OptionGroup var reference: ReferenceOptions
  @OptionGroup var options: RunOptions

  func run() throws {
    var engine = try options.engine()
    engine.settings.reference = try reference.load()
    let period = try period.span()
    try working {
      let cards = try engine.scorecard(of: store, role: role, during: period)
      let sink = ByteSink()
      try engine.writeScorecard(cards, as: format, to: sink)
      try sink.close()
    }
  }
}

extension EnterpriseRole: ExpressibleByArgument {}
extension ScorecardFormat: ExpressibleByArgument {}

/// A stretch of `appTime`.
struct PeriodOptions: ParsableArguments {
  @Option(help: "Only documents with an appTime from here on, YYYYMMDD or YYYYMMDDhhmmss.")
  var from: String?
  @Option(help: "Only documents with an appTime before this.") var to: String?

  /// Nil where neither is given.
  func span() throws -> TimeSpan? {
    if from == nil && to == nil { return nil }
    let first = try seconds("--from", from) ?? .min
    let end = try seconds("--to", to) ?? .max
    if first >= end { throw Failure.usage("--from is not before --to: nothing lies between") }
    return TimeSpan(seconds: first..<end)
  }

  /// A day stands for its first second.
  private func seconds(_ name: String, _ text: String?) throws -> Int64? {
    guard let text else { return nil }
    guard let seconds = timeSeconds(text.utf8.count == 8 ? text + "000000" : text) else {
      throw Failure.usage("\(name) \(text): a real time YYYYMMDD or YYYYMMDDhhmmss is expected")
    }
    return seconds
  }
}
