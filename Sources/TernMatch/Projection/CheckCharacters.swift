import TernCEB

/// Check characters of the numbers that persons and enterprises go by.
public enum CheckCharacters {
  /// GB 32100-2015: 17 characters of an alphabet without I, O, S, V, Z, and one that makes the weighted sum
  /// divisible by 31. Nil for a code that is not of 18 characters.
  @inlinable public static func enterpriseCodeIsRight(_ code: Bytes) -> Bool? {
    guard code.count >= 18 else { return nil }
    guard code.count == 18 else {
      // 18 characters, some of them not ASCII, and so none of the alphabet.
      return characterCount(code) == 18 ? false : nil
    }
    if characterCount(code) != 18 { return nil }
    var sum: UInt32 = 0
    // 3^i modulo 31.
    var weight: UInt32 = 1
    for index in 0..<17 {
      let value = value(code[index])
      if value > 30 { return false }
      sum &+= UInt32(value) &* weight
      weight = weight &* 3 % 31
    }
    return UInt32(value(code[17])) == (31 &- sum % 31) % 31
  }

  /// Place in the alphabet of GB 32100; 255 for other characters.
  @inlinable static func value(_ character: UInt8) -> UInt8 {
    switch character {
    case 0x30...0x39: character &- 0x30
    case 0x41...0x48: character &- 0x41 &+ 10  // A–H
    case 0x4A...0x4E: character &- 0x4A &+ 18  // J–N
    case 0x50...0x52: character &- 0x50 &+ 23  // P–R
    case 0x54...0x55: character &- 0x54 &+ 26  // T, U
    case 0x57...0x59: character &- 0x57 &+ 28  // W–Y
    default: 255
    }
  }

  @inlinable static func characterCount(_ value: Bytes) -> Int {
    var count = 0
    for index in 0..<value.count where value[index] & 0xC0 != 0x80 { count &+= 1 }
    return count
  }

  /// GB 11643: 17 digits, of which the 7th to the 14th are a real date of birth, and a check digit modulo 11,
  /// X for 10. Nil for a value of another form, which is no such number.
  @inlinable public static func identityNumberIsRight(_ id: Bytes) -> Bool? {
    guard id.count == 18 else { return nil }
    var sum: UInt32 = 0
    // 2^(17 - i) modulo 11, from the left.
    var weight: UInt32 = 7
    for index in 0..<17 {
      let digit = id[index] &- 0x30
      if digit > 9 { return nil }
      sum &+= UInt32(digit) &* weight
      // Each weight is half of the one before, and 6 is the inverse of 2 modulo 11.
      weight = weight &* 6 % 11
    }
    let last = id[17]
    guard last &- 0x30 <= 9 || last == 0x58 else { return nil }
    let wanted = (12 &- sum % 11) % 11
    let given = last == 0x58 ? 10 : UInt32(last &- 0x30)
    func number(_ range: Range<Int>) -> Int64 {
      var number: Int64 = 0
      for index in range { number = number * 10 + Int64(id[index] &- 0x30) }
      return number
    }
    return given == wanted
      && daysSince1970(year: number(6..<10), month: number(10..<12), day: number(12..<14)) != nil
  }
}
