import ArgumentParser
import Tern

struct Extract: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes what one department gets: customs, tax, forex or statistics.",
    discussion: """
      customs: every list that counts, with its verdict. tax: goods lines of released export lists. forex: \
      released lists with order, payments and waybill, and their amounts. statistics: cells of the cube. \
      Columns and units stand in Sources/Tern/Extract/README.md. Needs verdicts: see 'tern reconcile'.
      """)
  @Argument(help: "The store's folder.") var store: String
  @Argument(help: "customs, tax, forex or statistics.") var department: Department
  @Option(help: ArgumentHelp("A file, or - for standard output.", valueName: "file|-"))
  var out: String
  @Option(help: "csv or ndjson.") var format: RowFormat = .csv
  @OptionGroup var period: PeriodOptions
  @OptionGroup var reference: ReferenceOptions
  @OptionGroup var options: RunOptions

  func run() throws {
    var engine = try options.engine()
    engine.settings.reference = try reference.load()
    let period = try period.span()
    try working {
      let sink = out == "-" ? ByteSink() : try ByteSink(path: out)
      try engine.writeExtract(of: store, for: department, during: period, as: format, to: sink)
      try sink.close()
    }
  }
}

extension Department: ExpressibleByArgument {}
extension RowFormat: ExpressibleByArgument {}
