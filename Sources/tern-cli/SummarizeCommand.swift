import ArgumentParser
import Tern
import TernRules

struct Summarize: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Merges the released export lists of a period into summary declarations (CEB701).",
    discussion: """
      Takes lists with statisticsFlag B and appTime in [from, to). DIR gets CEB701/ with the messages, \
      declarations.csv, lines.csv, lists.csv, changes.csv and summary.json. The store remembers which lists \
      a run took: no other run takes them, and the same period gives the same files again. What comes late \
      for a period is taken by --supplement 1, then 2, and so on. Needs verdicts: see 'tern reconcile'.
      """)
  @Argument(help: "The store's folder.") var store: String
  @Option(help: ArgumentHelp("Start of the period: YYYYMMDDhhmmss, or the start of the day YYYYMMDD.", valueName: "time"))
  var from: String
  @Option(help: ArgumentHelp("Its end, which is not in it: the same.", valueName: "time")) var to: String
  @Option(help: ArgumentHelp("A new or empty folder.", valueName: "dir")) var out: String
  @Option(help: ArgumentHelp("Number of a later run for what is left of the period, from 1.", valueName: "n"))
  var supplement = 0
  @Option(help: ArgumentHelp("1: a declaration per ebcCode; 2: per ebcCode and ownerCode (default: 1).", valueName: "flag"))
  var summaryFlag: SummaryFlag?
  @Option(help: ArgumentHelp("1: lines merge by itemName too; 0: they do not (default: 0).", valueName: "flag"))
  var itemNameFlag: Int?
  @Option(help: ArgumentHelp("Who declares (default: each declaration's agentCode).", valueName: "code"))
  var declAgentCode: String?
  @Option(help: ArgumentHelp("Its name (default: as the lists or the register have it).", valueName: "name"))
  var declAgentName: String?
  @Option(help: ArgumentHelp("Lists that a message names, 1 to 10000 (default: 1000).", valueName: "n"))
  var perMessage: Int?
  @Option(help: "Edition of the message specification: 2018 or 202205 (default: 202205).")
  var spec: ReceiptSpec?
  @Option(help: ArgumentHelp("Wrap every message in a DxpMsg of this sender.", valueName: "sender"))
  var dxp: String?
  @Option(help: ArgumentHelp("Receiver of the wrapped messages (default: the sender).", valueName: "receiver"))
  var dxpTo: String?
  @OptionGroup var reference: ReferenceOptions
  @OptionGroup var options: RunOptions

  func run() throws {
    try checkParticipants(dxp, dxpTo)
    if let itemNameFlag, itemNameFlag != 0 && itemNameFlag != 1 {
      throw Failure.usage("--item-name-flag \(itemNameFlag): 0 or 1 is expected")
    }
    let (start, end) = (try seconds("--from", from), try seconds("--to", to))
    guard start < end else { throw Failure.usage("--to \(to): a time after --from \(from) is expected") }
    var settings = SummarySettings(period: start..<end)
    settings.supplement = supplement
    settings.summaryFlag = summaryFlag
    settings.itemNameFlag = itemNameFlag.map { $0 == 1 }
    settings.declAgentCode = declAgentCode
    settings.declAgentName = declAgentName
    settings.listsPerMessage = perMessage
    settings.spec = spec
    settings.dxpSender = dxp
    settings.dxpReceiver = dxpTo
    let engine = try options.engine(RuleSettings(), reference.load())
    let report = try working { try engine.summarize(store, to: out, settings: settings) }
    if !options.quiet { say(report) }
  }

  private func say(_ report: SummaryReport) {
    printError(
      "\(report.isRepeated ? "summary, as it was made" : "summary"): \(report.lists) lists in \(report.declarations) declarations of \(report.lines) lines, \(report.messages) messages below \(out)"
    )
    let left = SummaryExclusion.allCases.filter { report.leftOut[$0.rawValue] > 0 }
      .map { "\(report.leftOut[$0.rawValue]) \($0.name)" }
    if !left.isEmpty { printError("left out: \(left.joined(separator: ", "))") }
    if report.lists == 0 { printError("no list was taken; the store remembers nothing of it") }
    if report.lateLists > 0 {
      printError("\(report.lateLists) lists of the period came since; take them with --supplement")
    }
    if report.changedLists > 0 {
      printError("\(report.changedLists) lists that runs took are no longer as they were; see changes.csv")
    }
  }

  /// A day stands for its start.
  private func seconds(_ name: String, _ text: String) throws -> Int64 {
    guard let seconds = timeSeconds(text.utf8.count == 8 ? text + "000000" : text) else {
      throw Failure.usage("\(name) \(text): a real time YYYYMMDDhhmmss or day YYYYMMDD is expected")
    }
    return seconds
  }
}

extension SummaryFlag: ExpressibleByArgument {}
