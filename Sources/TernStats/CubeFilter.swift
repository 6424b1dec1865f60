import TernCEB

/// A filter at work: it drops lists, then lines, from a selection.
struct CubeFilter: Sendable {
  /// One dimension with its values: they have the first codes of its dictionary.
  private struct Term: Sendable {
    var level: Level
    let wantedCount: UInt32

    init(_ term: StatisticsFilter.Term) {
      level = Level(.dimension(term.dimension), cellLimit: 1)
      for value in term.values {
        // Some words from a command line fit a dictionary of 4 GiB.
        guard (try? level.values.code(of: value)) != nil else { preconditionFailure("a long filter") }
      }
      wantedCount = UInt32(term.values.count)
    }

    /// Which of the rows have a wanted value.
    mutating func flags(
      _ source: Level.Source, _ rows: [UInt32], _ dispositions: Span<UInt8>
    ) throws(StatisticsError) -> [Bool] {
      var codes = [UInt32](repeating: 0, count: rows.count)
      var span = codes.mutableSpan
      try level.encode(source, rows: rows.span, dispositions: dispositions, into: &span)
      let wantedCount = wantedCount
      return codes.map { $0 < wantedCount }
    }
  }

  private var ofLists: [Term] = []
  private var ofLines: [Term] = []
  /// Of each dimension of time the stretches that pass.
  private let spans: [[Range<Int64>]]
  /// Lists with none of these bits are dropped, and cells of others; all: lists without findings pass too.
  let findings: UInt64

  init(_ plan: CubePlan, _ names: VerdictNames) {
    let terms = plan.filter.terms
    spans =
      terms.filter { $0.dimension.period != nil }.map(\.spans)
      + (plan.span.map { [[$0.seconds]] } ?? [])
    var wanted: UInt64?
    for term in terms where term.dimension.period == nil {
      if term.dimension == .finding {
        wanted = names.findings.indices.reduce(0) {
          term.values.contains(names.findings[$1]) ? $0 | 1 << UInt64($1) : $0
        }
      } else if term.dimension.isOfLines {
        ofLines.append(Term(term))
      } else {
        ofLists.append(Term(term))
      }
    }
    findings = wanted ?? ~0
  }

  var isOfLines: Bool { !ofLines.isEmpty }

  /// Where the terms read their values in one pair of tables.
  struct Sources {
    fileprivate var ofLists: [Level.Source] = []
    fileprivate var ofLines: [Level.Source] = []
    fileprivate var appTime: IntegerReader?
  }

  mutating func sources(_ tables: ListTables) throws(StatisticsError) -> Sources {
    var sources = Sources()
    for index in ofLists.indices {
      sources.ofLists.append(try tables.source(for: &ofLists[index].level))
    }
    for index in ofLines.indices {
      sources.ofLines.append(try tables.source(for: &ofLines[index].level))
    }
    if !spans.isEmpty { sources.appTime = IntegerReader(tables.heads["appTime"].integer) }
    return sources
  }

  /// Drops the lists that do not pass.
  mutating func keepLists(
    _ selection: inout Selection, _ sources: Sources, _ dispositions: Span<UInt8>,
    _ findings: Span<UInt64>
  ) throws(StatisticsError) {
    if self.findings != ~0 {
      var flags = [Bool](repeating: false, count: selection.rows.count)
      for i in flags.indices { flags[i] = findings[Int(selection.rows[i])] & self.findings != 0 }
      selection.keep(flags)
    }
    if let appTime = sources.appTime {
      let flags = selection.rows.map { row in
        let seconds = appTime[Int(row)]
        return spans.allSatisfy { $0.contains { $0.contains(seconds) } }
      }
      selection.keep(flags)
    }
    for index in ofLists.indices {
      let rows =
        ofLists[index].level.subject == .dimension(.currency)
        ? selection.currencyLines : selection.rows
      selection.keep(try ofLists[index].flags(sources.ofLists[index], rows, dispositions))
    }
  }

  /// Drops the lines that do not pass, and the lists that are left without any.
  mutating func keepLines(
    _ picked: inout PickedLines, _ selection: inout Selection, _ sources: Sources,
    _ dispositions: Span<UInt8>
  ) throws(StatisticsError) {
    if ofLines.isEmpty { return }
    for index in ofLines.indices {
      picked.keep(try ofLines[index].flags(sources.ofLines[index], picked.rows, dispositions))
    }
    picked.dropEmptyLists(of: &selection)
  }
}
