import TernCEB

/// What the tariff says of one 10-digit code.
@frozen public struct TariffEntry: OptionSet, Sendable, BitwiseCopyable {
  public var rawValue: UInt8
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// The goods need a licence.
  @inlinable public static var licenceBit: TariffEntry { TariffEntry(rawValue: 1) }
  @inlinable public static var exportDutyBit: TariffEntry { TariffEntry(rawValue: 2) }
  @inlinable public static var refundBit: TariffEntry { TariffEntry(rawValue: 4) }
  @inlinable public static var positiveListBit: TariffEntry { TariffEntry(rawValue: 8) }

  @inlinable public var licence: Bool { contains(.licenceBit) }
  @inlinable public var exportDuty: Bool { contains(.exportDutyBit) }
  /// An export refund of taxes is paid for them.
  @inlinable public var refund: Bool { contains(.refundBit) }
  /// On the positive list of retail imports.
  @inlinable public var positiveList: Bool { contains(.positiveListBit) }
}

/// The tariff by `gcode`.
public struct Tariff: Sendable {
  @usableFromInline let index: WordIndex
  public let count: Int

  init(_ rows: [(gcode: String, entry: TariffEntry, line: Int)], file: String) throws(ReferenceError) {
    var entries: [(key: UInt64, value: Int)] = []
    var seen: Set<UInt64> = []
    for (gcode, entry, line) in rows {
      guard let number = Self.number(gcode) else {
        throw ReferenceError(file: file, line: line, "the gcode '\(gcode)' is not of 10 digits")
      }
      guard seen.insert(number).inserted else {
        throw ReferenceError(file: file, line: line, "the gcode '\(gcode)' is there twice: keep one row")
      }
      entries.append((number, Int(entry.rawValue)))
    }
    index = WordIndex(entries)
    count = rows.count
  }

  private static func number(_ gcode: String) -> UInt64? {
    var gcode = gcode
    return gcode.withUTF8 { unsafe number(Bytes($0)) }
  }

  /// Ten digits as a number, nil for anything else.
  @inlinable @inline(__always) public static func number(_ gcode: Bytes) -> UInt64? {
    guard gcode.count == 10 else { return nil }
    var number: UInt64 = 0
    var isValid = true
    for index in 0..<10 {
      let digit = gcode[index] &- 0x30
      isValid = isValid && digit <= 9
      number = number &* 10 &+ UInt64(digit)
    }
    return isValid ? number : nil
  }

  /// Nil: the tariff does not have the code.
  @inlinable @inline(__always) public subscript(gcode: Bytes) -> TariffEntry? {
    guard let number = Self.number(gcode), let bits = index[number] else { return nil }
    return TariffEntry(rawValue: UInt8(truncatingIfNeeded: bits))
  }
}
