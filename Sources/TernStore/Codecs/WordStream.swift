import TernCEB

// A stream of whole numbers: what a column of numbers, lengths or codes becomes.
//
//     byte 0    0: blocks of 256, see WordBlocks.swift; 1–4: so many planes
//     blocks    size (4), the blocks
//     planes    base (8), then for each byte of the numbers − base, lowest first, a stream of
//               the bytes of all rows: an entropy coder sees each place by itself
//
// Blocks follow sequences and local ranges; planes follow frequencies. A sample decides.

private let planesMax = 4

extension ColumnEncoder {
  /// Appends `count` numbers as a stream. May overwrite `values`.
  mutating func appendWordStream(
    _ values: View<UInt64>, count: Int, to out: inout GrowableBuffer<UInt8>
  ) {
    let sample = Sample(of: count)
    let plan = wordBlockPlan(
      values, count: count, deltasPay: deltasPay(values, sample), blocks: &wordBlocks)
    let width = bitsNeeded(plan.high &- plan.low)
    // Below this, nothing can be saved that is worth the time.
    if width > 0 && width <= planesMax * 8 && plan.size >= 128 && compressor.level != 0 {
      let planes = (width + 7) / 8
      if planesPay(values, sample, base: plan.low, planes: planes, limit: plan.size - plan.size / 8)
      {
        appendPlanes(values, count: count, base: plan.low, planes: planes, to: &out)
        return
      }
    }
    out.append(0 as UInt8)
    out.append(UInt32(plan.size))
    encodeWordBlocks(values, count: count, plan: wordBlocks.view, size: plan.size, to: &out)
  }

  /// Appends `count` codes below `distinct`, as such a stream.
  mutating func appendCodes(
    _ codes: View<UInt64>, count: Int, distinct: Int, to out: inout GrowableBuffer<UInt8>
  ) {
    let width = bitsNeeded(UInt64(max(distinct, 1) - 1))
    let size = wordBlocksSize(count: count, width: width)
    if width > 0 && size >= 128 && compressor.level != 0 {
      let planes = (width + 7) / 8
      if planesPay(codes, Sample(of: count), base: 0, planes: planes, limit: size - size / 8) {
        appendPlanes(codes, count: count, base: 0, planes: planes, to: &out)
        return
      }
    }
    out.append(0 as UInt8)
    out.append(UInt32(size))
    encodeWordBlocks(codes, count: count, width: width, size: size, to: &out)
  }

  /// Whether the differences in most stretches of a sample are narrower than the numbers.
  private func deltasPay(_ values: View<UInt64>, _ sample: Sample) -> Bool {
    var gain = 0
    for index in 0..<sample.stretches {
      let rows = sample.stretch(index)
      let analysis = WordBlockAnalysis(
        values.slice(rows.lowerBound, count: rows.count), count: rows.count, deltasPay: true)
      if analysis.isDelta { gain += 1 }
    }
    return gain * 4 >= sample.stretches
  }

  /// Whether planes are expected to take less than `limit` bytes; notes for each how to compress it.
  private mutating func planesPay(
    _ values: View<UInt64>, _ sample: Sample, base: UInt64, planes: Int, limit: Int
  ) -> Bool {
    var bytes = 8 + 9 * planes
    for plane in 0..<planes {
      let counts = byteCounts.view
      counts.fill(0)
      let shift = UInt64(plane * 8)
      var repeats = 0
      var pairs = 0
      for index in 0..<sample.stretches {
        let rows = sample.stretch(index)
        var last = 256
        for row in rows {
          let byte = Int(truncatingIfNeeded: ((values[row] &- base) &>> shift) & 0xff)
          counts[byte] &+= 1
          repeats &+= byte == last ? 1 : 0
          last = byte
        }
        pairs += rows.count - 1
      }
      let outlook = ByteOutlook(counts: counts, size: sample.size, repeats: repeats, pairs: pairs)
      planeOutlooks[plane] = outlook
      bytes += sample.count * outlook.bitsPerByte / (8 * 256)
      if bytes >= limit { return false }
    }
    return true
  }

  private mutating func appendPlanes(
    _ values: View<UInt64>, count: Int, base: UInt64, planes: Int,
    to out: inout GrowableBuffer<UInt8>
  ) {
    out.append(UInt8(planes))
    out.append(base)
    for plane in 0..<planes {
      packed.prepare(count)
      let bytes = packed.view
      let shift = UInt64(plane * 8)
      for row in 0..<count {
        bytes[row] = UInt8(truncatingIfNeeded: (values[row] &- base) &>> shift)
      }
      appendStream(bytes, count: count, outlook: planeOutlooks[plane], to: &out)
    }
  }
}

extension ColumnDecoder {
  /// Reads `count` whole numbers from a stream to `target`.
  mutating func readWordStream(
    _ reader: inout ByteReader, count: Int, to target: View<UInt64>
  ) throws(BlockFault) {
    let planes = Int(try reader.byte())
    guard planes <= planesMax else { throw BlockFault("unknown form of numbers") }
    if planes == 0 {
      let size = try reader.size(limit: StoreLimits.encodedBytesPerBlock)
      let start = try reader.take(size)
      var blocks = ByteReader(reader.bytes, start: start, count: size)
      try decodeWordBlocks(&blocks, count: count, to: target)
      return try blocks.finish()
    }
    let base = try reader.uint64()
    for plane in 0..<planes {
      let stream = try openStream(&reader, size: count)
      let bytes = stream.bytes.slice(stream.position, count: count)
      let shift = UInt64(plane * 8)
      if plane == 0 {
        for row in 0..<count { target[row] = base &+ UInt64(bytes[row]) }
      } else {
        for row in 0..<count { target[row] = target[row] &+ UInt64(bytes[row]) &<< shift }
      }
    }
  }

  /// Passes over a stream of numbers.
  func skipWordStream(_ reader: inout ByteReader) throws(BlockFault) {
    let planes = Int(try reader.byte())
    guard planes <= planesMax else { throw BlockFault("unknown form of numbers") }
    if planes == 0 {
      _ = try reader.take(try reader.size(limit: StoreLimits.encodedBytesPerBlock))
    } else {
      _ = try reader.uint64()
      for _ in 0..<planes { try skipStream(&reader) }
    }
  }
}
