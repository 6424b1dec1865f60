import TernCEB
import TernMatch

/// The columns of some lists as `ListChecks` reads them.
public struct ListColumns {
  public let direction: Direction
  /// With `headColumns` and `lineColumns`, or more.
  public let heads: Table
  public let lines: Table
  public let rowCount: Int
  private let headTexts: [String: CodedTexts]
  private let lineTexts: [String: CodedTexts]

  /// - Parameters:
  ///   - rowCount: lists; `heads` may have no column.
  ///   - headTexts: `codedHeadColumns`, in their order.
  ///   - lineTexts: `codedLineColumns`, in their order; none where there are no lines at all.
  public init(
    _ checks: ListChecks, _ direction: Direction, rowCount: Int, heads: Table, lines: Table,
    headTexts: [CodedTexts], lineTexts: [CodedTexts]
  ) {
    self.direction = direction
    self.heads = heads
    self.lines = lines
    self.rowCount = rowCount
    self.headTexts = Dictionary(
      uniqueKeysWithValues: zip(checks.codedHeadColumns(direction), headTexts))
    self.lineTexts = Dictionary(
      uniqueKeysWithValues: zip(checks.codedLineColumns(direction), lineTexts))
  }

  /// Of whole tables.
  public init(_ checks: ListChecks, _ tables: KindTables) {
    let direction = tables.kind.direction
    let lines = tables.lines ?? Table(TableSchema([]))
    self.init(
      checks, direction, rowCount: tables.heads.rowCount, heads: tables.heads, lines: lines,
      headTexts: checks.codedHeadColumns(direction).map { CodedTexts(tables.heads[$0].text) },
      lineTexts: checks.codedLineColumns(direction).map { CodedTexts(lines[$0].text) })
  }

  func head(_ column: String) -> CodedTexts { headTexts[column] ?? CodedTexts(TextColumn()) }
  func line(_ column: String) -> CodedTexts { lineTexts[column] ?? CodedTexts(TextColumn()) }

  /// 1 for each list of a trade mode; nil if there is none.
  func isOf(_ tradeMode: TradeModeGroup) -> [UInt8]? {
    head("tradeMode").flags { TradeModeGroup($0) == tradeMode ? 1 : 0 }
  }

  /// Calls `body` with each list and its lines.
  func forEachList(_ body: (_ row: Int, _ lines: Range<Int>) -> Void) {
    let lineCount = heads.integer("#lines")
    let available = max(lines.rowCount, lineTexts.values.first?.rowCount ?? 0)
    var start = 0
    for row in 0..<rowCount {
      let end = start &+ Int(lineCount[row])
      precondition(end <= available, "heads and lines disagree")
      body(row, start..<end)
      start = end
    }
  }
}
