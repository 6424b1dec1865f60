import Synchronization
import TernCEB
import TernMatch
import TernRules
import TernStats
import TernStore

/// The lists of a store beside their verdicts, cut into parts that any thread may take.
struct JudgedLists: Sendable {
  /// One row group of lists. Parts stand in received order within each direction and segment.
  struct Part: Sendable {
    /// Position among the parts of the store.
    var number: Int
    var segment: Int
    var direction: Direction
    var group: Int
    /// Rows among the segment's lists of that direction.
    var rows: Range<Int>

    var kind: Kind { Kind(.list, direction) }
  }

  let parts: [Part]
  let segments: [SegmentReader]
  let stored: StoredResults
  /// Where settings, cancellations and returns are.
  var result: SegmentReader { stored.latest }
  /// Something of some list has come back.
  private let hasReturns: Bool

  /// - Throws: `notReconciled` if there are no verdicts for just these documents.
  init(_ path: String, threads: Int) throws(TernError) {
    try self.init(storing { () throws(StoreError) in try Store.open(path) }, threads: threads)
  }

  init(_ store: Store, threads: Int) throws(TernError) {
    try self.init(ResultFile.open(store), segments: store.openSegments(threads: threads))
  }

  /// `segments`: all of the store whose verdicts `stored` holds.
  init(_ stored: StoredResults, segments: [SegmentReader]) {
    self.stored = stored
    self.segments = segments
    hasReturns = stored.latest.schema(of: ReturnResults.reductionTable) != nil
    parts = Self.parts(of: segments)
  }

  /// The row groups of all lists.
  static func parts(of segments: [SegmentReader]) -> [Part] {
    var parts: [Part] = []
    for (segment, reader) in segments.enumerated() {
      for direction in Direction.allCases {
        var first = 0
        for (group, rows) in reader.groups(of: .heads(Kind(.list, direction))) {
          parts.append(
            Part(
              number: parts.count, segment: segment, direction: direction, group: group,
              rows: first..<first + rows))
          first += rows
        }
      }
    }
    return parts
  }

  /// Verdicts of one part, row by row.
  struct Verdicts {
    /// `Disposition.rawValue` + 1; 0 where the list does not count.
    var dispositions: [UInt8]
    var findings: [UInt64]

    /// Place of the seller's credit class among the priority classes, from 1; 0 for others.
    var priorities: [UInt8] = []

    /// `dispositions`, with 0 for cancelled lists too.
    var counting: [UInt8] {
      let cancelled = Disposition.cancelled.rawValue + 1
      var counting = dispositions
      var span = counting.mutableSpan
      for row in span.indices { span[row] = span[row] == cancelled ? 0 : span[row] }
      return counting
    }
  }

  /// One thread's way through the parts: it keeps what is slow to make.
  struct Reader: ~Copyable {
    private var decoder = ColumnDecoder()
    private let lists: JudgedLists
    /// What came back of the lists of the segment and direction read last: neighbouring parts share them.
    private var returned = Table(ReturnResults.reductionSchema)
    private var returnGroup = -1

    init(_ lists: JudgedLists) { self.lists = lists }

    /// - Parameters:
    ///   - withFindings: otherwise they are empty.
    ///   - withPriorities: otherwise they are empty.
    mutating func verdicts(
      _ part: Part, withFindings: Bool, withPriorities: Bool = false
    ) throws(TernError) -> Verdicts {
      let names = (withFindings ? ["findings"] : []) + (withPriorities ? ["kept"] : [])
      let (dispositions, more) = try storing { () throws(StoreError) in
        let dispositions = try lists.stored.dispositions(part.number, decoder: &decoder)
        guard dispositions.count == part.rows.count else {
          throw .corrupt(
            file: lists.result.path, range: 0..<lists.result.summary.size, what: "verdicts of other lists")
        }
        return (
          dispositions,
          names.isEmpty ? nil : try lists.stored.verdicts(part.number, columns: names, decoder: &decoder)
        )
      }
      defer { withExtendedLifetime(more) {} }
      return unsafe Verdicts(
        dispositions: dispositions,
        findings: withFindings
          ? more!["findings"].integer.values.unsafeElements.map { UInt64(bitPattern: $0) } : [],
        priorities: withPriorities
          ? more!["kept"].integer.values.unsafeElements.map {
            UInt8(truncatingIfNeeded: UInt64(bitPattern: $0) >> ListResults.priorityShift & 7)
          } : [])
    }

    /// What came back of the part's lists. Nothing is read where the store has no returns.
    mutating func returns(_ part: Part) throws(TernError) -> [ReturnedLine] {
      guard lists.hasReturns else { return [] }
      let group = ResultFile.group(segment: part.segment, part.direction)
      if group != returnGroup {
        returned = try storing { () throws(StoreError) in
          try lists.result.readTable(
            ReturnResults.reductionTable, group: group, decoder: &decoder)
        }
        returnGroup = group
      }
      let (list, line) = (returned.columns[0].integer, returned.columns[1].integer)
      let qty = returned.columns[2].decimal
      // In order of the lists.
      var low = 0
      var high = list.count
      while low < high {
        let middle = (low + high) / 2
        if Int(list[middle]) < part.rows.lowerBound { low = middle + 1 } else { high = middle }
      }
      var found: [ReturnedLine] = []
      while low < list.count, Int(list[low]) < part.rows.upperBound {
        found.append(
          ReturnedLine(
            list: Int(list[low]) - part.rows.lowerBound, line: Int(line[low]),
            qtyE5: qty.valueE5(low) ?? 0))
        low += 1
      }
      return found
    }

    /// - Parameter rows: those whose values are wanted, ascending; nil for all.
    mutating func heads(
      _ part: Part, _ columns: [String], rows: [Int]? = nil
    ) throws(TernError) -> Table {
      try storing { () throws(StoreError) in
        try lists.segments[part.segment].readTable(
          .heads(part.kind), group: part.group, columns: columns, rows: rows, decoder: &decoder)
      }
    }

    /// Reads the columns that the two tables name, in place of what they have.
    mutating func read(_ part: Part, heads: CodedTable, lines: CodedTable) throws(TernError) {
      try storing { () throws(StoreError) in
        let reader = lists.segments[part.segment]
        try reader.read(.heads(part.kind), group: part.group, into: heads, decoder: &decoder)
        // No list of the segment may have a line.
        guard reader.schema(of: .lines(part.kind)) != nil else { return lines.removeAll() }
        try reader.read(.lines(part.kind), group: part.group, into: lines, decoder: &decoder)
      }
    }

    mutating func lines(_ part: Part, _ columns: [String]) throws(TernError) -> Table {
      try storing { () throws(StoreError) in
        let reader = lists.segments[part.segment]
        // No list of the segment may have a line.
        guard reader.schema(of: .lines(part.kind)) != nil else {
          return Table(KindTables.lineSchema(part.kind)!.only(columns))
        }
        return try reader.readTable(
          .lines(part.kind), group: part.group, columns: columns, decoder: &decoder)
      }
    }
  }
}

extension TableSchema {
  /// Those of its columns, in its order.
  func only(_ names: [String]) -> TableSchema {
    TableSchema(columns.filter { names.contains($0.name) })
  }
}

extension Store {
  /// Opens all segments. Each has a footer of some thousand entries to check.
  func openSegments(threads: Int) throws(TernError) -> [SegmentReader] {
    let count = manifest.segments.count
    let readers = Mutex([SegmentReader?](repeating: nil, count: count))
    let queue = WorkQueue(count: count)
    // Opened to read: its manifest does not change.
    nonisolated(unsafe) let store = self
    try onWorkers(min(threads, max(count, 1))) { (_) throws(TernError) in
      while let index = queue.take() {
        let reader = try storing { () throws(StoreError) in try unsafe store.openSegment(index) }
        readers.withLock { $0[index] = reader }
      }
    }
    return readers.withLock { $0.map { $0! } }
  }
}
