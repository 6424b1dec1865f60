import CSHA256
import TernCEB

extension ReferenceData {
  /// Reads the tables of a folder.
  ///
  /// - Parameter contents: of the folder's files that are in `fileNames`.
  /// - Throws: at the first thing that is wrong, with file and line.
  public init(contents: [(name: String, bytes: [UInt8])]) throws(ReferenceError) {
    self.init()
    for (name, bytes) in contents.sorted(by: { $0.name < $1.name }) {
      let rows = try add(name, bytes)
      files.append(File(name: name, rows: rows, sha256: sha256Text(bytes)))
    }
  }

  /// Number of rows.
  private mutating func add(_ name: String, _ bytes: [UInt8]) throws(ReferenceError) -> Int {
    if let codes = Codes.allCases.first(where: { $0.file == name }) {
      let key = codes == .customsDistrict ? "prefix" : "code"
      let rows = try Rows(name, bytes, [key, "name"])
      self[codes] = try CodeTable(rows.map { ($0[0], $0[1], $1) }, file: name)
      return rows.rows.count
    }
    switch name {
    case "hs2022.csv":
      let rows = try Rows(name, bytes, ["code", "description"])
      headings = try HeadingTable(rows.map { ($0[0], $0[1], $1) }, file: name)
      return rows.rows.count
    case "tariff.csv":
      let rows = try Rows(name, bytes, ["gcode", "licence", "exportDuty", "refund", "positiveList"])
      var entries: [(gcode: String, entry: TariffEntry, line: Int)] = []
      for (values, line) in rows.rows {
        var entry = TariffEntry()
        for (column, bit) in zip(1..., [.licenceBit, .exportDutyBit, .refundBit, .positiveListBit] as [TariffEntry]) {
          if try rows.flag(values[column], column, line) { entry.insert(bit) }
        }
        entries.append((values[0], entry, line))
      }
      tariff = try Tariff(entries, file: name)
      return entries.count
    case "rates.csv":
      let rows = try Rows(
        name, bytes, ["currency", "cny_per_unit"], optional: ["valid_from", "valid_to"])
      var rates: [RateTable.Row] = []
      for (values, line) in rows.rows {
        guard let rate = RateTable.rate(values[1]) else {
          throw ReferenceError(
            file: name, line: line,
            "cny_per_unit '\(values[1])': a number above 0 with at most 6 integer and 8 fraction digits is expected")
        }
        rates.append((values[0], rate, try rows.day(values[2], line), try rows.day(values[3], line), line))
      }
      self.rates = try RateTable(rates, file: name)
      return rates.count
    case "enterprises.csv":
      let rows = try Rows(name, bytes, ["code", "name", "creditClass", "blacklisted"])
      var entries: [(code: String, enterprise: Enterprise, line: Int)] = []
      for (values, line) in rows.rows {
        let enterprise = Enterprise(
          name: values[1], creditClass: values[2], isBlacklisted: try rows.flag(values[3], 3, line))
        entries.append((values[0], enterprise, line))
      }
      enterprises = try EnterpriseRegister(entries, file: name)
      return entries.count
    default:
      throw ReferenceError(
        file: name, "not a reference table; a reference folder may hold \(Self.fileNames.joined(separator: ", "))")
    }
  }
}

/// The wanted columns of a table, found by the names in its header.
private struct Rows {
  let file: String
  let columns: [String]
  var rows: [(values: [String], line: Int)] = []

  /// More are refused.
  static let rowCountMax = 20_000_000

  init(
    _ file: String, _ bytes: [UInt8], _ required: [String], optional: [String] = []
  ) throws(ReferenceError) {
    self.file = file
    columns = required + optional
    var places: [Int?]?
    var rows: [(values: [String], line: Int)] = []
    var width = 0
    do {
      try CSVText.forEachRow(bytes) { line, values in
        guard let places else {
          width = values.count
          places = (required + optional).map { values.firstIndex(of: $0) }
          for (name, place) in zip(required, places!) where place == nil {
            throw ReferenceError(
              file: file, line: line,
              "the header has no column \(name); it has \(values.joined(separator: ", "))")
          }
          return
        }
        guard values.count == width else {
          throw ReferenceError(
            file: file, line: line, "the row has \(values.count) cells and the header \(width)")
        }
        guard rows.count < Self.rowCountMax else {
          throw ReferenceError(file: file, line: line, "more than \(Self.rowCountMax) rows")
        }
        rows.append((places.map { $0.map { values[$0] } ?? "" }, line))
      }
    } catch let fault as CSVText.Fault {
      throw ReferenceError(file: file, line: fault.line, fault.what)
    } catch let error as ReferenceError {
      throw error
    } catch {
      throw ReferenceError(file: file, "\(error)")
    }
    guard places != nil else {
      throw ReferenceError(file: file, "the file is empty; a header \(required.joined(separator: ",")) is expected")
    }
    self.rows = rows
  }

  func map<Row>(_ body: ([String], Int) -> Row) -> [Row] { rows.map { body($0.values, $0.line) } }

  func flag(_ value: String, _ column: Int, _ line: Int) throws(ReferenceError) -> Bool {
    switch value {
    case "1": true
    case "0", "": false
    default:
      throw ReferenceError(file: file, line: line, "\(columns[column]) '\(value)': 0 or 1 is expected")
    }
  }

  /// Days since 1970-01-01 of `YYYYMMDD`; nil for an empty value.
  func day(_ value: String, _ line: Int) throws(ReferenceError) -> Int64? {
    if value.isEmpty { return nil }
    let digits = value.utf8.map { Int64($0) - 0x30 }
    func number(_ range: Range<Int>) -> Int64 { digits[range].reduce(0) { $0 * 10 + $1 } }
    guard digits.count == 8, digits.allSatisfy({ (0...9).contains($0) }),
      let day = daysSince1970(year: number(0..<4), month: number(4..<6), day: number(6..<8))
    else {
      throw ReferenceError(file: file, line: line, "'\(value)': a real date YYYYMMDD is expected")
    }
    return day
  }
}

/// SHA-256 in hexadecimal.
public func sha256Text(_ bytes: [UInt8]) -> String {
  var digest = [UInt8](repeating: 0, count: 32)
  unsafe tern_sha256(bytes, bytes.count, &digest)
  let digits = Array("0123456789abcdef")
  return String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}
