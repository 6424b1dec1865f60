import ArgumentParser
import Tern

struct Returns: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the returns, with their lists and what they take off.")
  @Argument(help: "The store's folder.") var store: String
  @Option(help: "table, csv or ndjson.") var format: ReturnsFormat = .table
  @OptionGroup var options: RunOptions

  func run() throws {
    let engine = try options.engine()
    try working {
      let sink = ByteSink()
      try engine.writeReturns(of: store, as: format, to: sink)
      try sink.close()
    }
  }
}

extension ReturnsFormat: ExpressibleByArgument {}
