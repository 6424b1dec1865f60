import ArgumentParser
import Tern
import TernCEB

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Gives every stored document back, drafts and old versions included.",
    discussion: """
      To standard output, or into a folder: CEB303.xml and so on, a file per kind. As CSV a kind with lines \
      has them in a second file, CEB303.lines.csv, tied by the column #document; so CSV goes to standard \
      output only for one kind without lines. What is exported can be ingested again.
      """)
  @Argument(help: "The store's folder.") var store: String
  @Option(help: "xml, csv or ndjson.") var format: ExportFormat = .xml
  @Option(help: "Only this kind: 303, CEB303, or a role such as order; may be repeated.")
  var kind: [String] = []
  @Option(help: "Folder for the files; it is made if it is not there.") var out: String?
  @OptionGroup var options: RunOptions

  func run() throws {
    var kinds: Set<Kind> = []
    for name in kind {
      guard let named = TableKind(name) else {
        throw Failure.usage("--kind \(name): a message such as CEB303 or 303 is expected, or a role such as order")
      }
      kinds.formUnion(named.candidates)
    }
    let engine = try options.engine()
    let report = try working {
      if let out { return try engine.export(store, as: format, kinds: kinds, intoFolder: out) }
      if format == .csv, kinds.count != 1 || kinds.first!.spec.line != nil {
        throw Failure.usage(
          "--format csv: only one kind without lines goes to standard output; name a folder with --out")
      }
      let sink = ByteSink()
      let report = try engine.export(store, as: format, kinds: kinds, to: sink)
      try sink.close()
      return report
    }
    guard !options.quiet else { return }
    let counts = Kind.allCases.filter { report.documents[Int($0.rawValue)] > 0 }
      .map { "\(report.documents[Int($0.rawValue)]) \($0.name)" }
    printError("exported: \(report.documentCount) documents" + (counts.isEmpty ? "" : " (\(counts.joined(separator: ", ")))"))
    if !report.files.isEmpty { printError("files: \(report.files.joined(separator: " "))") }
  }
}

extension ExportFormat: ExpressibleByArgument {}
