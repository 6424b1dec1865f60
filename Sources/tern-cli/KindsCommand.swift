import ArgumentParser
import Tern
import TernCEB

struct Kinds: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the message kinds, with their counts in a store.")
  @Argument(help: "The store's folder; without it the kinds alone.") var store: String?
  @Option(help: "table, csv or json.") var format: KindsFormat = .table
  @OptionGroup var options: RunOptions

  enum KindsFormat: String, ExpressibleByArgument, CaseIterable {
    case table, csv, ndjson
  }

  func run() throws {
    let engine = try options.engine()
    let counts = try working { try store.map { try engine.documentCounts(of: $0) } }
    let kinds = Kind.allCases.sorted { $0.spec.number < $1.spec.number }
    var names = ["kind", "direction", "role", "document"]
    if counts != nil { names.append("documents") }
    let rows = kinds.map { kind in
      [kind.name, kind.direction.letter, "\(kind.role)", kind.spec.document]
        + (counts.map { ["\($0[Int(kind.rawValue)])"] } ?? [])
    }
    switch format {
    case .csv: for row in [names] + rows { print(row.joined(separator: ",")) }
    case .ndjson:
      for row in rows {
        let fields = zip(names, row).map { name, value in
          name == "documents" ? "\"\(name)\":\(value)" : "\"\(name)\":\"\(value)\""
        }
        print("{\(fields.joined(separator: ","))}")
      }
    case .table:
      let widths = names.indices.map { column in
        ([names] + rows).map { $0[column].count }.max() ?? 0
      }
      for row in [names] + rows {
        var line = ""
        for (column, value) in row.enumerated() {
          let space = String(repeating: " ", count: widths[column] - value.count)
          line += (column == 0 ? "" : "  ") + (names[column] == "documents" ? space + value : value + space)
        }
        while line.last == " " { line.removeLast() }
        print(line)
      }
    }
  }
}
