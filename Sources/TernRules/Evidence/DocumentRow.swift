import TernCEB

/// One row of a table: a document's head or one of its lines. Looks columns up by name, so it is
/// for the few documents that are shown, not for loops over all.
public struct FieldRow {
  public let table: Table
  public let row: Int

  public init(_ table: Table, row: Int) {
    precondition(row >= 0 && row < table.rowCount, "row out of range")
    self.table = table
    self.row = row
  }

  public func has(_ name: String) -> Bool { table.schema.index(of: name) != nil }

  /// Any value as text: decimals with the digits they were stored with, whole numbers plainly (times
  /// and dates as seconds and days). Empty where absent, or where the kind has no such element.
  public func text(_ name: String) -> String {
    guard let index = table.schema.index(of: name) else { return "" }
    switch table.columns[index] {
    case .text(let column): return column.string(row)
    case .integer(let column):
      return column[row] == IntegerColumn.absent ? "" : String(column[row])
    case .decimal(let column):
      return decimalText(mantissa: column.mantissas[row], form: column.form(row))
    }
  }

  /// Value × 10^5; 0 where absent, as the rules read it, or where the kind has no such element.
  public func decimalE5(_ name: String) -> Int128 {
    guard let index = table.schema.index(of: name) else { return 0 }
    return table.columns[index].decimal.valueE5(row) ?? 0
  }

  /// Nil where absent, or where the kind has no such element.
  public func integer(_ name: String) -> Int64? {
    guard let index = table.schema.index(of: name) else { return nil }
    let value = table.columns[index].integer[row]
    return value == IntegerColumn.absent ? nil : value
  }

  /// Fraction digits that a decimal was stored with; 0 where absent.
  func fractionDigits(_ name: String) -> Int {
    guard let index = table.schema.index(of: name) else { return 0 }
    let form = table.columns[index].decimal.form(row)
    return form.isAbsent ? 0 : form.fractionDigits
  }
}

/// One stored document: its head and its lines, in order.
public struct DocumentRow {
  public let kind: Kind
  public let head: FieldRow
  public let lines: [FieldRow]

  /// The document in `row` of `tables`. O(row), unless `firstLine` says where its lines begin.
  public init(_ tables: KindTables, row: Int, firstLine: Int? = nil) {
    kind = tables.kind
    head = FieldRow(tables.heads, row: row)
    guard let lineTable = tables.lines else {
      lines = []
      return
    }
    let counts = tables.heads["#lines"].integer
    let first = firstLine ?? (0..<row).reduce(0) { $0 + Int(counts[$1]) }
    lines = (first..<first + Int(counts[row])).map { FieldRow(lineTable, row: $0) }
  }

  public func text(_ name: String) -> String { head.text(name) }
  public func decimalE5(_ name: String) -> Int128 { head.decimalE5(name) }

  /// What names the platform in a trade key: `ebpCode`, or `ebcCode` where that is empty or `无`.
  public var platformElement: String {
    let code = text("ebpCode")
    return code.isEmpty || code == "无" ? "ebcCode" : "ebpCode"
  }
}

/// As the rules compare: `String` takes some texts of other bytes for equal.
func hasSameBytes(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }

/// Digits as they were stored: `7`, `-1.50`; empty for an absent value.
public func decimalText(mantissa: UInt64, form: DecimalForm) -> String {
  if form.isAbsent { return "" }
  return pointed(String(mantissa), fractionDigits: form.fractionDigits, isNegative: form.isNegative)
}

/// A value times 10^`scale` with at least `fractionDigits` of its fraction digits, and more where it
/// has them: exact.
public func decimalText(_ value: Int128, scale: Int, fractionDigits: Int) -> String {
  let digits = String(value.magnitude)
  let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
  let surplus = padded.utf8.reversed().prefix(max(scale - fractionDigits, 0))
    .prefix { $0 == UInt8(ascii: "0") }.count
  return pointed(
    String(padded.dropLast(surplus)), fractionDigits: scale - surplus, isNegative: value < 0)
}

private func pointed(_ digits: String, fractionDigits: Int, isNegative: Bool) -> String {
  let sign = isNegative ? "-" : ""
  guard fractionDigits > 0 else { return sign + digits }
  let padded = String(repeating: "0", count: max(0, fractionDigits + 1 - digits.count)) + digits
  return sign + padded.dropLast(fractionDigits) + "." + padded.suffix(fractionDigits)
}
