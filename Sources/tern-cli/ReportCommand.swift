import ArgumentParser
import Tern
import TernRules

struct Report: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes one page (HTML) with what a store holds and what became of it.",
    discussion: """
      The page has Chinese and English, needs no other file and no network, and can be read on a phone and \
      printed. Its figures are those of 'tern stats', 'verdicts', 'alerts' and 'rejects'. Names and rates come from the \
      reference tables. Needs verdicts: see 'tern reconcile'.
      """)
  @Argument(help: "The store's folder.") var store: String
  @Option(help: ArgumentHelp("The page.", valueName: "file")) var out: String
  @Option(help: "Language that is shown first, en or zh.") var lang: Language = .english
  @Option(help: ArgumentHelp("Rules file with thresholds under 'alerts:' (see 'tern rules --init').", valueName: "file"))
  var rules: String?
  @OptionGroup var reference: ReferenceOptions
  @OptionGroup var options: RunOptions

  func run() throws {
    var engine = try options.engine(RuleSettings(), reference.load())
    engine.settings.alerts = try alertSettings(rules)
    try working {
      let sink = try ByteSink(path: out)
      try engine.writeReport(of: store, language: lang, to: sink)
      try sink.close()
    }
  }
}
