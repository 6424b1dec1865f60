import ArgumentParser
import Tern
import TernRules

struct Alerts: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What in a store should be looked at, worst first, each with its evidence.",
    discussion: """
      Jumps of a seller against its own past, rates of findings, one buyer with many addresses or the other \
      way round, lists just below the limit, prices far from the median. Needs verdicts: see 'tern reconcile'.
      """)
  @Argument(help: "The store's folder.") var store: String
  @Option(help: "table, csv or ndjson.") var format: AlertFormat = .table
  @Option(help: "en or zh.") var lang: Language = .english
  @Option(help: ArgumentHelp("Rules file with thresholds under 'alerts:' (see 'tern rules --init').", valueName: "file"))
  var rules: String?
  @OptionGroup var reference: ReferenceOptions
  @OptionGroup var options: RunOptions

  func run() throws {
    var engine = try options.engine()
    engine.settings.reference = try reference.load()
    engine.settings.alerts = try alertSettings(rules)
    let report = try working {
      let report = try engine.alerts(of: store)
      let sink = ByteSink()
      try engine.writeAlerts(report, as: format, language: lang, to: sink)
      try sink.close()
      return report
    }
    if !options.quiet {
      for (rule, count) in report.omitted {
        printError("\(count) more of \(rule.rawValue): raise its thresholds, or alerts.most")
      }
    }
  }
}

extension AlertFormat: ExpressibleByArgument {}
