import TernCEB
import TernRules
import TernStore

/// Which verdicts are wanted; empty sets mean all.
public struct VerdictFilter: Sendable {
  public var dispositions: Set<Disposition> = []
  /// Lists that have any of these.
  public var findings: Set<Finding> = []

  public init(dispositions: Set<Disposition> = [], findings: Set<Finding> = []) {
    self.dispositions = dispositions
    self.findings = findings
  }
}

public enum VerdictFormat: String, Sendable, CaseIterable {
  case csv, ndjson
}

extension Engine {
  /// Columns of the verdicts, in order.
  public static let verdictColumns = [
    "direction", "agentCode", "copNo", "platform", "orderNo", "logisticsCode", "logisticsNo",
    "disposition", "returnStatus", "findings",
  ]

  /// Writes the verdict of every list that counts: segment by segment, exports before imports, each
  /// in received order. Does not close `sink`.
  ///
  /// Reads seven columns of the lists and the stored verdicts, a row group at a time.
  public func writeVerdicts(
    of path: String, as format: VerdictFormat = .csv, filter: VerdictFilter = VerdictFilter(),
    to sink: ByteSink
  ) throws(TernError) {
    let lists = try JudgedLists(path)
    if format == .csv { sink.append(Self.verdictColumns.joined(separator: ",") + "\n") }
    let wantedBits = filter.findings.reduce(0) { $0 | $1.bit }
    var texts: [UInt64: String] = [:]
    let columns = [
      "agentCode", "copNo", "ebpCode", "ebcCode", "orderNo", "logisticsCode", "logisticsNo",
    ]
    try lists.forEachGroup(headColumns: columns, lineColumns: []) { (group) throws(TernError) in
      let texts7 = group.heads.columns.map(\.text)
      let (ebpCode, ebcCode) = (texts7[2], texts7[3])
      for row in 0..<group.heads.rowCount {
        let code = group.dispositions[row]
        guard code != 0, let disposition = Disposition(rawValue: code - 1) else { continue }
        guard filter.dispositions.isEmpty || filter.dispositions.contains(disposition) else {
          continue
        }
        let bits = group.findings[row]
        guard wantedBits == 0 || bits & wantedBits != 0 else { continue }
        let names: String
        if let known = texts[bits] {
          names = known
        } else {
          names = FindingSet(rawValue: bits).text
          texts[bits] = names
        }
        let platform = unsafe isNoPlatform(ebpCode.unsafeValue(row)) ? ebcCode : ebpCode
        let keys = [texts7[0], texts7[1], platform, texts7[4], texts7[5], texts7[6]]
        switch format {
        case .csv:
          sink.append(group.direction.letter)
          for key in keys {
            sink.append(UInt8(ascii: ","))
            unsafe sink.appendCSV(key.unsafeValue(row))
          }
          sink.append("," + disposition.name + "," + disposition.returnStatus + ",")
          sink.append(names)
        case .ndjson:
          sink.append("{\"direction\":\"" + group.direction.letter + "\"")
          for (name, key) in zip(Self.verdictColumns[1...], keys) {
            sink.append(",\"" + name + "\":")
            unsafe sink.appendJSON(key.unsafeValue(row))
          }
          sink.append(
            ",\"disposition\":\"" + disposition.name + "\",\"returnStatus\":\""
              + disposition.returnStatus + "\",\"findings\":[")
          sink.append(
            names.split(separator: ";").map { "\"" + $0 + "\"" }.joined(separator: ","))
          sink.append("]}")
        }
        sink.append(0x0A)
        try sink.flushIfFull()
      }
    }
  }
}

/// Foreign platforms may have none: an empty code, or `无`.
func isNoPlatform(_ code: UnsafeBufferPointer<UInt8>) -> Bool {
  unsafe code.isEmpty
    || (code.count == 3 && code[0] == 0xE6 && code[1] == 0x97 && code[2] == 0xA0)
}

/// The lists of a store beside their verdicts.
struct JudgedLists {
  struct Group {
    var direction: Direction
    var heads: Table
    var lines: Table
    /// `Disposition.rawValue` + 1; 0 where the list does not count.
    var dispositions: [UInt8]
    var findings: [UInt64]
  }

  private let view: StoreView
  private let result: SegmentReader

  /// - Throws: `notReconciled` if there are no verdicts for just these documents.
  init(_ path: String) throws(TernError) {
    let store = try storing { () throws(StoreError) in try Store.open(path) }
    guard
      let info = store.manifest.results.first(where: { $0.name == ResultFile.name }),
      info.generation == store.manifest.generation,
      let result = try storing({ () throws(StoreError) in try store.openResult(ResultFile.name) })
    else { throw .notReconciled(store: path) }
    view = try StoreView(store)
    self.result = result
  }

  var segmentCount: Int { view.segments.count }

  /// Calls `body` with every row group of lists, in received order within each direction and
  /// segment.
  func forEachGroup(
    headColumns: [String], lineColumns: [String], _ body: (Group) throws(TernError) -> Void
  ) throws(TernError) {
    for segment in view.segments.indices {
      for direction in Direction.allCases {
        try forEachGroup(
          segment: segment, direction, headColumns: headColumns, lineColumns: lineColumns, body)
      }
    }
  }

  func forEachGroup(
    segment: Int, _ direction: Direction, headColumns: [String], lineColumns: [String],
    _ body: (Group) throws(TernError) -> Void
  ) throws(TernError) {
    let reader = view.segments[segment]
    let kind = Kind(.list, direction)
    guard reader.schema(of: .heads(kind)) != nil else { return }
    var decoder = ColumnDecoder()
    let verdicts = try storing { () throws(StoreError) in
      try result.readTable(
        ResultFile.verdicts, group: ResultFile.group(segment: segment, direction),
        decoder: &decoder)
    }
    let (findings, dispositions) = (verdicts.columns[0].integer, verdicts.columns[1].integer)
    var first = 0
    for (group, rows) in reader.groups(of: .heads(kind)) {
      let (heads, lines) = try storing { () throws(StoreError) in
        let heads = try reader.readTable(
          .heads(kind), group: group, columns: headColumns, decoder: &decoder)
        // No list of the segment may have a line.
        guard reader.schema(of: .lines(kind)) != nil else {
          let schema = KindTables.lineSchema(kind)!.columns
          return (heads, Table(TableSchema(schema.filter { lineColumns.contains($0.name) })))
        }
        let lines = try reader.readTable(
          .lines(kind), group: group, columns: lineColumns, decoder: &decoder)
        return (heads, lines)
      }
      try body(
        Group(
          direction: direction, heads: heads, lines: lines,
          dispositions: (first..<first + rows).map { UInt8(dispositions[$0]) },
          findings: (first..<first + rows).map { UInt64(bitPattern: findings[$0]) }))
      first += rows
    }
  }
}
