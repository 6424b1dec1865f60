import TernCEB

// Texts of one length that differ in digits only here and there: order and waybill numbers,
// identity numbers, phones. Fixed characters are kept once, runs of digits as numbers (a sequence
// then costs a few bits), the rest as bytes.
//
//     byte 1        length of a value (1–64)
//     …             a byte per position: fixed character (below 0x80), 0xfe digit, 0xff any
//                   (a fixed character above 0x7f counts as any)
//     …             a stream of numbers for each run of digits, left to right, 18 digits at most
//     …             a stream of the any characters, row by row, if there are any

private let patternLengthMax = 64
private let classDigit: UInt8 = 0xfe
private let classAny: UInt8 = 0xff

/// Positions that are treated alike.
private struct PatternRun {
  var kind: UInt8
  var start: Int
  var length: Int
}

/// Runs of digits (18 at most) and of any characters.
private func patternRuns(_ classes: View<UInt8>, length: Int) -> [PatternRun] {
  var runs: [PatternRun] = []
  for position in 0..<length {
    let kind = classes[position]
    guard kind >= 0x80 else { continue }
    if let last = runs.last, last.kind == kind, last.start + last.length == position,
      kind == classAny || last.length < digitsPerNumber
    {
      runs[runs.count - 1].length += 1
    } else {
      runs.append(PatternRun(kind: kind, start: position, length: 1))
    }
  }
  return runs
}

extension ColumnEncoder {
  /// Encodes rows of `length` bytes, if enough of each is digits.
  mutating func encodePattern(
    _ rows: TextRows, length: Int, to out: inout GrowableBuffer<UInt8>
  ) -> Bool {
    guard length > 0 && length <= patternLengthMax && rows.count >= 16 else { return false }
    out.append(TextEncoding.pattern.rawValue)
    out.append(UInt8(length))
    let classesAt = out.count
    out.append(repeating: 0, count: length)
    let classes = out.view.slice(classesAt, count: length)
    // A sample first: most columns that are no pattern show it at once. It is spread over the
    // rows, because the first few of a sequence differ in too few digits.
    let step = max(rows.count / 64, 1)
    for step in step > 1 ? [step, 1] : [1] {
      let found = classify(rows, step: step, length: length, to: classes)
      // With fewer digits, compressing the whole serves better.
      guard found.digits >= 4 && found.digits >= found.any else { return false }
    }
    let runs = patternRuns(classes, length: length)
    let anyCount = runs.reduce(0) { $0 + ($1.kind == classAny ? $1.length : 0) }
    words.prepare(rows.count)
    let numbers = words.view
    for run in runs where run.kind == classDigit {
      readNumbers(rows, length: length, run: run, to: numbers)
      appendWordStream(numbers, count: rows.count, to: &out)
    }
    if anyCount > 0 {
      texts.prepare(rows.count * anyCount)
      let rest = texts.view
      var position = 0
      for row in 0..<rows.count {
        for run in runs where run.kind == classAny {
          for offset in run.start..<run.start + run.length {
            rest[position] = rows.bytes[rows.start &+ row &* length &+ offset]
            position &+= 1
          }
        }
      }
      appendStream(rest, count: position, to: &out)
    }
    return true
  }

  /// Writes the class of each position, judged from every `step`-th row, and returns how many
  /// are digits and how many any characters.
  private func classify(
    _ rows: TextRows, step: Int, length: Int, to classes: View<UInt8>
  ) -> (digits: Int, any: Int) {
    var digits = 0
    var any = 0
    let count = rows.count / step
    var chunk = 0
    while chunk < length {
      // Eight positions at a time; those past the end are not looked at.
      let first = rows.bytes.load64(rows.start &+ chunk)
      var different: UInt64 = 0
      var other: UInt64 = 0
      var at = rows.start &+ chunk
      for _ in 0..<count {
        let word = rows.bytes.load64(at)
        different |= word ^ first
        // 0–9 for digits; anything from 10 on gets its high bit set.
        let value = word ^ 0x3030_3030_3030_3030
        other |= ((value & 0x7f7f_7f7f_7f7f_7f7f) &+ 0x7676_7676_7676_7676) | value
        at &+= length &* step
      }
      for position in chunk..<min(chunk + 8, length) {
        let shift = UInt64(position - chunk) * 8
        let fixed = UInt8(truncatingIfNeeded: first >> shift)
        if (different >> shift) & 0xff == 0 && fixed < 0x80 {
          classes[position] = fixed
        } else if (other >> shift) & 0x80 == 0 {
          classes[position] = classDigit
          digits += 1
        } else {
          classes[position] = classAny
          any += 1
        }
      }
      chunk += 8
    }
    return (digits, any)
  }

  private func readNumbers(
    _ rows: TextRows, length: Int, run: PatternRun, to numbers: View<UInt64>
  ) {
    var at = rows.start + run.start
    for row in 0..<rows.count {
      numbers[row] = number(rows.bytes, at: at, digits: run.length)
      at &+= length
    }
  }
}

extension ColumnDecoder {
  mutating func decodePattern(
    _ reader: inout ByteReader, count: Int, into column: TextColumn
  ) throws(BlockFault) {
    let length = Int(try reader.byte())
    guard length > 0 && length <= patternLengthMax else {
      throw BlockFault("impossible length of a pattern")
    }
    let classes = reader.bytes.slice(try reader.take(length), count: length)
    for position in 0..<length where classes[position] >= 0x80 {
      guard classes[position] >= classDigit else { throw BlockFault("unknown pattern") }
    }
    let target = try makeRoom(in: column, rows: count, bytes: count * length)
    words.prepare(count)
    let numbers = words.view
    let runs = patternRuns(classes, length: length)
    for row in 0..<count {
      target.slice(row &* length, count: length).copy(from: classes, count: length)
    }
    for run in runs where run.kind == classDigit {
      try readWordStream(&reader, count: count, to: numbers)
      let limit = powerOfTen(run.length)
      var at = run.start
      for row in 0..<count {
        guard numbers[row] < limit else { throw BlockFault("number too long for its pattern") }
        // Writing a number spills over what stands behind it.
        let behind = target.load64(at &+ run.length)
        write(numbers[row], digits: run.length, to: target, at: at)
        target.store64(behind, at &+ run.length)
        at &+= length
      }
    }
    let anyCount = runs.reduce(0) { $0 + ($1.kind == classAny ? $1.length : 0) }
    if anyCount > 0 {
      let stream = try openStream(&reader, size: anyCount * count)
      var from = stream.position
      for row in 0..<count {
        for run in runs where run.kind == classAny {
          for offset in run.start..<run.start + run.length {
            target[row &* length &+ offset] = stream.bytes[from]
            from &+= 1
          }
        }
      }
    }
    appendEnds(to: column, count: count, length: length)
  }
}
