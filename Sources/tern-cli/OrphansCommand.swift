import ArgumentParser
import Tern
import TernRules

struct Orphans: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the orders, payments and waybills that count and that no list takes, with their age.")
  @Argument(help: "The store's folder.") var store: String
  @Option(help: "table, csv or ndjson.") var format: OrphanFormat = .table
  @Option(help: "Age is counted up to this time, YYYYMMDDhhmmss (default: that of the verdicts).")
  var asOf: String?
  @OptionGroup var options: RunOptions

  func run() throws {
    var rules = RuleSettings()
    rules.asOf = try asOfSeconds(asOf)
    let engine = try options.engine(rules)
    try working {
      let sink = ByteSink()
      try engine.writeOrphans(of: store, as: format, to: sink)
      try sink.close()
    }
  }
}

extension OrphanFormat: ExpressibleByArgument {}
