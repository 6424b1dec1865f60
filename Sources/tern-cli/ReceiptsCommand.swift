import ArgumentParser
import Tern
import TernRules

struct Receipts: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Answers lists, their triplets and what was rejected with messages in the customs' format.",
    discussion: """
      DIR gets a folder per kind (CEB604, CEB304, …), in it a file per message of up to 100 receipts, \
      and index.csv with a row per receipt. It appears whole or not at all. Needs verdicts: see \
      'tern reconcile'.
      """)
  @Argument(help: "The store's folder.") var store: String
  @Option(help: ArgumentHelp("A new or empty folder.", valueName: "dir")) var out: String
  @Option(help: "Edition of the message specification: 2018 or 202205.")
  var spec: ReceiptSpec = .of202205
  @Option(help: ArgumentHelp("Wrap every message in a DxpMsg of this sender.", valueName: "sender"))
  var dxp: String?
  @Option(help: ArgumentHelp("Receiver of the wrapped messages (default: the sender).", valueName: "receiver"))
  var dxpTo: String?
  @OptionGroup var reference: ReferenceOptions
  @OptionGroup var options: RunOptions

  func run() throws {
    try checkParticipants(dxp, dxpTo)
    var settings = ReceiptSettings()
    settings.spec = spec
    settings.dxpSender = dxp
    settings.dxpReceiver = dxpTo
    let engine = try options.engine(RuleSettings(), reference.load())
    let report = try working { try engine.writeReceipts(of: store, to: out, settings: settings) }
    if !options.quiet {
      let kinds = report.receipts.map { "\($0.count) \($0.kind.name)" }.joined(separator: ", ")
      printError(
        "receipts: \(kinds.isEmpty ? "none" : kinds), in \(report.messages) messages below \(out)")
    }
  }
}

/// Whether the ends of an envelope have names that `DxpMsg` takes.
func checkParticipants(_ sender: String?, _ receiver: String?) throws {
  for (name, value) in [("--dxp", sender), ("--dxp-to", receiver)] {
    guard let value, !isParticipant(value) else { continue }
    throw Failure.usage("\(name) '\(value)': 1 to 16 letters, digits, '-' or '_' are expected")
  }
  if receiver != nil && sender == nil { throw Failure.usage("--dxp-to needs --dxp") }
}

private func isParticipant(_ text: String) -> Bool {
  (1...16).contains(text.utf8.count)
    && text.utf8.allSatisfy { byte in
      let character = Character(Unicode.Scalar(byte))
      return byte < 0x80 && (character.isLetter || character.isNumber || "-_".contains(character))
    }
}

extension ReceiptSpec: ExpressibleByArgument {}
