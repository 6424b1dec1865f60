/// Names and types of a table's columns, in order.
public struct TableSchema: Sendable, Equatable {
  public struct Entry: Sendable, Equatable {
    public var name: String
    public var type: ColumnType
    public init(_ name: String, _ type: ColumnType) {
      self.name = name
      self.type = type
    }
  }

  public var columns: [Entry]

  public init(_ columns: [Entry]) { self.columns = columns }

  /// Position of a column by name.
  public func index(of name: String) -> Int? { columns.firstIndex { $0.name == name } }
}

/// Columns of equal length. Not shared between threads while it is filled.
public final class Table {
  public let schema: TableSchema
  public let columns: [Column]

  public init(_ schema: TableSchema) {
    self.schema = schema
    columns = schema.columns.map { Column($0.type) }
  }

  /// Rows that every column has.
  public var rowCount: Int { columns.first?.count ?? 0 }

  public subscript(_ name: String) -> Column {
    guard let index = schema.index(of: name) else { preconditionFailure("no column \(name)") }
    return columns[index]
  }

  public func truncate(_ rows: Int) {
    for column in columns { column.truncate(rows) }
  }
}
