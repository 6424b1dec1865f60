import TernCEB

// Guids written as 8-4-4-4-12 hexadecimal digits, all in one case: 16 bytes instead of 36.

private let ones: UInt64 = 0x0101_0101_0101_0101
private let highs: UInt64 = 0x8080_8080_8080_8080

/// Whether the bytes of eight characters from `low` to below `end` have their high bit set in the
/// result. All characters must be ASCII.
@inline(__always)
private func within(_ characters: UInt64, _ low: UInt8, _ end: UInt8) -> UInt64 {
  (characters &+ ones &* UInt64(0x80 &- low)) & ~(characters &+ ones &* UInt64(0x80 &- end)) & highs
}

/// Four bytes of eight hexadecimal digits; nil unless all are digits or letters from `letterA` on.
@inline(__always)
private func bytes(ofHex characters: UInt64, letterA: UInt8) -> UInt32? {
  if characters & highs != 0 { return nil }
  let digits = within(characters, 0x30, 0x3a)
  let letters = within(characters, letterA, letterA &+ 6)
  if digits | letters != highs { return nil }
  let nibbles = (characters & (ones &* 15)) &+ (letters &>> 7) &* 9
  let pairs = ((nibbles &<< 4) | (nibbles &>> 8)) & 0x00ff_00ff_00ff_00ff
  let halves = (pairs | pairs &>> 8) & 0x0000_ffff_0000_ffff
  return UInt32(truncatingIfNeeded: halves | halves &>> 16)
}

/// Eight hexadecimal digits of four bytes.
@inline(__always)
private func hex(_ bytes: UInt32, letterA: UInt8) -> UInt64 {
  var spread = UInt64(bytes)
  spread = (spread | spread &<< 16) & 0x0000_ffff_0000_ffff
  spread = (spread | spread &<< 8) & 0x00ff_00ff_00ff_00ff
  let nibbles = ((spread &>> 4) | (spread &<< 8)) & (ones &* 15)
  // 1 in every byte that needs a letter.
  let letters = ((nibbles &+ ones &* 6) &>> 4) & ones
  return nibbles &+ ones &* 0x30 &+ letters &* UInt64(letterA &- 0x3a)
}

private let capitalA: UInt8 = 0x41
private let smallA: UInt8 = 0x61
private let dash: UInt8 = 0x2d

extension ColumnEncoder {
  /// Encodes rows of 36 bytes, if all of them are guids of one case.
  mutating func encodeGuids(_ rows: TextRows, to out: inout GrowableBuffer<UInt8>) -> Bool {
    let letterA = guidCase(rows)
    out.append(TextEncoding.guid.rawValue)
    out.append(letterA == capitalA ? 1 as UInt8 : 0)
    out.reserve(rows.count * 16)
    let source = rows.bytes
    let target = out.view.slice(out.count, count: rows.count * 16)
    var from = rows.start
    var to = 0
    for _ in 0..<rows.count {
      let dashes =
        (source[from &+ 8] ^ dash) | (source[from &+ 13] ^ dash) | (source[from &+ 18] ^ dash)
        | (source[from &+ 23] ^ dash)
      let middle = UInt64(source.load32(from &+ 9)) | UInt64(source.load32(from &+ 14)) &<< 32
      let after = UInt64(source.load32(from &+ 19)) | UInt64(source.load32(from &+ 24)) &<< 32
      guard dashes == 0,
        let a = bytes(ofHex: source.load64(from), letterA: letterA),
        let b = bytes(ofHex: middle, letterA: letterA),
        let c = bytes(ofHex: after, letterA: letterA),
        let d = bytes(ofHex: source.load64(from &+ 28), letterA: letterA)
      else { return false }
      target.store64(UInt64(a) | UInt64(b) &<< 32, to)
      target.store64(UInt64(c) | UInt64(d) &<< 32, to &+ 8)
      from &+= 36
      to &+= 16
    }
    out.setCount(out.count + rows.count * 16)
    return true
  }

  /// The case of the first letter.
  private func guidCase(_ rows: TextRows) -> UInt8 {
    for index in rows.start..<rows.start + rows.byteCount {
      if rows.bytes[index] >= smallA { return smallA }
      if rows.bytes[index] >= capitalA { return capitalA }
    }
    return smallA
  }
}

extension ColumnDecoder {
  mutating func decodeGuids(
    _ reader: inout ByteReader, count: Int, into column: TextColumn
  ) throws(BlockFault) {
    let isCapital = try reader.byte()
    guard isCapital <= 1 else { throw BlockFault("unknown case of guids") }
    let letterA = isCapital == 1 ? capitalA : smallA
    let source = reader.bytes
    let start = try reader.take(count * 16)
    let wanted = wantedRows?.filter { $0 < count }
    let target = try makeRoom(in: column, rows: count, bytes: (wanted?.count ?? count) * 36)
    var to = 0
    func write(_ row: Int) {
      let from = start &+ row &* 16
      let first = source.load64(from)
      let second = source.load64(from &+ 8)
      let middle = hex(UInt32(truncatingIfNeeded: first &>> 32), letterA: letterA)
      let after = hex(UInt32(truncatingIfNeeded: second), letterA: letterA)
      // Each store overwrites the surplus of the one before.
      target.store64(hex(UInt32(truncatingIfNeeded: first), letterA: letterA), to)
      target.store64(UInt64(dash) | middle &<< 8, to &+ 8)
      target.store64(UInt64(dash) | (middle &>> 32) &<< 8, to &+ 13)
      target.store64(UInt64(dash) | after &<< 8, to &+ 18)
      target.store64(UInt64(dash) | (after &>> 32) &<< 8, to &+ 23)
      target.store64(hex(UInt32(truncatingIfNeeded: second &>> 32), letterA: letterA), to &+ 28)
      to &+= 36
    }
    if let wanted {
      for row in wanted { write(row) }
      appendEnds(to: column, count: count, length: 36, rows: wanted)
    } else {
      for row in 0..<count { write(row) }
      appendEnds(to: column, count: count, length: 36)
    }
  }
}
