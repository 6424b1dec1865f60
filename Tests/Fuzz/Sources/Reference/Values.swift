import TernCEB
import TernReference

/// Looks every row of an accepted table up, and codes that are nearly its own.
func requireValues(of table: Table, _ file: String, in data: ReferenceData) {
  require(data.files.map(\.rows) == [table.rows.count - 1], "rows are lost")
  switch file {
  case "hs2022.csv": requireHeadings(table, data.headings!)
  case "tariff.csv": requireTariff(table, data.tariff!)
  case "rates.csv": requireRates(table, data.rates!)
  case "enterprises.csv": requireEnterprises(table, data.enterprises!)
  default:
    let codes = ReferenceData.Codes.allCases.first { $0.file == file }!
    let known = data.codes(codes)!
    let names = byCode(table[codes == .customsDistrict ? "prefix" : "code"], table["name"])
    for (code, name) in names { require(known.name(of: String(decoding: code, as: UTF8.self)) == name, "another name") }
    for code in names.keys.flatMap(neighbours) {
      require(withBytes(code) { known.contains($0) } == (names[code] != nil), "a code is there or not")
    }
  }
}

private func requireHeadings(_ table: Table, _ headings: HeadingTable) {
  let rows = zip(table["code"], table["description"]).filter { $0.0.utf8.count < 6 }
  let names = byCode(rows.map(\.0), rows.map(\.1))
  for (code, name) in names {
    require(headings.description(of: String(decoding: code, as: UTF8.self)) == name, "another description")
  }
  for code in names.keys.flatMap(neighbours) {
    let isThere = code.count >= 4 && names[Array(code.prefix(4))] != nil
    require(withBytes(code) { headings.containsHeading(of: $0) } == isThere, "a heading is there or not")
  }
}

private func requireTariff(_ table: Table, _ tariff: Tariff) {
  let bits: [(String, TariffEntry)] = [
    ("licence", .licenceBit), ("exportDuty", .exportDutyBit), ("refund", .refundBit), ("positiveList", .positiveListBit),
  ]
  var wanted = table["gcode"].map { _ in TariffEntry() }
  for (name, bit) in bits {
    for (row, value) in table[name].enumerated() where value == "1" { wanted[row].insert(bit) }
  }
  let entries = byCode(table["gcode"], wanted)
  for code in entries.keys.flatMap(neighbours) {
    require(withBytes(code) { tariff[$0] } == entries[code], "another entry of the tariff")
  }
}

/// On the days around every row's first and last, by going through all rows.
private func requireRates(_ table: Table, _ rates: RateTable) {
  let rows = zip(zip(table["currency"], table["cny_per_unit"]), zip(table["valid_from"], table["valid_to"])).map {
    (currency: Array($0.0.utf8), rateE8: scaledE8($0.1), first: day($1.0) ?? .min, last: day($1.1) ?? .max)
  }
  for row in rows.prefix(100) {
    for edge in [row.first, row.last] where edge != .min && edge != .max {
      for day in edge - 1...edge + 1 {
        let found = withBytes(row.currency) { rates.rate(currency: $0, at: day * 86_400) }?.cnyPerUnitE8
        let wanted =
          row.currency.elementsEqual("142".utf8)
          ? 100_000_000
          : rows.first { $0.currency == row.currency && $0.first <= day && day <= $0.last }?.rateE8
        require(found == wanted, "another rate")
      }
    }
    let always = row.first == .min && row.last == .max
    if always {
      let found = withBytes(row.currency) { rates.rate(currency: $0, at: 0) }?.cnyPerUnitE8
      require(found == row.rateE8, "another rate for ever")
    }
  }
}

private func requireEnterprises(_ table: Table, _ register: EnterpriseRegister) {
  let rows = zip(zip(table["name"], table["creditClass"]), table["blacklisted"])
  let entries = byCode(table["code"], rows.map { (name: $0.0, creditClass: $0.1, isBlacklisted: $1 == "1") })
  for code in entries.keys.flatMap(neighbours) {
    let found = withBytes(code) { register[$0] }
    require((found != nil) == (entries[code] != nil), "an enterprise is there or not")
    guard let found, let wanted = entries[code], let place = withBytes(code, { register.place(of: $0) }) else { continue }
    require(
      found.name == wanted.name && found.creditClass == wanted.creditClass
        && found.isBlacklisted == wanted.isBlacklisted, "another enterprise")
    require(register.codes[place].utf8.elementsEqual(code), "another place")
    require(register.creditClasses[register.creditClass(place)] == wanted.creditClass, "another class")
  }
}

/// Codes are bytes: texts that look the same are not the same code. None stands twice.
private func byCode<Value>(_ codes: [String], _ values: [Value]) -> [[UInt8]: Value] {
  var entries: [[UInt8]: Value] = [:]
  for (code, value) in zip(codes, values) {
    require(entries.updateValue(value, forKey: Array(code.utf8)) == nil, "a code stands twice")
  }
  return entries
}

/// A code, and some that differ from it by a byte.
private func neighbours(_ code: [UInt8]) -> [[UInt8]] {
  var changed = code
  changed[code.count / 2] ^= 1
  return [code, Array(code.dropLast()), code + [UInt8(ascii: "0")], changed]
}

/// Memory of exactly the right size: the address sanitizer sees what reads on.
private func withBytes<Result>(_ code: [UInt8], _ body: (Bytes) -> Result) -> Result {
  unsafe Array(code).withUnsafeBufferPointer { unsafe body(Bytes($0)) }
}

/// Of a number that the table's reader took.
private func scaledE8(_ text: String) -> Int64 {
  let parts = text.split(separator: ".")
  let fraction = parts.count == 2 ? parts[1] : ""
  return Int64(parts[0] + fraction + String(repeating: "0", count: 8 - fraction.count))!
}

/// Days since 1970-01-01 of a `YYYYMMDD` that the table's reader took; nil for an empty text.
private func day(_ text: String) -> Int64? {
  guard let date = Int64(text) else { return nil }
  return daysSince1970(year: date / 10_000, month: date / 100 % 100, day: date % 100)
}
