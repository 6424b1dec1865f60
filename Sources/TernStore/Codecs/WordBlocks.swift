import TernCEB

// Whole numbers in blocks of 256, each packed to the width that it needs.
//
//     byte 0    bits 0–6 width (0–64), bit 7: the numbers are differences
//     byte 1    bits 0–3 bytes of the base, bits 4–7 bytes of the first value (differences only)
//     …         base, the smallest number, zigzag, little-endian without leading zeros
//     …         first value, likewise
//     …         numbers − base, bit-packed: 256 (or what is left), one less for differences
//
// All arithmetic wraps, so every 64-bit pattern survives. Small numbers of either sign are near
// each other: minima are taken as signed.

let wordBlockRows = 256

@inline(__always) func zigzag(_ value: UInt64) -> UInt64 {
  (value &<< 1) ^ UInt64(bitPattern: Int64(bitPattern: value) &>> 63)
}

@inline(__always) func unzigzag(_ value: UInt64) -> UInt64 {
  (value &>> 1) ^ (0 &- (value & 1))
}

/// Smallest value and width of one block, as it is or as differences.
struct WordBlockAnalysis {
  var base: UInt64
  /// Largest value less the smallest, of the values themselves.
  var range: UInt64
  var low: Int64
  var width: Int
  var isDelta: Bool

  /// - Parameter deltasPay: look at the differences too.
  @inline(__always)
  init(_ values: View<UInt64>, count: Int, deltasPay: Bool) {
    var low = Int64(bitPattern: values[0])
    var high = low
    for index in 1..<max(count, 1) {
      let signed = Int64(bitPattern: values[index])
      low = min(low, signed)
      high = max(high, signed)
    }
    self.low = low
    base = UInt64(bitPattern: low)
    range = UInt64(bitPattern: high &- low)
    width = bitsNeeded(range)
    isDelta = false
    guard deltasPay && count > 8 && width > 0 else { return }
    var deltaLow = Int64.max
    var deltaHigh = Int64.min
    for index in 1..<count {
      let delta = Int64(bitPattern: values[index] &- values[index &- 1])
      deltaLow = min(deltaLow, delta)
      deltaHigh = max(deltaHigh, delta)
    }
    let deltaWidth = bitsNeeded(UInt64(bitPattern: deltaHigh &- deltaLow))
    // The first value costs up to 8 bytes more, and reading back costs a running sum.
    if (count - 1) * deltaWidth + 64 < count * width {
      base = UInt64(bitPattern: deltaLow)
      width = deltaWidth
      isDelta = true
    }
  }

  /// Bytes that the block takes.
  func size(first: UInt64, count: Int) -> Int {
    let baseBytes = (bitsNeeded(zigzag(base)) + 7) >> 3
    let firstBytes = isDelta ? (bitsNeeded(zigzag(first)) + 7) >> 3 : 0
    return 2 + baseBytes + firstBytes + packedSize(isDelta ? count - 1 : count, width: width)
  }
}

/// Looks at every block: how each is packed, what they take, and the bounds of all numbers.
func wordBlockPlan(
  _ values: View<UInt64>, count: Int, deltasPay: Bool,
  blocks: inout GrowableBuffer<WordBlockAnalysis>
) -> (size: Int, low: UInt64, high: UInt64) {
  blocks.removeAll()
  var size = 0
  var low = Int64.max
  var high = Int64.min
  var start = 0
  while start < count {
    let rows = min(wordBlockRows, count - start)
    let analysis = WordBlockAnalysis(
      values.slice(start, count: rows), count: rows, deltasPay: deltasPay)
    blocks.append(analysis)
    size += analysis.size(first: values[start], count: rows)
    low = min(low, analysis.low)
    high = max(high, analysis.low &+ Int64(bitPattern: analysis.range))
    start += rows
  }
  return (size, UInt64(bitPattern: low), UInt64(bitPattern: high))
}

/// Appends `count` values as blocks, as planned. Overwrites `values` where differences are packed.
func encodeWordBlocks(
  _ values: View<UInt64>, count: Int, plan: View<WordBlockAnalysis>, size: Int,
  to out: inout GrowableBuffer<UInt8>
) {
  out.reserve(size + 16)
  let target = out.view
  var position = out.count
  var start = 0
  while start < count {
    let rows = min(wordBlockRows, count - start)
    let block = values.slice(start, count: rows)
    let analysis = plan[start / wordBlockRows]
    let first = block[0]
    let base = zigzag(analysis.base)
    let baseBytes = (bitsNeeded(base) + 7) >> 3
    let firstBytes = analysis.isDelta ? (bitsNeeded(zigzag(first)) + 7) >> 3 : 0
    target[position] = UInt8(analysis.width) | (analysis.isDelta ? 0x80 : 0)
    target[position + 1] = UInt8(baseBytes | firstBytes << 4)
    position += 2
    target.store64(base, position)
    position += baseBytes
    if analysis.isDelta {
      target.store64(zigzag(first), position)
      position += firstBytes
      var index = rows - 1
      while index > 0 {
        block[index] = block[index] &- block[index &- 1]
        index &-= 1
      }
    }
    let skipped = analysis.isDelta ? 1 : 0
    pack(
      block.slice(skipped, count: rows - skipped), count: rows - skipped, base: analysis.base,
      width: analysis.width, to: target, at: position)
    position += packedSize(rows - skipped, width: analysis.width)
    start += rows
  }
  out.setCount(position)
}

/// Bytes that `count` values take in blocks of one width, without a base.
func wordBlocksSize(count: Int, width: Int) -> Int {
  let whole = count / wordBlockRows
  let rest = count % wordBlockRows
  return whole * (2 + packedSize(wordBlockRows, width: width))
    + (rest > 0 ? 2 + packedSize(rest, width: width) : 0)
}

/// Appends `count` values of at most `width` bits as blocks, without looking at them.
func encodeWordBlocks(
  _ values: View<UInt64>, count: Int, width: Int, size: Int, to out: inout GrowableBuffer<UInt8>
) {
  out.reserve(size + 16)
  let target = out.view
  var position = out.count
  var start = 0
  while start < count {
    let rows = min(wordBlockRows, count - start)
    target[position] = UInt8(width)
    target[position + 1] = 0
    pack(
      values.slice(start, count: rows), count: rows, base: 0, width: width, to: target,
      at: position + 2)
    position += 2 + packedSize(rows, width: width)
    start += rows
  }
  out.setCount(position)
}

/// Reads `count` values written by `encodeWordBlocks` to the start of `out`.
func decodeWordBlocks(
  _ reader: inout ByteReader, count: Int, to out: View<UInt64>
) throws(BlockFault) {
  var start = 0
  while start < count {
    let rows = min(wordBlockRows, count - start)
    let tag = try reader.byte()
    let sizes = Int(try reader.byte())
    let width = Int(tag & 0x7f)
    let isDelta = tag & 0x80 != 0
    let baseBytes = sizes & 15
    let firstBytes = sizes >> 4
    guard width <= 64 && baseBytes <= 8 && firstBytes <= 8 && (isDelta || firstBytes == 0) else {
      throw BlockFault("impossible width in a block of numbers")
    }
    let base = unzigzag(reader.bytes.load64(try reader.take(baseBytes)) & lowMask(baseBytes * 8))
    let first = unzigzag(
      reader.bytes.load64(try reader.take(firstBytes)) & lowMask(firstBytes * 8))
    let skipped = isDelta ? 1 : 0
    let data = try reader.take(packedSize(rows - skipped, width: width))
    unpack(
      reader.bytes, at: data, count: rows - skipped, base: base, width: width, to: out,
      first: start + skipped, stride: 1)
    if isDelta {
      var value = first
      out[start] = value
      for index in start + 1..<start + rows {
        value &+= out[index]
        out[index] = value
      }
    }
    start += rows
  }
}
