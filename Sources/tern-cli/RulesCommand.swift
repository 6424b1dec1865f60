import ArgumentParser
import Tern
import TernRules
import TernSettings

struct Rules: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The checks: what each compares, its severity, and the official code that it leads to.",
    discussion: "With --rules it shows, and so checks, what a file sets. --init prints a file with every setting.")
  @Flag(name: .customLong("init"), help: "Print a rules file with every setting at its default, commented.")
  var prints = false
  @Option(help: "table, csv or json.") var format: RulesFormat = .table
  @Option(help: "zh or en.") var lang: Language = .english
  @OptionGroup var rules: RuleOptions

  func run() throws {
    if prints {
      if rules.rules != nil { throw Failure.usage("--init and --rules: one of them is possible") }
      printText(RulesFile.defaultText)
      return
    }
    let settings = try rules.settings()
    var rows = [Self.columns]
    for finding in Finding.allCases {
      let base = settings[RuleScope.all[0], finding]
      rows.append(row(finding, "all", base))
      for scope in RuleScope.all where settings[scope, finding] != base {
        rows.append(row(finding, scope.name, settings[scope, finding]))
      }
    }
    printText(RulesPage.text(rows, format))
  }

  static let columns = ["finding", "scope", "severity", "enabled", "tolerance", "returnStatus", "label", "rule"]

  private func row(_ finding: Finding, _ scope: String, _ rule: FindingRule) -> [String] {
    let fields = finding.toleranceFields
    let tolerances = rule.tolerances.map(\.text)
    let tolerance =
      fields.isEmpty
      ? tolerances.first ?? ""
      : zip(fields, tolerances).map { "\($0)=\($1)" }.joined(separator: " ")
    return [
      finding.name, scope, rule.severity.letter, rule.isEnabled ? "yes" : "no", tolerance,
      rule.severity.returnStatus, finding.label(lang), finding.rule(lang),
    ]
  }
}

enum RulesFormat: String, ExpressibleByArgument, CaseIterable {
  case table, csv, json
}


/// Rows of texts as a table for people, CSV, or JSON.
enum RulesPage {
  /// The first row has the names.
  static func text(_ rows: [[String]], _ format: RulesFormat) -> String {
    switch format {
    case .table:
      let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
      return rows.map { row in
        var line = ""
        for (column, value) in row.enumerated() {
          line += value
          if column < row.count - 1 {
            line += String(repeating: " ", count: widths[column] - value.count + 2)
          }
        }
        return line + "\n"
      }.joined()
    case .csv:
      return rows.map { row in
        row.map { value in
          value.contains { ",\"\n".contains($0) }
            ? "\"\(value.replacing("\"", with: "\"\""))\"" : value
        }.joined(separator: ",") + "\n"
      }.joined()
    case .json:
      func quoted(_ value: String) -> String {
        "\"\(value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
      }
      let objects = rows.dropFirst().map { row in
        "  {" + zip(rows[0], row).map { "\(quoted($0)): \(quoted($1))" }.joined(separator: ", ") + "}"
      }
      return "[\n\(objects.joined(separator: ",\n"))\n]\n"
    }
  }
}
