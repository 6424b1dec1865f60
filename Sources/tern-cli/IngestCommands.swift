import ArgumentParser
import Tern
import TernCEB
import TernReference
import TernRules

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Everything in one go, with a temporary store.")
  @Argument(help: "Files, folders, or - for standard input.") var inputs: [String]
  @Option(help: "Folder for verdicts.csv, statistics.csv, rejects.ndjson, summary.json and report.html.")
  var out: String
  @Flag(help: "Leave report.html out: a fifth of the time.") var noReport = false
  @Flag(help: "Also reject what breaks lengths and fixed values of the schema.") var strict = false
  @Option(help: ArgumentHelp("Fail, with nothing committed, if more than so many are rejected.", valueName: "n|p%"))
  var maxRejects: RejectLimit?
  @OptionGroup var rules: RuleOptions
  @OptionGroup var reference: ReferenceOptions
  @OptionGroup var options: RunOptions

  func run() throws {
    var engine = try options.engine(
      rules.settings(), reference.load(), strict: strict, maxRejects: maxRejects)
    engine.settings.alerts = try alertSettings(rules.rules)
    let report = try working { try engine.run(inputs, out: out, withReport: !noReport) }
    if !options.quiet {
      printReport(report.ingest)
      printReport(report.reconcile)
      printUnchecked(engine)
      printError("files: \(report.files.joined(separator: " "))")
    }
    if report.ingest.rejects > 0 { throw ExitCode(3) }
  }
}

struct Ingest: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Adds messages to a store; it is made if it is not there.")
  @Argument(help: "The store's folder.") var store: String
  @Argument(help: "Files, folders, or - for standard input.") var inputs: [String]
  @Flag(help: "Also reject what breaks lengths and fixed values of the schema.") var strict = false
  @Option(help: ArgumentHelp("Fail, with nothing committed, if more than so many are rejected.", valueName: "n|p%"))
  var maxRejects: RejectLimit?
  @OptionGroup var tables: TableOptions
  @OptionGroup var options: RunOptions

  func run() throws {
    let engine = try options.engine(strict: strict, maxRejects: maxRejects)
    let table = try tables.table(inputs)
    let report = try working {
      try table.map { try engine.ingestTables(inputs, as: $0, into: store) }
        ?? engine.ingest(inputs, into: store)
    }
    if !options.quiet { printReport(report) }
    if report.rejects > 0 { throw ExitCode(3) }
  }
}

struct Reconcile: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Gives every list that counts a verdict. Judges only the lists that new documents can have changed.")
  @Argument(help: "The store's folder.") var store: String
  @Flag(help: "Judge every list again. The verdicts are the same.") var full = false
  @OptionGroup var rules: RuleOptions
  @OptionGroup var reference: ReferenceOptions
  @OptionGroup var options: RunOptions

  func run() throws {
    let engine = try options.engine(rules.settings(), reference.load())
    let report = try working { try engine.reconcile(store, full: full) }
    if !options.quiet {
      printReport(report)
      printUnchecked(engine)
    }
  }
}

/// What was not checked for want of a table.
func printUnchecked(_ engine: Engine) {
  let parts = engine.settings.reference.unchecked
  if parts.isEmpty { return }
  let tables = ReferenceData.fileNames.filter { name in parts.contains { $0.table == name } }
  let findings = Finding.allCases.filter { finding in parts.contains { $0.finding == finding } }
  printError(
    "not checked, or not wholly, for want of a table: \(findings.map(\.name).joined(separator: ", ")); --reference DIR with \(tables.joined(separator: ", ")) would tell")
}

func printReport(_ report: IngestReport) {
  let kinds = Kind.allCases.filter { report.documents[Int($0.rawValue)] > 0 }
    .map { "\(report.documents[Int($0.rawValue)]) \($0.name)" }
  printError(
    "taken in: \(report.documentCount) documents from \(report.sources) sources, \(report.inputBytes) bytes"
      + (kinds.isEmpty ? "" : " (\(kinds.joined(separator: ", ")))"))
  if report.knownSources > 0 {
    printError("already there: \(report.knownSources) sources; they add nothing")
  }
  if report.ignoredCount > 0 {
    let names = report.ignored.prefix(3).joined(separator: ", ")
    printError(
      "not read: \(report.ignoredCount) files that are no messages (\(names)\(report.ignoredCount > 3 ? ", …" : ""))")
  }
  if report.schemaRemarks > 0 {
    printError(
      "remarks: \(report.schemaRemarks) values have a length that the schema forbids (--strict rejects them)")
  }
  if report.rejects > 0 { printError("rejected: \(report.rejects); 'tern rejects' lists them") }
  for note in report.notes { printError("note: \(note)") }
  if let note = report.note { printError(note) }
}

func printReport(_ report: ReconcileReport) {
  let dispositions = Disposition.allCases.compactMap { disposition -> String? in
    let count = report.dispositions[Int(disposition.rawValue)]
    return count > 0 ? "\(count) \(disposition.name)" : nil
  }
  printError(
    "judged: \(report.lists) lists" + (report.lists > 0 ? " as of \(timeText(report.asOf))" : "")
      + (dispositions.isEmpty ? "" : ": \(dispositions.joined(separator: ", "))")
      + (report.wasUpToDate ? " (nothing has changed since)" : ""))
  if report.orphanCancellations > 0 {
    printError(
      "cancellations: \(report.cancellations), of which \(report.orphanCancellations) cancel nothing; 'tern orphans' lists them")
  }
  if report.returns > 0 {
    printError(
      "returns: \(report.returns), of which \(report.exceedingReturns) exceed what was declared and \(report.orphanReturns) name no list; 'tern returns' lists them")
  }
  let width = Finding.allCases.map(\.name.count).max() ?? 0
  for finding in Finding.allCases where report.findings[Int(finding.rawValue)] > 0 {
    let name = finding.name + String(repeating: " ", count: width - finding.name.count)
    printError("  \(name)  \(report.findings[Int(finding.rawValue)])")
  }
}
