import TernCEB
import TernMatch
import TernStore

public enum OrphanFormat: String, Sendable, CaseIterable {
  case table, csv, ndjson
}

/// Documents of one kind among which there are orphans.
struct OrphanKind: Sendable {
  var kind: Kind
  /// Whether the document counts and is used by nothing.
  var isOrphan: @Sendable (DocumentRef) -> Bool

  /// Head columns that are read, in the order of `Engine.orphanColumns`; those that the kind lacks
  /// stay empty.
  var columns: [String] {
    let schema = KindTables.headSchema(kind)
    return ["ebpCode", "ebcCode", "appTime"].filter { schema.index(of: $0) != nil }
      + OrphanRows.keys.compactMap { key in key.first { schema.index(of: $0) != nil } }
  }
}

extension Engine {
  /// Columns of the orphans, in order. `platform` and the key columns are those that the kind has;
  /// `payNo` is an import payment's `payTransactionId`. `ageDays`: whole days up to as-of, rounded
  /// down.
  public static let orphanColumns = [
    "kind", "platform", "orderNo", "payCode", "payNo", "logisticsCode", "logisticsNo", "agentCode",
    "copNo", "invtNo", "appTime", "ageDays",
  ]

  /// Writes every order, payment and waybill that counts and that no list that counts takes, and every
  /// cancellation and return that counts and whose list is not there, by kind and in received order.
  /// Does not close `sink`.
  ///
  /// A list takes order and payments of its trade key, and of its waybill key the waybill nearest in
  /// time. Age is counted up to the settings' as-of, or that of the verdicts. Runs the joins again:
  /// takes about as long as `reconcile(full:)`, and the memory of `MarkedStore`.
  public func writeOrphans(
    of path: String, as format: OrphanFormat = .table, to sink: ByteSink
  ) throws(TernError) {
    let store = try MarkedStore(self, path, wantsPositions: false)
    let rows = OrphanRows(format: format, asOf: settings.rules.asOf ?? store.rules.asOf ?? 0)
    if format == .csv { sink.append(Self.orphanColumns.joined(separator: ",") + "\n") }
    let marks = store.marks
    var kinds: [OrphanKind] = []
    for direction in Direction.allCases {
      for role in [Role.order, .payment, .waybill] {
        kinds.append(
          OrphanKind(kind: Kind(role, direction)) { marks[role, $0] == .orphan })
      }
    }
    let effects = CancellationResults(store.view.cancellations)
    var decoder = ColumnDecoder()
    for group in 0..<2 * store.view.segments.count {
      try storing { () throws(StoreError) in
        try effects.load(group, from: store.lists.result, decoder: &decoder)
      }
    }
    for direction in Direction.allCases {
      kinds.append(
        OrphanKind(kind: Kind(.cancellation, direction)) {
          effects[effects.numbering.index($0)].isOrphan
        })
    }
    let returns = try ReturnEffects(store.lists.result, store.view)
    for direction in Direction.allCases {
      kinds.append(OrphanKind(kind: Kind(.refund, direction)) { returns[$0] == .orphan })
    }
    for kind in kinds { try write(kind, store.view.segments, rows, to: sink) }
  }

  private func write(
    _ kind: OrphanKind, _ segments: [SegmentReader], _ rows: OrphanRows, to sink: ByteSink
  ) throws(TernError) {
    let id = TableID.heads(kind.kind)
    var decoder = ColumnDecoder()
    for (segment, reader) in segments.enumerated() {
      var first = 0
      for (group, count) in reader.groups(of: id) {
        let orphans = (0..<count).filter {
          kind.isOrphan(
            DocumentRef(segment: segment, row: first + $0, direction: kind.kind.direction))
        }
        first += count
        if orphans.isEmpty { continue }
        let heads = try storing { () throws(StoreError) in
          try reader.readTable(
            id, group: group, columns: kind.columns, rows: orphans, decoder: &decoder)
        }
        for row in orphans {
          rows.write(kind.kind, heads, row, to: sink)
          try sink.flushIfFull()
        }
      }
    }
  }
}

/// One orphan as a row of one format.
struct OrphanRows: Sendable {
  /// Key columns, each with the elements that it may be.
  static let keys = [
    ["orderNo"], ["payCode"], ["payNo", "payTransactionId"], ["logisticsCode"], ["logisticsNo"],
    ["agentCode"], ["copNo"], ["invtNo"],
  ]

  let format: OrphanFormat
  let asOf: Int64

  func write(_ kind: Kind, _ heads: Table, _ row: Int, to sink: ByteSink) {
    func text(_ names: [String]) -> String {
      names.first { heads.schema.index(of: $0) != nil }.map { heads[$0].text.string(row) } ?? ""
    }
    // A waybill's seller is no platform.
    let hasPlatform = heads.schema.index(of: "ebpCode") != nil
    let platform = text(["ebpCode"])
    let seller = hasPlatform ? text(["ebcCode"]) : ""
    let appTime = heads["appTime"].integer[row]
    let age = asOf - appTime
    let values =
      [kind.name, platform.isEmpty || platform == "无" ? seller : platform]
      + Self.keys.map(text)
      + [timeText(appTime), String(age >= 0 ? age / 86_400 : (age - 86_399) / 86_400)]
    switch format {
    case .csv:
      for (index, value) in values.enumerated() {
        if index > 0 { sink.append(UInt8(ascii: ",")) }
        sink.appendCSV(value)
      }
      sink.append(0x0A)
    case .ndjson:
      sink.append("{")
      for (index, value) in values.enumerated() {
        sink.append((index == 0 ? "\"" : ",\"") + Engine.orphanColumns[index] + "\":")
        if index == values.count - 1 { sink.append(value) } else { sink.appendJSON(value) }
      }
      sink.append("}\n")
    case .table:
      let days = values[11]
      let padding = String(repeating: " ", count: max(0, 5 - days.count))
      let keys = values[1...9].filter { !$0.isEmpty }.joined(separator: " ")
      sink.append("\(values[0])  \(values[10])  \(padding)\(days) days  \(keys)\n")
    }
  }
}
