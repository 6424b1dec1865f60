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

/// In which order verdicts are given.
public enum VerdictOrder: String, Sendable, CaseIterable {
  /// As the lists were received.
  case received
  /// Lists of sellers of the priority classes first, class by class; then the others, and cancelled lists among them.
  /// Within each as received.
  case priority
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
  /// Reads the stored verdicts and, of row groups with any wanted list, seven columns of the lists;
  /// row groups in parallel, with a few of them in memory per thread. By priority it does so once for each class.
  public func writeVerdicts(
    of path: String, as format: VerdictFormat = .csv, filter: VerdictFilter = VerdictFilter(),
    order: VerdictOrder = .received, to sink: ByteSink
  ) throws(TernError) {
    let lists = try JudgedLists(path, threads: settings.threads)
    if format == .csv {
      sink.append(Self.verdictColumns.joined(separator: ",") + "\n")
      try sink.flush()
    }
    switch order {
    case .received: try write(lists, priority: nil, format, filter, to: sink)
    case .priority:
      let classes = try storedRules(storing { () throws(StoreError) in try Store.open(path) })
        .priorityClasses.count
      for priority in Array(1..<classes + 1) + [0] {
        try write(lists, priority: UInt8(priority), format, filter, to: sink)
      }
    }
  }

  /// - Parameter priority: only lists of this one.
  private func write(
    _ lists: JudgedLists, priority: UInt8?, _ format: VerdictFormat, _ filter: VerdictFilter,
    to sink: ByteSink
  ) throws(TernError) {
    let threads = min(settings.threads, max(lists.parts.count, 1))
    let output = OrderedOutput(count: lists.parts.count, threads: threads, sink: sink)
    try onWorkers(threads) { (_) throws(TernError) in
      var reader = JudgedLists.Reader(lists)
      var rows = VerdictRows(format, filter)
      do throws(TernError) {
        while let claim = output.claim() {
          let part = lists.parts[claim.index]
          let verdicts = try reader.verdicts(
            part, withFindings: true, withPriorities: priority != nil)
          let wanted = rows.wanted(verdicts, priority: priority)
          if !wanted.isEmpty {
            let heads = try reader.heads(part, VerdictRows.columns)
            rows.write(wanted, heads, verdicts, part.direction, to: claim.piece)
          }
          try output.deliver(claim)
        }
      } catch {
        output.stop()
        throw error
      }
    }
  }
}
