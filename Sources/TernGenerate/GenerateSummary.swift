/// What a corpus holds, and what a reconciliation of it must find.
public struct GenerateSummary: Sendable, Equatable {
  /// Bytes of XML.
  public var bytes: Int
  public var messages: Int
  /// Documents by message, `CEB303` …; rejects included.
  public var documents: [String: Int]
  /// Lists that count: the rows of `verdicts.csv`.
  public var lists: Int
  /// Documents that can't be used.
  public var rejects: Int
  /// Lists by fault; faults that never happened are absent.
  public var faults: [String: Int]
  /// Lists by finding.
  public var findings: [String: Int]
  /// Lists by disposition.
  public var dispositions: [String: Int]
  /// Latest `appTime` of the accepted documents, `YYYYMMDDhhmmss`.
  public var asOf: String
  public var seed: UInt64

  init(_ counts: Counts, _ settings: GenerateSettings) {
    func named<Name>(_ names: [Name], _ numbers: [Int], _ name: (Name) -> String) -> [String: Int] {
      var result: [String: Int] = [:]
      for (place, number) in numbers.enumerated() where number > 0 {
        result[name(names[place])] = number
      }
      return result
    }
    bytes = counts.bytes
    messages = counts.messages
    documents = named(MessageKind.allCases, counts.documents) { "\($0.name)" }
    lists = counts.lists
    rejects = counts.rejects
    faults = named(Fault.allCases, counts.faults) { $0.name }
    findings = named(Finding.allCases, counts.findings) { $0.rawValue }
    dispositions = named(Disposition.allCases, counts.dispositions) { "\($0.name)" }
    asOf = "\(settings.startDate)235959"
    seed = settings.seed
  }

  /// As `summary.json`: keys sorted, two spaces of indentation. All names are plain ASCII.
  public var json: String {
    func object(_ numbers: [String: Int]) -> String {
      let lines = numbers.sorted { $0.key < $1.key }.map { "    \"\($0.key)\": \($0.value)" }
      return lines.isEmpty ? "{}" : "{\n" + lines.joined(separator: ",\n") + "\n  }"
    }
    return """
      {
        "asOf": "\(asOf)",
        "bytes": \(bytes),
        "dispositions": \(object(dispositions)),
        "documents": \(object(documents)),
        "faults": \(object(faults)),
        "findings": \(object(findings)),
        "lists": \(lists),
        "messages": \(messages),
        "rejects": \(rejects),
        "seed": \(seed)
      }

      """
  }
}
