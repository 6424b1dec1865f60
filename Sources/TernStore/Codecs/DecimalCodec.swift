import TernCEB

// Decimals: digits and form of each.
//
//     0 constant      digits (8), form (1)
//     1 dictionary    count (4), stream of digits, stream of forms, stream of codes
//     2 apart         digits as numbers (WordColumn.swift); forms: how many distinct (1, 256 as 0),
//                     each, and a stream of codes if there are several

/// How a column of decimals is kept.
enum DecimalEncoding: UInt8 {
  case constant = 0
  case dictionary = 1
  case apart = 2
}

extension ColumnEncoder {
  mutating func encode(
    _ column: DecimalColumn, rows: Range<Int>, to out: inout GrowableBuffer<UInt8>
  ) -> DecimalEncoding {
    let count = rows.count
    let mantissas = unsafe View(column.mantissas.base + rows.lowerBound, count: count)
    let forms = unsafe View(column.forms.base + rows.lowerBound, count: count)
    let first = (mantissas[0], forms[0])
    var differentDigits: UInt64 = 0
    var differentForms: UInt8 = 0
    var anyDigit: UInt64 = 0
    for row in 0..<count {
      differentDigits |= mantissas[row] ^ first.0
      anyDigit |= mantissas[row]
    }
    for row in 0..<count { differentForms |= forms[row] ^ first.1 }
    if differentDigits == 0 && differentForms == 0 {
      out.append(DecimalEncoding.constant.rawValue)
      out.append(first.0)
      out.append(first.1)
      return .constant
    }
    let start = out.count
    if anyDigit >> 56 == 0 && encodeDecimalDictionary(mantissas, forms, count: count, to: &out) {
      return .dictionary
    }
    out.setCount(start)
    out.append(DecimalEncoding.apart.rawValue)
    words.prepare(count)
    words.view.copy(from: mantissas, count: count)
    _ = encodeWords(words.view, count: count, absent: nil, to: &out)
    appendForms(forms, count: count, areAlike: differentForms == 0, to: &out)
    return .apart
  }

  /// Digits and form together: what is written in few ways costs one short code.
  private mutating func encodeDecimalDictionary(
    _ mantissas: View<UInt64>, _ forms: View<UInt8>, count: Int,
    to out: inout GrowableBuffer<UInt8>
  ) -> Bool {
    valueTable.reset(limit: min(max(count / 12, 16), 1024))
    words.prepare(count)
    codes.prepare(count)
    let pairs = words.view
    for row in 0..<count { pairs[row] = mantissas[row] &<< 8 | UInt64(forms[row]) }
    guard valueTable.code(pairs, count: count, to: codes.view) == .found else { return false }
    let distinct = valueTable.count
    out.append(DecimalEncoding.dictionary.rawValue)
    out.append(UInt32(distinct))
    entries.prepare(distinct)
    let entries = entries.view
    for entry in 0..<distinct { entries[entry] = mantissas[valueTable.place(entry)] }
    appendWordStream(entries, count: distinct, to: &out)
    for entry in 0..<distinct { entries[entry] = UInt64(forms[valueTable.place(entry)]) }
    appendWordStream(entries, count: distinct, to: &out)
    appendCodes(codes.view, count: count, distinct: distinct, to: &out)
    return true
  }

  private mutating func appendForms(
    _ forms: View<UInt8>, count: Int, areAlike: Bool, to out: inout GrowableBuffer<UInt8>
  ) {
    if areAlike {
      out.append(1 as UInt8)
      out.append(forms[0])
      return
    }
    // codeOf[form] is one more than the form's number.
    let codeOf = byteCounts.view
    codeOf.fill(0)
    let values = words.view
    let countAt = out.count
    out.append(0 as UInt8)
    var found: UInt32 = 0
    for row in 0..<count {
      let form = forms[row]
      var code = codeOf[Int(form)]
      if code == 0 {
        found += 1
        code = found
        codeOf[Int(form)] = code
        out.append(form)
      }
      values[row] = UInt64(code &- 1)
    }
    out[countAt] = UInt8(truncatingIfNeeded: found)
    appendCodes(values, count: count, distinct: Int(found), to: &out)
  }
}

extension ColumnDecoder {
  mutating func decode(
    _ reader: inout ByteReader, count: Int, into column: DecimalColumn
  ) throws(BlockFault) -> DecimalEncoding {
    guard let encoding = DecimalEncoding(rawValue: try reader.byte()) else {
      throw BlockFault("unknown encoding of decimals")
    }
    column.mantissas.reserve(count)
    column.forms.reserve(count)
    let mantissas = column.mantissas.view.slice(column.mantissas.count, count: count)
    let forms = column.forms.view.slice(column.forms.count, count: count)
    switch encoding {
    case .constant:
      mantissas.fill(try reader.uint64())
      forms.fill(try reader.byte())
    case .dictionary:
      let distinct = try reader.size(limit: ValueTable.entriesMax)
      // The digits of all entries, then their forms.
      entries.prepare(distinct * 2)
      let entries = entries.view
      try readWordStream(&reader, count: distinct, to: entries)
      try readWordStream(&reader, count: distinct, to: entries.slice(distinct, count: distinct))
      try readWordStream(&reader, count: count, to: mantissas)
      for row in 0..<count {
        let code = mantissas[row]
        guard code < UInt64(distinct) else { throw BlockFault("code outside the dictionary") }
        mantissas[row] = entries[Int(code)]
        forms[row] = UInt8(truncatingIfNeeded: entries[distinct &+ Int(code)])
      }
    case .apart:
      _ = try decodeWords(&reader, count: count, absent: nil, to: mantissas)
      try decodeForms(&reader, count: count, to: forms)
    }
    column.mantissas.setCount(column.mantissas.count + count)
    column.forms.setCount(column.forms.count + count)
    return encoding
  }

  private mutating func decodeForms(
    _ reader: inout ByteReader, count: Int, to forms: View<UInt8>
  ) throws(BlockFault) {
    let written = Int(try reader.byte())
    let distinct = written == 0 ? 256 : written
    let start = try reader.take(distinct)
    let bytes = reader.bytes
    guard distinct > 1 else { return forms.fill(bytes[start]) }
    words.prepare(count)
    let codes = words.view
    try readWordStream(&reader, count: count, to: codes)
    for row in 0..<count {
      guard codes[row] < UInt64(distinct) else { throw BlockFault("code outside the dictionary") }
      forms[row] = bytes[start &+ Int(codes[row])]
    }
  }
}
