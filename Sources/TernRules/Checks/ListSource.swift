import TernCEB

/// Some lists as `ListChecks` reads them: a column at a time, and only those that it asks for.
///
/// A store answers from its encoded columns, a call in memory from its tables.
public protocol ListSource {
  associatedtype Failure: Error

  var direction: Direction { get }
  /// Lists.
  var rowCount: Int { get }

  /// A byte for each row of a column of texts: what `judge` says of its value. Nil where that is 0 for all, so
  /// that what nobody minds costs no row at all. `judge` may be asked once for each distinct value.
  func flags(
    _ part: ListPart, _ column: String, _ judge: (Bytes) -> UInt8
  ) throws(Failure) -> [UInt8]?

  /// A column as it is; without rows where no list has a line.
  func column(_ part: ListPart, _ column: String) throws(Failure) -> Column
}

/// The two tables of a list.
public enum ListPart: Sendable {
  case heads
  case lines
}

/// Lists of tables in memory.
public struct TableLists: ListSource {
  private let tables: KindTables

  public init(_ tables: KindTables) { self.tables = tables }

  public var direction: Direction { tables.kind.direction }
  public var rowCount: Int { tables.documentCount }

  private func table(_ part: ListPart) -> Table {
    part == .heads ? tables.heads : tables.lines ?? Table(TableSchema([]))
  }

  public func flags(_ part: ListPart, _ column: String, _ judge: (Bytes) -> UInt8) -> [UInt8]? {
    table(part)[column].text.flags(judge)
  }

  public func column(_ part: ListPart, _ column: String) -> Column { table(part)[column] }
}
