import ArgumentParser
import Tern
import TernCEB

/// Tables instead of messages.
struct TableOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The inputs are tables of these documents: 303, CEB303, or order, payment, waybill, list, cancellation, refund.",
      valueName: "kind"))
  var kind: String?
  @Option(help: "export or import, where the kind is a role (default: the columns decide).")
  var direction: DirectionName?
  @Option(help: "csv or ndjson (default: by the ending .csv, .ndjson or .jsonl).")
  var format: TableFormat?
  @Option(help: "utf-8, or gb18030 (GBK and GB2312 too).") var encoding: TableEncoding = .utf8
  @Option(help: "CSV table of the documents' lines: the line's elements, and columns of the head that say whose line it is.")
  var lines: String?

  enum DirectionName: String, ExpressibleByArgument, CaseIterable {
    case export, `import`
  }

  /// Nil where the inputs are messages.
  func table(_ inputs: [String]) throws -> TableInput? {
    let formats = inputs.map { (path: $0, format: format ?? TableFormat(path: $0)) }
    let tables = formats.filter { $0.format != nil }
    if kind == nil, direction == nil, format == nil, lines == nil, tables.isEmpty { return nil }
    if let (path, _) = formats.first(where: { $0.format == nil }) {
      throw Failure.usage(
        tables.isEmpty || kind != nil
          ? "\(path): csv or ndjson? Say it with --format"
          : "\(path): messages and tables cannot be ingested together; take one after the other")
    }
    let common = formats[0].format!
    if let (path, _) = formats.first(where: { $0.format != common }) {
      throw Failure.usage("\(path): CSV and NDJSON cannot be ingested together; take one after the other")
    }
    if lines != nil, common == .ndjson {
      throw Failure.usage("--lines: in NDJSON the lines are nested in their document")
    }
    if lines == "-", inputs.contains("-") {
      throw Failure.usage("--lines -: standard input is the heads already")
    }
    return TableInput(common, of: try tableKind(common, inputs[0]), encoding: encoding, lines: lines)
  }

  private func tableKind(_ format: TableFormat, _ path: String) throws -> TableKind {
    guard let kind else {
      guard format == .csv || direction != nil else { return .named }
      throw Failure.usage("\(path): what are its rows? Say it with --kind, such as --kind order or --kind CEB303")
    }
    guard let known = TableKind(kind, direction: direction.map { $0 == .export ? .export : .import })
    else {
      let roles = Role.allCases.map { "\($0)" }.joined(separator: ", ")
      throw Failure.usage(
        TableKind(kind) == nil
          ? "--kind \(kind): a message such as CEB303 or 303 is expected, or one of \(roles)"
          : "--kind \(kind) is not of the direction \(direction?.rawValue ?? "")")
    }
    return known
  }
}

extension TableFormat: ExpressibleByArgument {}
extension TableEncoding: ExpressibleByArgument {}
