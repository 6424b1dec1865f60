import ArgumentParser
import Glibc

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
    subcommands: [
      Run.self, Ingest.self, Reconcile.self, Verdicts.self, Stats.self, Rejects.self, Verify.self,
      Generate.self, Doctor.self, Explain.self, Receipts.self, Summarize.self,
    ])

  static func main() {
    do {
      var command = try parseAsRoot()
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

func printError(_ text: String) {
  var line = text + "\n"
  line.withUTF8 { _ = unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
