import ArgumentParser
import Tern

struct Opportunities: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Export lists declared for summary (B) that could have been declared in the simplified way (A), by seller.",
    discussion: """
      By the tariff and the rates of --reference: without them no goods have licence, duty or refund, and only \
      yuan are compared with the limit. Needs verdicts: see 'tern reconcile'.
      """)
  @Argument(help: "The store's folder.") var store: String
  @Option(help: "table, csv or ndjson.") var format: OpportunityFormat = .table
  @Flag(help: "A row per list instead of per seller (csv or ndjson).") var lists = false
  @OptionGroup var reference: ReferenceOptions
  @OptionGroup var options: RunOptions

  func run() throws {
    var engine = try options.engine()
    engine.settings.reference = try reference.load()
    let rowFormat = RowFormat(rawValue: format.rawValue)
    if lists && rowFormat == nil {
      throw Failure.usage("--lists writes rows: --format csv or ndjson is expected")
    }
    try working {
      let sink = ByteSink()
      if lists, let rowFormat {
        try engine.writeOpportunityLists(of: store, as: rowFormat, to: sink)
      } else {
        try engine.writeOpportunities(try engine.opportunities(of: store), as: format, to: sink)
      }
      try sink.close()
    }
  }
}

extension OpportunityFormat: ExpressibleByArgument {}
