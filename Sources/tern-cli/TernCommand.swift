import ArgumentParser
import Glibc
import Tern

/// `tern`: arguments in, calls of the library, printed results. Nothing else happens here.
@main
struct TernCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tern",
    abstract: "Clears cross-border parcels: matches every clearance list with its order, payment and waybill.",
    discussion: """
      Results go to standard output, everything else to standard error.
      Exit status: 0 done; 1 failed, nothing half-written is left; 2 wrong usage; 3 done, and some \
      input was rejected.
      """,
    version: "0.1.0",
    subcommands: verbs.map(\.command))

  private static let verbs: [(name: String, command: any ParsableCommand.Type)] = [
    ("run", Run.self), ("ingest", Ingest.self), ("reconcile", Reconcile.self),
    ("verdicts", Verdicts.self), ("stats", Stats.self), ("rejects", Rejects.self), ("orphans", Orphans.self),
    ("verify", Verify.self), ("generate", Generate.self), ("doctor", Doctor.self),
    ("kinds", Kinds.self), ("export", Export.self), ("returns", Returns.self), ("explain", Explain.self),
    ("extract", Extract.self),
    ("scorecard", Scorecard.self),
    ("alerts", Alerts.self),
    ("opportunities", Opportunities.self),
    ("receipts", Receipts.self), ("rules", Rules.self), ("summarize", Summarize.self), ("report", Report.self),
  ]

  /// The verb's own command, without the tree of all verbs, which takes milliseconds to build. Nil
  /// where that tree has more to say: other arguments, help, mistakes.
  private static func parseVerb() -> (any ParsableCommand)? {
    let arguments = CommandLine.arguments.dropFirst()
    guard let verb = verbs.first(where: { $0.name == arguments.first }),
      !arguments.contains("--help"), !arguments.contains("-h")
    else { return nil }
    return try? verb.command.parseAsRoot(Array(arguments.dropFirst()))
  }

  static func main() {
    do {
      var command = try parseVerb() ?? parseAsRoot()
      try command.run()
    } catch let code as ExitCode {
      Glibc.exit(code.rawValue)
    } catch let failure as Failure {
      printError("tern: \(failure.text)")
      Glibc.exit(failure.status)
    } catch {
      let text = fullMessage(for: error)
      if exitCode(for: error) == .success {
        print(text)
        Glibc.exit(0)
      }
      printError(text)
      Glibc.exit(2)
    }
  }
}

/// A message for people and the exit status that goes with it.
struct Failure: Error {
  var text: String
  var status: Int32

  static func usage(_ text: String) -> Failure { Failure(text: text, status: 2) }
}

func printText(_ text: String) {
  let sink = ByteSink()
  sink.append(text)
  try? sink.close()
}

func printError(_ text: String) {
  var line = text + "\n"
  line.withUTF8 { _ = unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
