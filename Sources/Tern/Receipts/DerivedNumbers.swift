import TernCEB

/// The numbers that customs would assign to a list, for one that has none: the same in every store.
///
/// They follow from the list's identity (direction, `agentCode` and `copNo`; where `copNo` is empty,
/// direction, trade key and waybill key) by a public hash, 128-bit XXH3: who wants two lists with one
/// number can make them. No rule compares these numbers.
public struct DerivedNumbers: Sendable {
  private let high: UInt64
  private let low: UInt64

  /// Values as the list has them, trimmed. `platform` is `ebpCode`, or `ebcCode` where that is empty
  /// or `无`.
  public init(
    _ direction: Direction, agentCode: [UInt8], copNo: [UInt8], platform: [UInt8], orderNo: [UInt8],
    logisticsCode: [UInt8], logisticsNo: [UInt8]
  ) {
    let identity =
      copNo.isEmpty ? [platform, orderNo, logisticsCode, logisticsNo] : [agentCode, copNo]
    (high, low) = contentDigest([Array("list \(direction.letter)".utf8)] + identity)
  }

  /// 36 characters.
  public var guid: String { guidText(high: high, low: low) }
  /// `P` and 17 of 0–9, A–Z.
  public var preNo: String { "P" + code }
  /// `T` and the same 17.
  public var invtNo: String { "T" + code }

  /// Whether a number has the form of `invtNo`.
  static func mayBeInvtNo(_ number: some Collection<UInt8>) -> Bool {
    number.count == 18 && number.first == UInt8(ascii: "T")
  }

  /// The part of an `invtNo` that its list can be looked up by: the digest's lowest 34 bits, which survive since
  /// 2^34 divides 36^17. Nil for a number of another form.
  static func lookUpBits(ofInvtNo number: String) -> UInt64? {
    guard mayBeInvtNo(number.utf8) else { return nil }
    var value: UInt64 = 0
    for byte in number.utf8.reversed().dropLast() {
      guard let digit = digits.firstIndex(of: byte) else { return nil }
      value = value &* 36 &+ UInt64(digit)
    }
    return value & lookUpMask
  }

  static let lookUpMask: UInt64 = 1 << 34 - 1

  private static let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)

  /// 88 of the digest's bits: among 600 million lists two share them with a chance of 10^-9.
  private var code: String { code36(high: high, low: low) }
}

/// Gives the derived numbers of lists by row.
public struct DerivedNumberColumns {
  /// Head columns that it reads.
  public static let columns = [
    "agentCode", "copNo", "ebpCode", "ebcCode", "orderNo", "logisticsCode", "logisticsNo",
  ]

  private let direction: Direction
  private let prefix: [UInt8]
  private let values: [TextColumn]

  /// `heads` has `columns`, among others.
  public init(_ heads: Table, _ direction: Direction) {
    self.direction = direction
    prefix = Array("list \(direction.letter)".utf8)
    values = Self.columns.map { heads[$0].text }
  }

  /// `DerivedNumbers.lookUpBits` of the row's `invtNo`, without making it.
  func lookUpBits(_ row: Int, _ digester: inout ContentDigester) -> UInt64 {
    unsafe prefix.withUnsafeBufferPointer { unsafe digester.append($0) }
    func append(_ index: Int) { unsafe digester.append(values[index].unsafeValue(row)) }
    if values[1].range(row).isEmpty {
      append(platform(row))
      for index in 4...6 { append(index) }
    } else {
      append(0)
      append(1)
    }
    return digester.finish().low & DerivedNumbers.lookUpMask
  }

  public subscript(row: Int) -> DerivedNumbers {
    DerivedNumbers(
      direction, agentCode: value(0, row), copNo: value(1, row), platform: value(platform(row), row),
      orderNo: value(4, row), logisticsCode: value(5, row), logisticsNo: value(6, row))
  }

  /// What the numbers are of: equal for versions of one list, and for these alone.
  func identity(_ row: Int) -> [[UInt8]] {
    let copNo = value(1, row)
    return copNo.isEmpty
      ? [value(platform(row), row), value(4, row), value(5, row), value(6, row)] : [value(0, row), copNo]
  }

  private func value(_ index: Int, _ row: Int) -> [UInt8] { unsafe Array(values[index].unsafeValue(row)) }

  /// Position of `ebpCode`, or of `ebcCode` where it names none.
  private func platform(_ row: Int) -> Int {
    let code = unsafe values[2].unsafeValue(row)
    return unsafe code.isEmpty || code.elementsEqual("无".utf8) ? 3 : 2
  }
}
