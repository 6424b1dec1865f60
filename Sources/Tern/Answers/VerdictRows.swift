import TernCEB
import TernRules

/// Writes the rows of one format, a row group at a time.
///
/// A row is six values, each behind a fixed lead, and a tail that depends on the verdict alone. So
/// the loop copies bytes; what has to be quoted or escaped, which keys hardly ever have, leaves it.
struct VerdictRows: ~Copyable {
  /// In this order, as `write` takes them.
  static let columns = [
    "agentCode", "copNo", "ebpCode", "ebcCode", "orderNo", "logisticsCode", "logisticsNo",
  ]

  private let format: VerdictFormat
  private let filter: VerdictFilter
  private let wantedBits: UInt64
  /// What stands before each value, by direction.
  private let leads: [[ShortBytes]]
  private var tails: VerdictTails

  init(_ format: VerdictFormat, _ filter: VerdictFilter) {
    self.format = format
    self.filter = filter
    wantedBits = filter.findings.reduce(0) { $0 | $1.bit }
    leads = Direction.allCases.map { direction in
      let names = Engine.verdictColumns[1...6]
      return names.enumerated().map { index, name in
        switch format {
        case .csv: ShortBytes(index == 0 ? direction.letter + "," : ",")
        case .ndjson:
          ShortBytes(
            index == 0
              ? "{\"direction\":\"\(direction.letter)\",\"\(name)\":\"" : "\",\"\(name)\":\"")
        }
      }
    }
    tails = VerdictTails(format)
  }

  /// Numbers of the rows that are wanted.
  ///
  /// - Parameter priority: only lists of this one.
  func wanted(_ verdicts: JudgedLists.Verdicts, priority: UInt8? = nil) -> [UInt32] {
    let isWanted = (0...UInt8.max).map { code in
      guard code > 0, let disposition = Disposition(rawValue: code - 1) else { return false }
      return filter.dispositions.isEmpty || filter.dispositions.contains(disposition)
    }
    var rows: [UInt32] = []
    rows.reserveCapacity(verdicts.dispositions.count)
    for row in verdicts.dispositions.indices where isWanted[Int(verdicts.dispositions[row])] {
      if let priority, verdicts.priorities[row] != priority { continue }
      if wantedBits == 0 || verdicts.findings[row] & wantedBits != 0 { rows.append(UInt32(row)) }
    }
    return rows
  }

  /// Appends these rows to `piece`.
  mutating func write(
    _ rows: [UInt32], _ heads: Table, _ verdicts: JudgedLists.Verdicts, _ direction: Direction,
    to piece: OutputPiece
  ) {
    let values = heads.columns.map { VerdictValues($0.text, format) }
    let leads = leads[Int(direction.rawValue)]
    let (agentCode, copNo, ebpCode, ebcCode) = (values[0], values[1], values[2], values[3])
    let (orderNo, logisticsCode, logisticsNo) = (values[4], values[5], values[6])
    var out = RowBytes(piece)
    for row in rows {
      let row = Int(row)
      out.append(leads[0])
      out.append(agentCode, row)
      out.append(leads[1])
      out.append(copNo, row)
      out.append(leads[2])
      if ebpCode.isNoPlatform(row) { out.append(ebcCode, row) } else { out.append(ebpCode, row) }
      out.append(leads[3])
      out.append(orderNo, row)
      out.append(leads[4])
      out.append(logisticsCode, row)
      out.append(leads[5])
      out.append(logisticsNo, row)
      tails.append(
        disposition: verdicts.dispositions[row], findings: verdicts.findings[row], to: &out)
    }
    out.finish()
    withExtendedLifetime(heads) {}
  }
}

/// Up to 32 bytes that are copied whole, whatever their number.
struct ShortBytes {
  var bytes = SIMD32<UInt8>(repeating: 0)
  var count: Int

  init(_ text: String) {
    count = text.utf8.count
    precondition(count <= 32, "a longer lead")
    for (index, byte) in text.utf8.enumerated() { bytes[index] = byte }
  }
}
