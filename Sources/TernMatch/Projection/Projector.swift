import TernCEB

/// Reduces stored documents to match rows: key digests, and exactly what the rules compare.
///
/// One projector serves one thread; it keeps a scratch buffer and allocates nothing per document.
/// Cost: O(bytes of the compared fields), about one SipHash per key, code and line.
public struct Projector: ~Copyable {
  var digester: TupleDigester
  /// Codes repeat from document to document: the last one and its digest.
  var lastSeller = Memo()
  var lastCurrency = Memo()
  /// Of lists: the last codes whose check characters were looked at.
  var lastEbcCode = CodeMemo()
  var lastEbpCode = CodeMemo()
  var lastLogisticsCode = CodeMemo()
  /// Times mostly stay within one year.
  var lastYear = CalendarYear(of: 0)
  /// Which `gnum`s a list has used; for lists whose lines are not simply 1, 2, 3 ….
  var usedNumbers: [Bool] = []

  struct Memo {
    var value: Bytes?
    var digest: UInt64 = 0
  }

  struct CodeMemo {
    private var value: Bytes?
    private var isWrong = false

    /// Whether the check characters of an enterprise's code are wrong.
    @inline(__always)
    mutating func isWrong(_ code: Bytes) -> Bool {
      if let value, value == code { return isWrong }
      value = code
      isWrong = CheckCharacters.enterpriseCodeIsRight(code) == false
      return isWrong
    }
  }

  public init(secret: Secret) { digester = TupleDigester(secret: secret) }

  /// Appends the rows of every declared document (`appStatus` 2) of `tables`.
  ///
  /// - Parameters:
  ///   - rowBase: row that the tables' first document has in its segment.
  ///   - segment: stays 0 where the store numbers the segment later.
  public mutating func project(
    _ tables: KindTables, rowBase: Int, segment: Int = 0, into output: MatchTables
  ) {
    if tables.documentCount == 0 { return }
    precondition(
      rowBase >= 0 && rowBase + tables.documentCount <= 0x7fff_ffff, "too many rows in a segment")
    // The remembered codes lie in the columns of the call before.
    lastSeller = Memo()
    lastCurrency = Memo()
    (lastEbcCode, lastEbpCode, lastLogisticsCode) = (CodeMemo(), CodeMemo(), CodeMemo())
    let place = RowPlace(segment: segment, rowBase: rowBase, direction: tables.kind.direction)
    switch tables.kind.role {
    case .order: projectOrders(tables, place, output)
    case .payment: projectPayments(tables, place, output)
    case .waybill: projectWaybills(tables, place, output)
    case .list: projectLists(tables, place, output)
    case .cancellation: projectCancellations(tables, place, output)
    case .refund: projectRefunds(tables, place, output)
    case .receipt, .notice: break
    }
    extendLifetime(tables)
  }

  @inline(__always)
  mutating func sellerDigest(_ value: Bytes, _ direction: Direction) -> UInt64 {
    if let last = lastSeller.value, last == value { return lastSeller.digest }
    let digest = digester.digest48(.seller, direction, value)
    lastSeller = Memo(value: value, digest: digest)
    return digest
  }

  @inline(__always)
  mutating func currencyDigest(_ value: Bytes, _ direction: Direction) -> UInt64 {
    if let last = lastCurrency.value, last == value { return lastCurrency.digest }
    let digest = digester.digest48(.currency, direction, value)
    lastCurrency = Memo(value: value, digest: digest)
    return digest
  }

  @inline(__always)
  mutating func tradeKey(_ platform: Bytes, _ orderNo: Bytes, _ direction: Direction) -> MatchKey {
    digester.begin(.trade, direction)
    digester.append(platform)
    digester.append(orderNo)
    return MatchKey(digester.digest128, direction)
  }

  @inline(__always)
  mutating func waybillKey(_ code: Bytes, _ number: Bytes, _ direction: Direction) -> MatchKey {
    digester.begin(.waybill, direction)
    digester.append(code)
    digester.append(number)
    return MatchKey(digester.digest128, direction)
  }

  /// Identity of a list with a `copNo`.
  @inline(__always)
  mutating func listKey(_ agentCode: Bytes, _ copNo: Bytes, _ direction: Direction) -> MatchKey {
    digester.begin(.list, direction)
    digester.append(agentCode)
    digester.append(copNo)
    return MatchKey(digester.digest128, direction)
  }

  /// Identity of a list without one: its trade key and waybill key.
  @inline(__always)
  mutating func listKey(
    trade: MatchKey, waybill: MatchKey, _ direction: Direction
  ) -> MatchKey {
    digester.begin(.listByKeys, direction)
    digester.append(trade.high)
    digester.append(trade.low)
    digester.append(waybill.high)
    digester.append(waybill.low)
    return MatchKey(digester.digest128, direction)
  }

  /// A buyer's or payer's identity number and name; 0 if both are empty.
  @inline(__always)
  mutating func personDigest(_ id: Bytes, _ name: Bytes, _ direction: Direction) -> UInt64 {
    if id.isEmpty && name.isEmpty { return 0 }
    digester.begin(.buyer, direction)
    digester.append(id)
    digester.append(name)
    return digester.digest48
  }

  @inline(__always)
  mutating func consigneeDigest(
    _ name: Bytes, _ telephone: Bytes, _ address: Bytes, _ direction: Direction
  ) -> UInt64 {
    if name.isEmpty && telephone.isEmpty && address.isEmpty { return 0 }
    digester.begin(.consignee, direction)
    digester.append(name)
    digester.append(telephone)
    digester.append(address)
    return digester.digest48
  }
}

/// One calendar year in China Standard Time.
struct CalendarYear {
  let year: Int64
  /// Seconds since 1970-01-01.
  private let seconds: Range<Int64>

  init(of appTime: Int64) {
    let days = appTime >= 0 ? appTime / 86_400 : (appTime - 86_399) / 86_400
    let year = date(daysSince1970: days).year
    self.year = year
    func start(_ year: Int64) -> Int64 {
      (daysSince1970(year: max(year, 1), month: 1, day: 1) ?? 0) * 86_400
    }
    seconds = start(year)..<start(year + 1)
  }

  @inline(__always) func contains(_ appTime: Int64) -> Bool { seconds.contains(appTime) }
}

/// Where the rows of one call stand.
struct RowPlace {
  var segment: Int
  var rowBase: Int
  var direction: Direction

  @inline(__always) func reference(_ row: Int) -> DocumentRef {
    DocumentRef(segment: segment, row: rowBase &+ row, direction: direction)
  }
}

/// The columns that every kind has.
struct CommonColumns {
  let appType: TextView
  let appTime: IntegerView
  let appStatus: TextView

  init(_ heads: Table) {
    appType = heads.text("appType")
    appTime = heads.integer("appTime")
    appStatus = heads.text("appStatus")
  }

  @inline(__always) func isDeclared(_ row: Int) -> Bool { appStatus[row].isByte(0x32) }

  /// `appType` as flags: 1 new, 3 delete, anything else a change.
  @inline(__always) func flags(_ row: Int) -> RowFlags {
    let value = appType[row]
    if value.isByte(0x31) { return RowFlags(rawValue: RowFlags.new) }
    if value.isByte(0x33) { return RowFlags(rawValue: RowFlags.delete) }
    return RowFlags(rawValue: RowFlags.change)
  }
}

/// Platform rule: `ebpCode`, or `ebcCode` where it is empty or `无`.
struct PlatformColumns {
  let ebpCode: TextView
  /// Import payments have none.
  let ebcCode: TextView?

  init(_ heads: Table) {
    ebpCode = heads.text("ebpCode")
    ebcCode = heads.schema.index(of: "ebcCode") == nil ? nil : heads.text("ebcCode")
  }

  /// Nil where the document can't name a platform, and so has no trade key.
  @inline(__always) subscript(row: Int) -> Bytes? {
    let code = ebpCode[row]
    if !code.isEmpty && !code.isNone { return code }
    return ebcCode?[row]
  }
}

/// The line columns that orders and lists have in common.
struct LineColumns {
  let gnum: IntegerView
  let qty: DecimalView
  let price: DecimalView
  let totalPrice: DecimalView
  let currency: TextView
  let unit: TextView

  init(_ lines: Table) {
    gnum = lines.integer("gnum")
    qty = lines.decimal("qty")
    price = lines.decimal("price")
    totalPrice = lines.decimal("totalPrice")
    currency = lines.text("currency")
    unit = lines.text("unit")
  }
}

extension GrowableBuffer where Element == UInt64 {
  /// Appends one row as words.
  public mutating func appendRow<Row: MatchRow>(_ row: Row) {
    reserve(Row.wordCount)
    appendReserved(row)
  }

  /// Appends one row as words; room was reserved.
  @inline(__always) mutating func appendReserved<Row: MatchRow>(_ row: Row) {
    unsafe UnsafeMutableRawPointer(base + count).storeBytes(of: row, as: Row.self)
    setCount(count &+ Row.wordCount)
  }
}
