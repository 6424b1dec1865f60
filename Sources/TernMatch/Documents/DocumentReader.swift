import TernCEB

/// The values of one document that a tolerance, or the order of two lists, asks for.
public struct DocumentDetail: Sendable, Equatable {
  public struct Line: Sendable, Equatable {
    public var gnum: Int64
    public var qtyE5: Int128
    public var priceE5: Int128
    public var totalPriceE5: Int128
    public var currency: [UInt8]
    public var unit: [UInt8]

    public init(
      gnum: Int64, qtyE5: Int128, priceE5: Int128, totalPriceE5: Int128, currency: [UInt8],
      unit: [UInt8]
    ) {
      self.gnum = gnum
      self.qtyE5 = qtyE5
      self.priceE5 = priceE5
      self.totalPriceE5 = totalPriceE5
      self.currency = currency
      self.unit = unit
    }
  }

  /// Of an order or a list, as stored.
  public var lines: [Line] = []
  /// Of an order; 0 where the kind has none.
  public var goodsValueE5: Int128 = 0
  public var freightE5: Int128 = 0
  public var discountE5: Int128 = 0
  public var taxTotalE5: Int128 = 0
  public var acturalPaidE5: Int128 = 0
  /// Of a list.
  public var copNo: [UInt8] = []
  public var agentCode: [UInt8] = []

  public init() {}
}

/// Reads single documents of one unit by row: their version facts and details.
public struct DocumentReader: ~Copyable {
  private let tables: KindTables
  private var digester: TupleDigester
  /// First line of each document, and the end.
  private let lineStarts: [Int]

  /// O(documents).
  public init(_ tables: KindTables, secret: Secret) {
    self.tables = tables
    digester = TupleDigester(secret: secret)
    var starts = [0]
    if tables.lines != nil {
      let counts = tables.heads["#lines"].integer
      starts.reserveCapacity(counts.count + 1)
      for row in 0..<counts.count { starts.append(starts[row] + Int(counts[row])) }
    }
    lineStarts = starts
  }

  private func lineRange(_ row: Int) -> Range<Int> {
    tables.lines == nil ? 0..<0 : lineStarts[row]..<lineStarts[row + 1]
  }

  /// Facts of the document in `row`. Two documents have equal content if every field agrees:
  /// texts by bytes, numbers by value (`7` is `007.0`), and so do their lines in order.
  public mutating func versionFacts(row: Int) -> VersionFacts {
    let direction = tables.kind.direction
    digester.begin(.guid, direction)
    digester.append(tables.heads.text("guid")[row])
    let guid = digester.digest128
    digester.begin(.content, direction)
    append(tables.heads, row)
    if let lines = tables.lines {
      let range = lineRange(row)
      digester.append(UInt64(range.count))
      for line in range { append(lines, line) }
    }
    extendLifetime(tables)
    return VersionFacts(guid: guid, content: digester.digest128)
  }

  private mutating func append(_ table: Table, _ row: Int) {
    for (entry, column) in zip(table.schema.columns, table.columns) {
      // Where the document came from is not content.
      if entry.name.utf8.first == UInt8(ascii: "#") { continue }
      switch column {
      case .text(let column): unsafe digester.append(Bytes(column.unsafeValue(row)))
      case .integer(let column): digester.append(column[row])
      case .decimal(let column):
        let value = column.valueE5(row)
        digester.append(UInt8(value == nil ? 0 : 1))
        digester.append(value ?? 0)
      }
    }
  }

  public func detail(row: Int) -> DocumentDetail {
    var detail = DocumentDetail()
    let heads = tables.heads
    func amount(_ name: String) -> Int128 {
      heads.schema.index(of: name) == nil ? 0 : heads[name].decimal.valueE5(row) ?? 0
    }
    if tables.kind.role == .order {
      detail.goodsValueE5 = amount("goodsValue")
      detail.freightE5 = amount("freight")
      detail.discountE5 = amount("discount")
      detail.taxTotalE5 = amount("taxTotal")
      detail.acturalPaidE5 = amount("acturalPaid")
    }
    if tables.kind.role == .list {
      detail.copNo = heads.text("copNo")[row].array
      detail.agentCode = heads.text("agentCode")[row].array
    }
    if let lineTable = tables.lines {
      let lines = LineColumns(lineTable)
      detail.lines = lineRange(row).map { line in
        DocumentDetail.Line(
          gnum: lines.gnum[line], qtyE5: lines.qty[line], priceE5: lines.price[line],
          totalPriceE5: lines.totalPrice[line], currency: lines.currency[line].array,
          unit: lines.unit[line].array)
      }
    }
    extendLifetime(tables)
    return detail
  }
}

/// Version facts of one document. For many of one unit keep a `DocumentReader`.
public func versionFacts(of tables: KindTables, row: Int, secret: Secret) -> VersionFacts {
  var reader = DocumentReader(tables, secret: secret)
  return reader.versionFacts(row: row)
}

/// Details of one document. For many of one unit keep a `DocumentReader`.
public func detail(of tables: KindTables, row: Int) -> DocumentDetail {
  DocumentReader(tables, secret: Secret(bytes: Array(repeating: 0, count: 16))).detail(row: row)
}
