import ArgumentParser
import Glibc
import Tern
import TernGenerate

extension GenerateSettings.RuleBook: ExpressibleByArgument {}

struct Generate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes a synthetic corpus, and the truth beside it.",
    discussion: """
      DIR/messages holds the messages, DIR/truth the verdicts that every list must get. With - \
      the messages go to standard output. The same options give the same bytes. With --rule-book full \
      DIR/reference (with -, a folder in that of --truth) holds the tables to judge with.
      Faults: \(Fault.allCases.map(\.name).joined(separator: ", ")).
      """)
  @Argument(help: "A new or empty folder, or - for standard output.") var target: String
  @Option(help: "Clearance lists.") var lists: Int
  @Option(help: "What decides everything random.") var seed: UInt64 = 1
  @Option(help: "Exports per hundred lists.") var exports = 70
  @Option(help: "Documents per message.") var documentsPerMessage = 100
  @Option(help: "Bundle messages into files of about this size, such as 256M (default: one message per file).")
  var bundle: ByteCount?
  @Option(help: "The day of the lists, YYYYMMDD.") var date = 20_260_301
  @Option(help: "triplet, or full: also faults of regime, codes, limits and firms, with the tables in DIR/reference that their truth holds for.")
  var ruleBook = GenerateSettings.RuleBook.triplet
  @Option(help: ArgumentHelp("Lists per million with a fault, such as amount.paid=1000; all=N sets every rate; may be repeated.", valueName: "name=rate"))
  var fault: [String] = []
  @Flag(help: "No faults but those given with --fault.") var clean = false
  @Option(help: "Where the truth goes when the messages go to standard output.") var truth: String?
  @OptionGroup var options: RunOptions

  func run() throws {
    var settings = GenerateSettings(lists: lists, seed: seed)
    settings.exportPercent = exports
    settings.documentsPerMessage = documentsPerMessage
    settings.startDate = date
    settings.threads = options.threads ?? 0
    if let bundle { settings.layout = .bundles(bytes: bundle.bytes) }
    settings.ruleBook = ruleBook
    if ruleBook == .full { settings.faultRates = .full }
    if clean { settings.faultRates = .clean }
    for entry in fault {
      let parts = entry.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, let rate = Int(parts[1]) else {
        throw Failure.usage("--fault \(entry): a name and a rate per million lists, such as amount.paid=1000")
      }
      if parts[0] == "all" {
        settings.faultRates = .uniform(perMillion: rate, ruleBook)
      } else if let fault = Fault(name: parts[0]) {
        settings.faultRates[fault] = rate
      } else {
        throw Failure.usage("--fault \(entry): no such fault; 'tern generate --help' lists them")
      }
    }
    if ruleBook == .full, target == "-", truth == nil {
      throw Failure.usage("--rule-book full to standard output needs --truth FOLDER: the tables go there")
    }
    let destination: GenerateSettings.Destination =
      target == "-" ? .descriptor(STDOUT_FILENO, truthFolder: truth) : .folder(path: target)
    do {
      let summary = try generate(settings, to: destination)
      if !options.quiet {
        printError(
          "generated: \(summary.lists) lists, \(summary.messages) messages, \(summary.bytes) bytes")
      }
    } catch GenerateError.invalidSettings(let text) {
      throw Failure.usage(text)
    } catch {
      throw Failure(text: "\(error)", status: 1)
    }
  }
}
