import ArgumentParser
import Tern
import TernRules

struct Verdicts: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints the verdict of every list that counts.")
  @Argument(help: "The store's folder.") var store: String
  @Option(help: "csv or ndjson.") var format: VerdictFormat = .csv
  @Option(help: "received, or priority: sellers of the priority classes of the rules first.")
  var order: VerdictOrder = .received
  @Option(help: "Only these dispositions, comma-separated.") var disposition: String?
  @Option(help: "Only lists with any of these findings, comma-separated.") var finding: String?
  @OptionGroup var options: RunOptions

  func run() throws {
    var filter = VerdictFilter()
    for name in names(disposition) {
      guard let value = Disposition.allCases.first(where: { $0.name == name }) else {
        let valid = Disposition.allCases.map(\.name).joined(separator: ", ")
        throw Failure.usage("--disposition \(name): known are \(valid)")
      }
      filter.dispositions.insert(value)
    }
    for name in names(finding) {
      guard let value = Finding(name: name) else {
        let valid = Finding.allCases.map(\.name).joined(separator: ", ")
        throw Failure.usage("--finding \(name): known are \(valid)")
      }
      filter.findings.insert(value)
    }
    let engine = try options.engine()
    try working {
      let sink = ByteSink()
      try engine.writeVerdicts(of: store, as: format, filter: filter, order: order, to: sink)
      try sink.close()
    }
  }

  private func names(_ list: String?) -> [String] {
    list?.split(separator: ",").map(String.init) ?? []
  }
}

extension VerdictOrder: ExpressibleByArgument {}
