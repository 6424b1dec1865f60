import ArgumentParser
import Tern
import TernCEB

struct Rejects: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists, counts or gives back what could not be used, and why.",
    discussion: """
      Reasons: \(RejectReason.allCases.map(\.rawValue).joined(separator: ", ")).
      --as-xml writes the rejected documents in new messages, byte for byte, to be mended and \
      ingested again: the good neighbours are in the store already and do not come twice.
      """)
  @Argument(help: "The store's folder.") var store: String
  @Option(help: "table, csv or ndjson (with the original bytes).") var format: RejectFormat = .table
  @Option(help: "Only these reasons, comma-separated.") var reason: String?
  @Option(help: "Only these kinds, comma-separated, such as CEB603.") var kind: String?
  @Option(help: "Only these senders, comma-separated.") var sender: String?
  @Option(
    help: ArgumentHelp(
      "Count by \(RejectDimension.allCases.map(\.rawValue).joined(separator: ", ")), comma-separated.",
      valueName: "names"))
  var countBy: String?
  @Option(help: ArgumentHelp("Write the originals as messages to this new folder.", valueName: "dir"))
  var asXml: String?
  @OptionGroup var options: RunOptions

  func run() throws {
    let engine = try options.engine()
    let filter = try self.filter()
    if let asXml {
      let report = try working { try engine.writeRejectedMessages(of: store, filter: filter, to: asXml) }
      if !options.quiet {
        printError(
          "written: \(report.documents) documents in \(report.messages) messages, \(report.others) originals as they came; see \(asXml)/index.csv"
        )
      }
      return
    }
    let dimensions = try list(countBy).map { name in
      guard let dimension = RejectDimension(rawValue: name) else {
        let known = RejectDimension.allCases.map(\.rawValue).joined(separator: ", ")
        throw Failure.usage("--count-by \(name): known are \(known)")
      }
      return dimension
    }
    try working {
      let sink = ByteSink()
      if dimensions.isEmpty {
        try engine.writeRejects(of: store, as: format, filter: filter, to: sink)
      } else {
        try engine.writeRejectCounts(of: store, by: dimensions, as: format, filter: filter, to: sink)
      }
      try sink.close()
    }
  }

  private func filter() throws -> RejectFilter {
    var filter = RejectFilter()
    for name in list(reason) {
      guard let value = RejectReason(rawValue: name) else {
        let known = RejectReason.allCases.map(\.rawValue).joined(separator: ", ")
        throw Failure.usage("--reason \(name): known are \(known)")
      }
      filter.reasons.insert(value)
    }
    for name in list(kind) {
      guard let value = Kind.allCases.first(where: { $0.name == name || "\($0.spec.number)" == name })
      else { throw Failure.usage("--kind \(name): 'tern kinds' lists them") }
      filter.kinds.insert(value.name)
    }
    filter.senders = Set(list(sender))
    return filter
  }

  private func list(_ text: String?) -> [String] {
    text?.split(separator: ",").map(String.init) ?? []
  }
}

extension RejectLimit: ExpressibleByArgument {
  /// `100` or `0.5%`.
  public init?(argument: String) {
    if argument.last == "%" {
      guard let percent = Double(argument.dropLast()), (0...100).contains(percent) else { return nil }
      self = .share(ppm: Int((percent * 10_000).rounded()))
    } else {
      guard let count = Int(argument), count >= 0 else { return nil }
      self = .count(count)
    }
  }
}
