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
  @Option(help: "Colours: auto (on a terminal, unless NO_COLOR is set), always or never.")
  var color: ColorMode = .auto
  @OptionGroup var reference: ReferenceOptions
  @OptionGroup var options: RunOptions

  enum ColorMode: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never

    /// See no-color.org: any value but an empty one.
    var isOn: Bool {
      func isSet(_ name: String) -> Bool { unsafe getenv(name).map { unsafe $0.pointee != 0 } ?? false }
      switch self {
      case .always: return true
      case .never: return false
      case .auto:
        let isDumb = unsafe getenv("TERM").map { unsafe String(cString: $0) == "dumb" } ?? false
        return isatty(STDOUT_FILENO) == 1 && !isSet("NO_COLOR") && !isDumb
      }
    }
  }

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
    let engine = try options.engine(RuleSettings(), reference.load())
    let explanation = try working { try engine.explain(query, in: store) }
    try working {
      let sink = ByteSink()
      switch format {
      case .text:
        if !explanation.isEmpty {
          sink.append(explanation.text(lang, hasColour: color.isOn))
        }
      case .json: sink.append(explanation.json(lang))
      }
      try sink.close()
    }
    if explanation.isEmpty {
      let names = elementNames(query)
      throw Failure(
        text: lang == .english
          ? "\(store): nothing has the \(names) '\(query.number)'; numbers are compared byte for byte, and 'tern rejects \(store)' lists what could not be used"
          : "\(store)：没有单证的 \(names) 为 '\(query.number)'；编号逐字节比较，无法使用的单证见 'tern rejects \(store)'",
        status: 1)
    }
  }

  private func elementNames(_ query: ExplainQuery) -> String {
    switch query {
    case .order: "orderNo"
    case .list: lang == .english ? "copNo or invtNo" : "copNo 或 invtNo"
    case .waybill: "logisticsNo"
    }
  }
}

extension Language: ExpressibleByArgument {}
