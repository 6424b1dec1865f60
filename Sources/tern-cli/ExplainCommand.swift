import ArgumentParser
import Glibc
import Tern
import TernRules

struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows all that a store knows of one order, list or waybill, and why its verdict is what it is.",
    discussion: "Exactly one of --order, --list and --waybill. Exit status 1 if nothing has the number.")
  @Argument(help: "The store's folder.") var store: String
  @Option(help: "An orderNo.") var order: String?
  @Option(help: "A list's copNo or invtNo.") var list: String?
  @Option(help: "A logisticsNo.") var waybill: String?
  @Option(help: "text or json.") var format: ExplainFormat = .text
  @Option(help: "en or zh.") var lang: Language = .english
  @OptionGroup var options: RunOptions

  enum ExplainFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
  }

  func run() throws {
    let asked = [
      order.map(ExplainQuery.order), list.map(ExplainQuery.list), waybill.map(ExplainQuery.waybill),
    ].compactMap { $0 }
    guard asked.count == 1, let query = asked.first, !query.number.isEmpty else {
      throw Failure.usage("explain: one of --order NO, --list NO and --waybill NO is expected")
    }
    let engine = try options.engine()
    let explanation = try working { try engine.explain(query, in: store) }
    try working {
      let sink = ByteSink()
      switch format {
      case .text:
        if !explanation.isEmpty {
          sink.append(explanation.text(lang, hasColour: isatty(STDOUT_FILENO) == 1))
        }
      case .json: sink.append(explanation.json(lang))
      }
      try sink.close()
    }
    if explanation.isEmpty {
      throw Failure(
        text: "\(store): nothing has the \(asked.first.map(elementNames) ?? "") '\(query.number)'; numbers are compared byte for byte, and 'tern rejects \(store)' lists what could not be used",
        status: 1)
    }
  }

  private func elementNames(_ query: ExplainQuery) -> String {
    switch query {
    case .order: "orderNo"
    case .list: "copNo or invtNo"
    case .waybill: "logisticsNo"
    }
  }
}

extension Language: ExpressibleByArgument {}
