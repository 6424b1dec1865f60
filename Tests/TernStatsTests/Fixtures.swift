import TernCEB
import TernStats

/// A clearance list in plain values, from which the tables are made.
struct SampleList: Sendable {
  struct Line: Sendable {
    var gcode = "6109100010"
    var unit = "011"
    var currency = "502"
    /// A plain decimal.
    var totalPrice = "1"
    var qty = "1"
    var price = "1"
    /// How much of `qty` came back.
    var returnedE5: Int128 = 0
  }

  /// What came back, as the cube takes it, of the list in row `row`.
  func returns(_ row: Int) -> [ReturnedLine] {
    lines.enumerated().filter { $1.returnedE5 != 0 && disposition != 0 }.map {
      ReturnedLine(list: row, line: $0, qtyE5: $1.returnedE5)
    }
  }

  var direction = Direction.export
  /// 0: does not count.
  var disposition: UInt8 = 1
  var customsCode = "5141"
  var portCode = "5141"
  var tradeMode = "9610"
  var statisticsFlag = "A"
  var country = "502"
  var ebcCode = "4401960001"
  var ebpCode = "4401960002"
  var logisticsCode = "4401960003"
  /// Bits.
  var findings: UInt64 = 0
  /// Seconds since 1970-01-01, China Standard Time.
  var appTime: Int64 = 0
  /// Nil: absent.
  var packNo: Int64? = 1
  var grossWeight = "1"
  var netWeight = "1"
  var lines: [Line] = [Line()]

  func text(_ column: String) -> String {
    switch column {
    case "customsCode": customsCode
    case "portCode": portCode
    case "tradeMode": tradeMode
    case "statisticsFlag": statisticsFlag
    case "country": country
    case "ebcCode": ebcCode
    case "ebpCode": ebpCode
    case "logisticsCode": logisticsCode
    // The head of an import has a currency too: it must not be the one that is taken.
    case "currency": "999"
    default: "other"
    }
  }
}

/// The two tables of lists of one direction, and their dispositions.
struct SampleTables {
  var heads: Table
  var lines: Table
  var dispositions: [UInt8] = []
  var findings: [UInt64] = []
  var returns: [ReturnedLine] = []

  /// - Parameter columns: the only ones that the tables have; nil for all of the kind.
  init(_ lists: [SampleList], _ direction: Direction, columns: Cube.NeededColumns? = nil) {
    let kind = Kind(.list, direction)
    if let columns {
      heads = Table(Self.part(of: KindTables.headSchema(kind), columns.heads))
      lines = Table(Self.part(of: KindTables.lineSchema(kind)!, columns.lines))
    } else {
      let tables = KindTables(kind)
      heads = tables.heads
      lines = tables.lines!
    }
    for list in lists where list.direction == direction {
      returns += list.returns(dispositions.count)
      dispositions.append(list.disposition)
      findings.append(list.findings)
      for (entry, column) in zip(heads.schema.columns, heads.columns) {
        switch column {
        case .text(let column): column.append(list.text(entry.name))
        case .integer(let column):
          switch entry.name {
          case "#lines": column.append(Int64(list.lines.count))
          case "appTime": column.append(list.appTime)
          case "packNo": column.append(list.packNo ?? IntegerColumn.absent)
          default: column.append(77)
          }
        case .decimal(let column):
          switch entry.name {
          case "grossWeight": Self.append(list.grossWeight, to: column)
          case "netWeight": Self.append(list.netWeight, to: column)
          default: Self.append("77.7", to: column)
          }
        }
      }
      for line in list.lines {
        for (entry, column) in zip(lines.schema.columns, lines.columns) {
          switch column {
          case .text(let column):
            switch entry.name {
            case "gcode": column.append(line.gcode)
            case "currency": column.append(line.currency)
            case "unit": column.append(line.unit)
            default: column.append("other")
            }
          case .integer(let column): column.append(77)
          case .decimal(let column):
            switch entry.name {
            case "totalPrice": Self.append(line.totalPrice, to: column)
            case "qty": Self.append(line.qty, to: column)
            case "price": Self.append(line.price, to: column)
            default: Self.append("77.7", to: column)
            }
          }
        }
      }
    }
  }

  private static func part(of schema: TableSchema, _ names: [String]) -> TableSchema {
    TableSchema(names.map { schema.columns[schema.index(of: $0)!] })
  }

  /// A plain decimal, or nothing for an absent one.
  private static func append(_ text: String, to column: DecimalColumn) {
    if text.isEmpty { return column.append(mantissa: 0, form: .absent) }
    let digits = text.filter(\.isWholeNumber)
    let parts = text.split(separator: ".")
    var form = UInt8(parts.count == 2 ? parts[1].count : 0)
    if text.hasPrefix("-") { form |= 8 }
    column.append(mantissa: UInt64(digits)!, form: DecimalForm(rawValue: form))
  }
}

extension Cube {
  /// Adds sample lists of both directions.
  ///
  /// - Parameter pruned: only the columns that are needed, and every second of those of texts by its distinct values.
  mutating func add(_ lists: [SampleList], pruned: Bool = false) throws(StatisticsError) {
    for direction in Direction.allCases {
      let needed = neededColumns(direction, withReturns: true)
      let tables = SampleTables(lists, direction, columns: pruned ? needed : nil)
      guard pruned else {
        try add(
          heads: tables.heads, lines: tables.lines, direction: direction,
          dispositions: tables.dispositions.span, findings: tables.findings.span,
          returns: tables.returns)
        continue
      }
      try add(
        heads: CodedTable(tables.heads, codedFrom: lists.count % 2),
        lines: CodedTable(tables.lines, codedFrom: lists.count % 2), direction: direction,
        dispositions: tables.dispositions.span, findings: tables.findings.span,
        returns: tables.returns)
    }
  }
}

extension CodedTable {
  /// The same rows; every second column of texts by its distinct values, with one that no row has.
  convenience init(_ table: Table, codedFrom first: Int) {
    self.init(table.schema)
    var texts = 0
    for (index, column) in table.columns.enumerated() {
      switch column {
      case .text(let column):
        texts += 1
        if texts % 2 == first {
          let own = coded(at: index)
          var places = ["in no row": Int64(0)]
          own.values.append("in no row")
          for row in 0..<column.count {
            let value = column.string(row)
            if places[value] == nil {
              places[value] = Int64(own.values.count)
              own.values.append(value)
            }
            own.codes.append(places[value]!)
          }
        } else {
          for row in 0..<column.count { self.column(at: index).text.append(column.string(row)) }
        }
      case .integer(let column):
        for row in 0..<column.count { self.column(at: index).integer.append(column[row]) }
      case .decimal(let column):
        for row in 0..<column.count {
          self.column(at: index).decimal.append(mantissa: column.mantissas[row], form: column.form(row))
        }
      }
    }
  }
}

let testNames = VerdictNames(
  dispositions: ["", "released", "pending", "rejected", "review"],
  findings: ["order.missing", "amount.paid", "goods.empty", "weight.net"])

func makeCube(_ dimensions: [Dimension]) -> Cube {
  Cube(CubePlan(dimensions: dimensions), names: testNames)
}

/// The cube of some sample lists.
func cube(_ dimensions: [Dimension], _ lists: [SampleList]) throws -> Cube {
  var cube = makeCube(dimensions)
  try cube.add(lists)
  return cube
}

/// The answer to a question over lists that `fill` adds.
func answer(
  _ query: StatisticsQuery, fill: ([Cube]) throws -> [Cube]
) throws -> StatisticsResult {
  var job = try StatisticsJob(query, names: testNames) { NaiveStatistics.rateE8($0, $1) }
  while job.result == nil { try job.take(fill(job.cubes)) }
  return job.result!
}

/// The rows of its CSV, without the header.
func csv(_ result: StatisticsResult) -> [String] {
  StatisticsWriter.text(result, as: .csv).split(separator: "\n", omittingEmptySubsequences: false)
    .dropFirst().dropLast().map(String.init)
}

func csv(_ query: StatisticsQuery, _ lists: [SampleList]) throws -> [String] {
  csv(
    try answer(query) { cubes in
      try cubes.map { cube in
        var cube = cube
        try cube.add(lists)
        return cube
      }
    })
}
