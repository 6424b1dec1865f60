import TernCEB

/// Sum over all values that are not empty of CRC-32(`kind/h|l/row/name=value`).
struct Checksum {
  var hash: UInt64 = 0
  var values = 0
  var documents = 0

  mutating func add(_ batch: DocumentBatch) {
    precondition(batch.rejects.rowCount == 0, "the corpus must have no faults")
    for tables in batch.kinds {
      documents += tables.heads.rowCount
      let spec = tables.kind.spec
      add(tables.heads, spec.headFields, "\(spec.number)/h/", batch, tables.kind, isLine: 0)
      if let lines = tables.lines {
        add(lines, spec.lineFields, "\(spec.number)/l/", batch, tables.kind, isLine: 1)
      }
    }
  }

  private mutating func add(
    _ table: Table, _ fields: [Field], _ prefix: String, _ batch: DocumentBatch, _ kind: Kind,
    isLine: Int64
  ) {
    for (number, field) in fields.enumerated() {
      for row in 0..<table.rowCount {
        let value =
          irregular(batch, kind, isLine, number, row)
          ?? Checksum.text(table.columns[number], field.type, row)
        if value.isEmpty { continue }
        hash &+= UInt64(crc32("\(prefix)\(row)/\(field.name)=\(value)"))
        values += 1
      }
    }
  }

  private func irregular(
    _ batch: DocumentBatch, _ kind: Kind, _ isLine: Int64, _ column: Int, _ row: Int
  ) -> String? {
    let table = batch.irregulars
    for entry in 0..<table.rowCount
    where table["kind"].integer[entry] == Int64(kind.rawValue)
      && table["isLine"].integer[entry] == isLine
      && table["column"].integer[entry] == Int64(column) && table["row"].integer[entry] == Int64(row)
    {
      return table["text"].text.string(entry)
    }
    return nil
  }

  /// A value as it stood in the message.
  private static func text(_ column: Column, _ type: FieldType, _ row: Int) -> String {
    switch column {
    case .text(let column): return column.string(row)
    case .integer(let column):
      let value = column[row]
      if value == IntegerColumn.absent { return "" }
      switch type {
      case .time: return time(value)
      case .date: return date(value)
      default: return String(value)
      }
    case .decimal(let column):
      let form = column.form(row)
      if form.isAbsent { return "" }
      var digits = String(column.mantissas[row])
      let fraction = form.fractionDigits
      if fraction > 0 {
        digits = String(repeating: "0", count: max(0, fraction + 1 - digits.utf8.count)) + digits
        digits = "\(digits.dropLast(fraction)).\(digits.suffix(fraction))"
      }
      return form.isNegative ? "-" + digits : digits
    }
  }

  private static func time(_ seconds: Int64) -> String {
    let day = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    let rest = seconds - day * 86_400
    return date(day) + padded(rest / 3_600, 2) + padded(rest / 60 % 60, 2) + padded(rest % 60, 2)
  }

  /// Days since 1970-01-01 to `YYYYMMDD` (Hinnant, "chrono-compatible low-level date algorithms").
  private static func date(_ days: Int64) -> String {
    let z = days + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return padded(year, 4) + padded(month, 2) + padded(dayOfYear - (153 * shifted + 2) / 5 + 1, 2)
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}

/// CRC-32 as zlib computes it.
func crc32(_ text: String) -> UInt32 {
  var crc = ~UInt32(0)
  for byte in text.utf8 { crc = crcTable[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] ^ crc >> 8 }
  return ~crc
}

let crcTable: [UInt32] = (0..<256).map { index in
  (0..<8).reduce(UInt32(index)) { crc, _ in crc & 1 == 1 ? 0xEDB8_8320 ^ crc >> 1 : crc >> 1 }
}
