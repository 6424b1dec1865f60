import TernCEB
import TernMatch
import TernReference

/// What a list's goods are worth, and an import's with freight and insurance.
extension ListChecks {
  func judgeLimitSingle<Source: ListSource>(
    _ lists: Source, _ batch: inout ListBatch
  ) throws(Source.Failure) {
    let starts = try batch.lineStarts(lists)
    let (freight, insuredFee) = (try lists.column(.heads, "freight"), try lists.column(.heads, "insuredFee"))
    let totalPrice = try batch.lineColumn(lists, "totalPrice")
    let (freightE5, insuredFeeE5) = (DecimalView(freight.decimal), DecimalView(insuredFee.decimal))
    let totalE5 = DecimalView(totalPrice.decimal)
    let limitE5 = Int128(limits.singleE5)
    var over: [Int] = []
    for row in batch.words.indices {
      var sumE5 = freightE5[row] &+ insuredFeeE5[row]
      for line in starts[row]..<starts[row + 1] { sumE5 &+= totalE5[line] }
      if sumE5 > limitE5 { over.append(row) }
    }
    extendLifetime(freight)
    extendLifetime(insuredFee)
    extendLifetime(totalPrice)
    if over.isEmpty { return }
    let qty = try batch.lineColumn(lists, "qty").decimal
    for row in over {
      let isOnePiece = starts[row + 1] - starts[row] == 1 && qty.valueE5(starts[row]) == 100_000
      if !isOnePiece { batch.words[row] |= Finding.regimeLimitSingle.bit }
    }
  }

  /// Of the lists that are asked for, those whose goods are over the limit of simplified declarations; nil if none
  /// is.
  func overSimplified<Source: ListSource>(
    _ lists: Source, _ isAsked: [UInt8], _ batch: inout ListBatch
  ) throws(Source.Failure) -> [Bool]? {
    let starts = try batch.lineStarts(lists)
    let totalPrice = try batch.lineColumn(lists, "totalPrice")
    let totalE5 = DecimalView(totalPrice.decimal)
    var doubtful: [Int] = []
    for row in isAsked.indices where isAsked[row] != 0 {
      var mostE5: Int128 = 0
      // Without those below nothing, which other rates may make less of.
      for line in starts[row]..<starts[row + 1] { mostE5 &+= max(totalE5[line], 0) }
      if mostE5 > eligibility.surelyWithinE5 { doubtful.append(row) }
    }
    if doubtful.isEmpty { return nil }
    let currency = try batch.lineColumn(lists, "currency")
    let appTime = try lists.column(.heads, "appTime").integer
    let codes = TextView(currency.text)
    var over = [Bool](repeating: false, count: batch.rowCount)
    for row in doubtful {
      over[row] = eligibility.isOverLimit(
        starts[row]..<starts[row + 1], appTime: appTime[row], { codes[$0] }, { totalE5[$0] })
    }
    extendLifetime(currency)
    extendLifetime(totalPrice)
    return over
  }
}
