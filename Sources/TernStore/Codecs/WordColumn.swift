import TernCEB

// Whole numbers.
//
//     constant      value (8 bytes)
//     dictionary    count (4 bytes), stream of the distinct values, stream of codes
//     beside        see References.swift
//     packed        0, or 1 and a stand-in (8 bytes) for absent values; stream of number blocks

/// How a column of numbers is kept.
enum WordEncoding: UInt8 {
  case constant = 0
  case dictionary = 1
  case packed = 2
  /// As differences to another column: see References.swift.
  case beside = 3
}

extension ColumnEncoder {
  /// What a sample of the values says.
  private mutating func analyse(_ values: View<UInt64>, count: Int) -> WordEncoding {
    let first = values[0]
    var row = 1
    while row < count && values[row] == first { row &+= 1 }
    if row == count { return .constant }
    let sampled = min(count, 256)
    let step = count / sampled
    var low = Int64.max
    var high = Int64.min
    valueTable.reset(limit: 64)
    for index in 0..<sampled {
      let row = index &* step
      let signed = Int64(bitPattern: values[row])
      low = min(low, signed)
      high = max(high, signed)
      if valueTable.limit > 0 && valueTable.word(values, row: row) < 0 { valueTable.limit = 0 }
    }
    guard valueTable.limit > 0 else { return .packed }
    // A code must be clearly narrower than the number itself.
    let codeBits = bitsNeeded(UInt64(valueTable.count))
    let width = bitsNeeded(UInt64(bitPattern: high &- low))
    return codeBits + 4 < width ? .dictionary : .packed
  }

  /// Encodes `count` values (overwritten) and says how.
  ///
  /// - Parameter absent: the pattern that stands for an absent value, kept out of the ranges.
  mutating func encodeWords(
    _ values: View<UInt64>, count: Int, absent: UInt64?, to out: inout GrowableBuffer<UInt8>
  ) -> WordEncoding {
    let start = out.count
    let analysis = analyse(values, count: count)
    out.append(analysis.rawValue)
    switch analysis {
    case .constant:
      out.append(values[0])
      return .constant
    case .dictionary:
      if encodeWordDictionary(values, count: count, to: &out) { return .dictionary }
    case .packed, .beside:
      break
    }
    out.setCount(start)
    out.append(WordEncoding.packed.rawValue)
    if let absent, let standIn = standIn(values, count: count, absent: absent) {
      out.append(1 as UInt8)
      out.append(standIn)
      for row in 0..<count where values[row] == absent { values[row] = standIn }
    } else {
      out.append(0 as UInt8)
    }
    appendWordStream(values, count: count, to: &out)
    return .packed
  }

  private mutating func encodeWordDictionary(
    _ values: View<UInt64>, count: Int, to out: inout GrowableBuffer<UInt8>
  ) -> Bool {
    valueTable.reset(limit: count / 2)
    codes.prepare(count)
    let codes = codes.view
    guard valueTable.code(values, count: count, to: codes) == .found else { return false }
    out.append(UInt32(valueTable.count))
    entries.prepare(valueTable.count)
    for entry in 0..<valueTable.count {
      entries.view[entry] = values[valueTable.place(entry)]
    }
    appendWordStream(entries.view, count: valueTable.count, to: &out)
    appendCodes(codes, count: count, distinct: valueTable.count, to: &out)
    return true
  }

  /// A number next to the present ones, if there are absent ones among them.
  private func standIn(_ values: View<UInt64>, count: Int, absent: UInt64) -> UInt64? {
    var low = Int64.max
    var high = Int64.min
    var absentCount = 0
    for row in 0..<count {
      let value = values[row]
      if value == absent {
        absentCount &+= 1
      } else {
        low = min(low, Int64(bitPattern: value))
        high = max(high, Int64(bitPattern: value))
      }
    }
    guard absentCount > 0 && absentCount < count else { return nil }
    if high < Int64.max { return UInt64(bitPattern: high + 1) }
    if low > Int64.min { return UInt64(bitPattern: low - 1) }
    return nil
  }
}

extension ColumnDecoder {
  /// Reads `count` values to `out`.
  ///
  /// - Parameters:
  ///   - absent: as given to `encodeWords`.
  ///   - mayRefer: to another column; a reference may not.
  mutating func decodeWords(
    _ reader: inout ByteReader, count: Int, absent: UInt64?, mayRefer: Bool = false,
    to out: View<UInt64>
  ) throws(BlockFault) -> WordEncoding {
    guard let encoding = WordEncoding(rawValue: try reader.byte()) else {
      throw BlockFault("unknown encoding of numbers")
    }
    switch encoding {
    case .constant:
      out.slice(0, count: count).fill(try reader.uint64())
    case .dictionary:
      let distinct = try reader.size(limit: ValueTable.entriesMax)
      entries.prepare(distinct)
      let entries = entries.view
      try readWordStream(&reader, count: distinct, to: entries)
      try readWordStream(&reader, count: count, to: out)
      for row in 0..<count {
        let code = out[row]
        guard code < UInt64(distinct) else { throw BlockFault("code outside the dictionary") }
        out[row] = entries[Int(code)]
      }
    case .beside:
      guard mayRefer else { throw BlockFault("a reference with a reference") }
      try decodeBeside(&reader, count: count, to: out)
    case .packed:
      let hasStandIn = try reader.byte()
      guard hasStandIn <= 1 else { throw BlockFault("unknown encoding of absent numbers") }
      let standIn = hasStandIn == 1 ? try reader.uint64() : 0
      try readWordStream(&reader, count: count, to: out)
      if hasStandIn == 1 {
        guard let absent else { throw BlockFault("absent numbers where there are none") }
        for row in 0..<count where out[row] == standIn { out[row] = absent }
      }
    }
    return encoding
  }
}
