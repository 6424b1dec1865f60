/// A column of texts, by its distinct values where it is kept so.
public struct CodedText {
  /// The value of each row; with codes, the distinct ones.
  public let values: TextColumn
  /// Of each row the place of its value among `values`.
  public let codes: IntegerColumn?

  public init(values: TextColumn, codes: IntegerColumn? = nil) {
    self.values = values
    self.codes = codes
  }
}

/// Columns for whoever looks at values more than at rows: a column of texts may come by its distinct values. To be
/// filled again and again: the memory stays.
public final class CodedTable {
  public let schema: TableSchema
  private let columns: [Column]
  /// Made when a column first comes by its distinct values.
  private var codes: [IntegerColumn?]
  private var isCoded: [Bool]

  /// A table's columns as they are.
  public init(_ table: Table) {
    schema = table.schema
    columns = table.columns
    codes = columns.map { _ in nil }
    isCoded = columns.map { _ in false }
  }

  public convenience init(_ schema: TableSchema) { self.init(Table(schema)) }

  /// Rows that every column has.
  public var rowCount: Int {
    guard let first = columns.first else { return 0 }
    return isCoded[0] ? codes[0]!.count : first.count
  }

  /// A column whose rows have their values.
  public subscript(name: String) -> Column {
    let index = index(of: name)
    precondition(!isCoded[index], "column \(name) is by its distinct values")
    return columns[index]
  }

  public func text(_ name: String) -> CodedText {
    let index = index(of: name)
    return CodedText(values: columns[index].text, codes: isCoded[index] ? codes[index] : nil)
  }

  private func index(of name: String) -> Int {
    guard let index = schema.index(of: name) else { preconditionFailure("no column \(name)") }
    return index
  }

  // MARK: Filling

  /// Takes all rows out.
  public func removeAll() {
    for index in columns.indices {
      columns[index].truncate(0)
      codes[index]?.truncate(0)
      isCoded[index] = false
    }
  }

  /// An empty column, to be filled with the value of each row.
  public func column(at index: Int) -> Column { columns[index] }

  /// An empty column of texts, to be filled with distinct values and codes below their number.
  public func coded(at index: Int) -> (values: TextColumn, codes: IntegerColumn) {
    let own = codes[index] ?? IntegerColumn()
    codes[index] = own
    isCoded[index] = true
    return (columns[index].text, own)
  }
}
