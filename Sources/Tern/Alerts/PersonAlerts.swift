import TernCEB
import TernMatch
import TernRules

/// Buyers and addresses of imports. Persons are digests under the store's secret here, and nothing else.
struct PersonAlerts: Sendable {
  let byBuyer: Bool
  let levels: AlertLevels
  let secret: Secret

  init(_ settings: AlertSettings, byBuyer: Bool, secret: Secret) {
    self.byBuyer = byBuyer
    self.secret = secret
    levels =
      byBuyer
      ? settings.levels(.buyerLow, .buyerMedium, .buyerHigh)
      : settings.levels(.addressLow, .addressMedium, .addressHigh)
  }

  /// Rows of the lists that name both: by buyer, with the address, or the other way round.
  func collect(
    _ rows: inout KeyedRows, _ reader: inout JudgedLists.Reader, _ part: JudgedLists.Part
  ) throws(TernError) {
    guard part.direction == .import else { return }
    let counting = try reader.verdicts(part, withFindings: false).counting
    guard counting.contains(where: { $0 != 0 }) else { return }
    let heads = try reader.heads(part, ["buyerIdNumber", "consigneeAddress"])
    let (buyers, addresses) = (heads.columns[0].text, heads.columns[1].text)
    var digester = ValueDigester(secret: secret)
    for row in counting.indices where counting[row] != 0 {
      guard let buyer = digester.digest(.person, buyers, row),
        let address = digester.digest(.address, addresses, row)
      else { continue }
      rows.add(byBuyer ? buyer : address, byBuyer ? address : buyer, part.list(row))
    }
  }

  /// One buyer with its addresses, or one address with its buyers.
  func judge(_ rows: ArraySlice<KeyedRow>) -> AlertDraft? {
    let count = rows.distinctOthers
    guard let level = levels.reached(Int128(count)) else { return nil }
    return AlertDraft(
      alert: Alert(
        rule: byBuyer ? .buyerAddresses : .addressBuyers, level: level.level, direction: .import,
        subject: "",
        facts: [.init(byBuyer ? "addresses" : "buyers", count), .init("lists", rows.listCount)],
        threshold: level.setting, thresholdValue: level.value,
        listCount: rows.listCount),
      measure: Int128(count), lists: rows.firstLists(Alert.listsMax))
  }
}

/// Lists just below the limit, by buyer (imports) or seller (exports) and day. Of an export the goods count, of
/// an import also freight and insurance, as the limits have it; a list with a line without rate is left out.
struct SplittingAlerts: Sendable {
  private let levels: [AlertLevels]
  private let limit: Int
  /// Yuan × 10^13.
  private let near: ClosedRange<Int128>
  private let secret: Secret
  private let yuan: YuanAmounts

  init(_ settings: AlertSettings, secret: Secret, yuan: YuanAmounts) {
    levels = [
      settings.levels(.splittingSellerLow, .splittingSellerMedium, .splittingSellerHigh),
      settings.levels(.splittingBuyerLow, .splittingBuyerMedium, .splittingBuyerHigh),
    ]
    limit = settings[.splittingLimit]
    let most = Int128(limit) * Self.yuanE13
    near = most * Int128(settings[.splittingNear]) / 100...most
    self.secret = secret
    self.yuan = yuan
  }

  /// Yuan × 10^13, as a price × 10^5 times a rate × 10^8 is.
  private static let yuanE13 = Int128(10_000_000_000_000)

  func collect(
    _ rows: inout KeyedRows, _ reader: inout JudgedLists.Reader, _ part: JudgedLists.Part
  ) throws(TernError) {
    let isImport = part.direction == .import
    if levels[Int(part.direction.rawValue)].least == nil { return }
    let counting = try reader.verdicts(part, withFindings: false).counting
    guard counting.contains(where: { $0 != 0 }) else { return }
    let heads = try reader.heads(
      part,
      ["appTime", "#lines"]
        + (isImport ? ["buyerIdNumber", "freight", "insuredFee"] : ["ebcCode"]))
    let lines = try reader.lines(part, ListGoods.columns)
    let goods = ListGoods(heads["#lines"].integer, lines)
    let (appTime, subject) = (heads.columns[0].integer, heads.columns[2].text)
    let (currency, totalPrice) = (lines["currency"].text, lines["totalPrice"].decimal)
    var digester = ValueDigester(secret: secret)
    for row in counting.indices where counting[row] != 0 {
      var feesE5: Int128 = 0
      if isImport {
        for column in 3...4 { feesE5 += heads.columns[column].decimal.valueE5(row) ?? 0 }
      }
      guard
        let goodsE13 = yuan.sumE13(goods.lines(row), currency, totalPrice, at: appTime[row])
      else { continue }
      let amount = goodsE13 + feesE5 * 100_000_000
      guard near.contains(amount),
        let key = digester.digest(
          isImport ? .person : .code, subject, row, day: dayNumber(appTime[row]),
          part.direction)
      else { continue }
      rows.add(
        key,
        KeyDigest(
          high: UInt64(truncatingIfNeeded: amount >> 64), low: UInt64(truncatingIfNeeded: amount)),
        part.list(row))
    }
  }

  /// One subject and day.
  func judge(_ rows: ArraySlice<KeyedRow>) -> AlertDraft? {
    let direction = DocumentRef(rawValue: rows.first!.list).direction
    let count = rows.count
    guard let level = levels[Int(direction.rawValue)].reached(Int128(count)) else { return nil }
    let sum = rows.reduce(Int128(0)) { $0 + (Int128($1.other.high) << 64 | Int128($1.other.low)) }
    return AlertDraft(
      alert: Alert(
        rule: direction == .import ? .buyerSplitting : .sellerSplitting, level: level.level,
        direction: direction, subject: "",
        facts: [
          .init("nearLimit", count),
          .init("valueCny", decimalText(sum, scale: 13, fractionDigits: 0)),
          .init("limit", limit),
        ],
        threshold: level.setting, thresholdValue: level.value, listCount: count),
      measure: Int128(count), lists: rows.firstLists(Alert.listsMax))
  }
}

extension ValueDigester {
  /// Of one value; nil where it is empty.
  mutating func digest(_ meaning: Meaning, _ column: TextColumn, _ row: Int) -> KeyDigest? {
    let value = unsafe column.unsafeValue(row)
    if value.isEmpty { return nil }
    begin(meaning)
    unsafe append(value)
    return digest
  }

  /// Of one value on one day; nil where it is empty.
  mutating func digest(
    _ meaning: Meaning, _ column: TextColumn, _ row: Int, day: Int64, _ direction: Direction
  ) -> KeyDigest? {
    let value = unsafe column.unsafeValue(row)
    if value.isEmpty { return nil }
    begin(meaning, direction)
    unsafe append(value)
    append(day)
    return digest
  }
}

extension JudgedLists.Part {
  /// The list of a row.
  func list(_ row: Int) -> DocumentRef {
    DocumentRef(segment: segment, row: rows.lowerBound + row, direction: direction)
  }
}
