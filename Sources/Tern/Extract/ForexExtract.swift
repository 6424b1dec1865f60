import TernCEB
import TernMatch
import TernRules
import TernStats

/// For the foreign-exchange bank: who earned or spent what, proven by order, payments and waybill (三单合一).
enum ForexExtract {
  static let columns = [
    "direction", "party", "partyKey", "agentCode", "copNo", "invtNo", "platform", "orderNo",
    "logisticsCode", "logisticsNo", "tradeMode", "country", "appTime", "listCurrency", "listValue",
    "returnedValue", "orderCurrency", "orderGoodsValue", "orderFreight", "orderDiscount", "orderTax",
    "orderTotal", "payments", "payCodes", "payCurrency", "paid", "firstPayTime", "lastPayTime",
  ]

  static let heads = [
    "agentCode", "copNo", "invtNo", "ebpCode", "ebcCode", "orderNo", "logisticsCode", "logisticsNo",
    "tradeMode", "country", "appTime", "#lines",
  ]

  /// Columns of the triplet's documents, in the order in which `ForexRows` reads them.
  static func triplet(_ role: Role, _ direction: Direction) -> [String] {
    switch (role, direction) {
    case (.order, .export): ["currency", "goodsValue", "freight"]
    case (.order, .import):
      ["currency", "goodsValue", "freight", "discount", "taxTotal", "acturalPaid"]
    case (.payment, .export): ["payCode", "currency", "charge", "accountingDate"]
    case (.payment, .import): ["payCode", "currency", "amountPaid", "payTime"]
    default: []
    }
  }
}

extension Engine {
  func writeForexExtract(
    of path: String, _ period: TimeSpan?, as format: RowFormat, to sink: ByteSink
  ) throws(TernError) {
    let store = try MarkedStore(self, path, wantsPositions: true, ofAllLists: true)
    sink.append(RowWriter.header(ForexExtract.columns, format))
    try sink.flush()
    let batches = TripletBatch.batches(store.lists.parts)
    let threads = min(settings.threads, max(batches.count, 1))
    let output = OrderedOutput(count: batches.count, threads: threads, sink: sink)
    try onWorkers(threads) { (_) throws(TernError) in
      var rows = ForexRows(store, period, format)
      do throws(TernError) {
        while let claim = output.claim() {
          try rows.write(store.lists.parts[batches[claim.index]], to: claim.piece)
          try output.deliver(claim)
        }
      } catch {
        output.stop()
        throw error
      }
    }
  }
}

/// One thread's writing.
private struct ForexRows: ~Copyable {
  private let store: MarkedStore
  private let period: TimeSpan?
  private var reader: JudgedLists.Reader
  private var fetcher: DocumentFetcher
  private var digester: ValueDigester
  private var rows: RowWriter

  init(_ store: MarkedStore, _ period: TimeSpan?, _ format: RowFormat) {
    self.store = store
    self.period = period
    reader = JudgedLists.Reader(store.lists)
    fetcher = DocumentFetcher(store.view.segments)
    digester = ValueDigester(secret: store.secret)
    rows = RowWriter(ForexExtract.columns, format)
  }

  mutating func write(
    _ parts: ArraySlice<JudgedLists.Part>, to piece: OutputPiece
  ) throws(TernError) {
    var lists: [DocumentRef] = []
    var released: [(part: JudgedLists.Part, rows: [Int])] = []
    for part in parts {
      let verdicts = try reader.verdicts(part, withFindings: false)
      var wanted = verdicts.dispositions.indices.filter {
        verdicts.disposition($0) == .released
      }
      if period != nil, !wanted.isEmpty {
        let appTime = try reader.heads(part, ["appTime"]).columns[0].integer
        wanted.removeAll { !period.contains(appTime[$0]) }
      }
      released.append((part, wanted))
      for row in wanted {
        lists.append(
          DocumentRef(
            segment: part.segment, row: part.rows.lowerBound + row, direction: part.direction))
      }
    }
    if lists.isEmpty { return }
    let batch = try TripletBatch(store, lists, &fetcher, wanted: ForexExtract.triplet)
    var next = 0
    for (part, wanted) in released where !wanted.isEmpty {
      try write(part, wanted, batch, first: next)
      next += wanted.count
      piece.bytes.append(contentsOf: rows.bytes)
      rows.removeAll()
    }
  }

  /// - Parameter first: position of the first wanted list in the batch.
  private mutating func write(
    _ part: JudgedLists.Part, _ wanted: [Int], _ batch: TripletBatch, first: Int
  ) throws(TernError) {
    let isImport = part.direction == .import
    let heads = try reader.heads(part, ForexExtract.heads + (isImport ? ["buyerIdNumber"] : []))
    let returns = try reader.returns(part)
    let lines = try reader.lines(
      part, ListGoods.columns + (returns.isEmpty ? [] : ReturnedValues.columns))
    let goods = ListGoods(heads["#lines"].integer, lines)
    let returned = ReturnedValues(returns, goods, lines)
    let platform = PlatformColumn(heads)
    let seller = heads["ebcCode"].text
    let buyer = isImport ? heads["buyerIdNumber"].text : nil
    let own = ["agentCode", "copNo", "invtNo"].map { heads[$0].text }
    let keys = ["orderNo", "logisticsCode", "logisticsNo", "tradeMode", "country"]
      .map { heads[$0].text }
    let appTime = heads["appTime"].integer
    for (index, row) in wanted.enumerated() {
      let documents = batch.documents[first + index]
      guard let order = documents.order, documents.waybill != nil,
        documents.hasTooManyPayments || !documents.payments.isEmpty
      else { continue }
      rows.text(part.direction.letter)
      if let buyer {
        rows.text("individual")
        rows.text(key(buyer, row))
      } else {
        rows.text("seller")
        rows.text(seller, row)
      }
      for column in own { rows.text(column, row) }
      rows.text(platform.column(row), row)
      for column in keys { rows.text(column, row) }
      rows.time(appTime[row])
      goods.writeCurrency(row, to: &rows)
      rows.decimal(e5: goods.valueE5(row))
      rows.decimal(text: returned.value(of: goods.lines(row)).text)
      write(order, batch[.order, part.direction], isImport: isImport)
      write(documents, batch[.payment, part.direction])
      rows.endRow()
    }
  }

  /// The person's key; empty where none is named.
  private mutating func key(_ person: TextColumn, _ row: Int) -> String {
    let value = unsafe person.unsafeValue(row)
    if value.isEmpty { return "" }
    digester.begin(.person)
    unsafe digester.append(value)
    return digester.digest.hexText
  }

  private mutating func write(
    _ order: DocumentRef, _ orders: FetchedColumns, isImport: Bool
  ) {
    let row = orders.row(order)
    let columns = orders.table.columns
    func amount(_ column: Int) -> Int128 { columns[column].decimal.valueE5(row) ?? 0 }
    rows.text(columns[0].text, row)
    rows.decimal(e5: amount(1))
    rows.decimal(e5: amount(2))
    if isImport {
      for column in 3...5 { rows.decimal(e5: amount(column)) }
    } else {
      rows.null()
      rows.null()
      rows.decimal(e5: amount(1) + amount(2))
    }
  }

  /// Of too many payments nothing but that there are some is known.
  private mutating func write(
    _ documents: TripletPositions.Documents, _ payments: FetchedColumns
  ) {
    let found = documents.payments.map(payments.row)
    let columns = payments.table.columns
    let currencies = Set(found.map { columns[1].text.string($0) })
    let times = found.map { columns[3].integer[$0] }
    rows.number(found.isEmpty ? nil : found.count)
    rows.names(Set(found.map { columns[0].text.string($0) }).sorted())
    rows.text(currencies.count == 1 ? currencies.first! : "")
    rows.decimal(
      e5: currencies.count == 1
        ? found.reduce(0) { $0 + (columns[2].decimal.valueE5($1) ?? 0) } : nil)
    rows.time(times.min())
    rows.time(times.max())
  }
}

extension KeyDigest {
  /// 32 hexadecimal digits.
  var hexText: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for word in [high, low] {
      for place in stride(from: 60, through: 0, by: -4) {
        text.append(digits[Int(word >> UInt64(place) & 15)])
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
