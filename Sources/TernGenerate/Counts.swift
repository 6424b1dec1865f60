/// What was made: of one block, and summed up.
struct Counts: Sendable, Equatable {
  var bytes = 0
  var messages = 0
  /// By `MessageKind`.
  var documents = [Int](repeating: 0, count: MessageKind.allCases.count)
  /// Lists that count: rows of the truth.
  var lists = 0
  var rejects = 0
  /// By `Fault.ordinal`.
  var faults = [Int](repeating: 0, count: Fault.allCases.count)
  /// By position in `Finding.allCases`.
  var findings = [Int](repeating: 0, count: Finding.allCases.count)
  /// By `Disposition`.
  var dispositions = [Int](repeating: 0, count: Disposition.allCases.count)

  mutating func add(_ found: Findings, _ disposition: Disposition) {
    lists += 1
    dispositions[disposition.rawValue] += 1
    guard found != Findings() else { return }
    for (place, finding) in Finding.allCases.enumerated() where found.contains(finding) {
      findings[place] += 1
    }
  }

  mutating func add(_ other: Counts) {
    bytes += other.bytes
    messages += other.messages
    lists += other.lists
    rejects += other.rejects
    for place in documents.indices { documents[place] += other.documents[place] }
    for place in faults.indices { faults[place] += other.faults[place] }
    for place in findings.indices { findings[place] += other.findings[place] }
    for place in dispositions.indices { dispositions[place] += other.dispositions[place] }
  }
}
