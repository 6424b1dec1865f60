import Glibc
import TernCEB
import TernTestSupport

@testable import TernStore

func copyFolder(_ from: String, to: String) {
  _ = unsafe mkdir(to, 0o755)
  for name in names(in: from) { writeFile(to + "/" + name, readFile(from + "/" + name)!) }
}

// MARK: Columns

func textColumn(_ values: [[UInt8]]) -> Column {
  let column = TextColumn()
  for value in values { unsafe value.withUnsafeBufferPointer { unsafe column.append($0) } }
  return .text(column)
}

func textColumn(_ values: [String]) -> Column { textColumn(values.map { Array($0.utf8) }) }

func integerColumn(_ values: [Int64]) -> Column {
  let column = IntegerColumn()
  for value in values { column.append(value) }
  return .integer(column)
}

func decimalColumn(_ mantissas: [UInt64], _ forms: [UInt8]) -> Column {
  let column = DecimalColumn()
  for (mantissa, form) in zip(mantissas, forms) {
    column.append(mantissa: mantissa, form: DecimalForm(rawValue: form))
  }
  return .decimal(column)
}

/// The values of a column in a form that can be compared.
enum Values: Equatable {
  case text([[UInt8]])
  case decimal([UInt64], [UInt8])
  case integer([Int64])

  init(_ column: Column, _ rows: Range<Int>? = nil) {
    let rows = rows ?? 0..<column.count
    switch column {
    case .text(let column):
      self = .text(rows.map { row in column.range(row).map { column.bytes[$0] } })
    case .decimal(let column):
      self = .decimal(rows.map { column.mantissas[$0] }, rows.map { column.forms[$0] })
    case .integer(let column):
      self = .integer(rows.map { column[$0] })
    }
  }
}

extension Table {
  var values: [Values] { columns.map { Values($0) } }
}

/// A small table with all three types, different for every seed.
func sampleTable(rows: Int, seed: UInt64) -> Table {
  var generator = SeededGenerator(seed: seed)
  let table = Table(
    TableSchema([
      .init("guid", .text), .init("name", .text), .init("price", .decimal), .init("#lines", .integer),
    ]))
  for row in 0..<rows {
    table["guid"].text.append(guid(&generator))
    table["name"].text.append(["甲", "乙乙", "", "丁"].randomElement(using: &generator)!)
    table["price"].decimal.append(
      mantissa: UInt64.random(in: 0...99_999, using: &generator),
      form: DecimalForm(rawValue: UInt8.random(in: 0...2, using: &generator)))
    table["#lines"].integer.append(Int64(row) * 3)
  }
  return table
}

func guid(_ generator: inout SeededGenerator, capital: Bool = true) -> String {
  let digits = Array(capital ? "0123456789ABCDEF" : "0123456789abcdef")
  return [8, 4, 4, 4, 12].map { length in
    String((0..<length).map { _ in digits.randomElement(using: &generator)! })
  }.joined(separator: "-")
}
