import CZstd
import TernCEB

// A part of a block: its bytes as they are, or compressed where that gains.
//
//     byte 0       0 as it is, 1 zstd
//     bytes 1–4    size when expanded
//     bytes 5–8    size here
//     …            the bytes

/// Whether it is worth trying to compress, judged from a sample of the byte frequencies.
///
/// For random bytes the sum of the squared frequencies is `n + n²/256`; text is far above it.
func looksCompressible(_ bytes: View<UInt8>, count: Int, counts: View<UInt32>) -> Bool {
  guard count >= 200 else { return false }
  counts.fill(0)
  let sampled = min(count, 1024)
  // A stretch, not single bytes with a stride: a stride may fall in step with the rows.
  let start = (count - sampled) / 2
  for index in start..<start + sampled {
    let byte = Int(bytes[index])
    counts[byte] &+= 1
  }
  var squares = 0
  for byte in 0..<256 { squares &+= Int(counts[byte]) &* Int(counts[byte]) }
  let random = sampled + sampled * sampled / 256
  return squares > random + random / 4
}

extension ColumnEncoder {
  /// Appends `count` bytes of text as a stream.
  mutating func appendStream(
    _ source: View<UInt8>, count: Int, to out: inout GrowableBuffer<UInt8>
  ) {
    let isPromising =
      compressor.level != 0 && looksCompressible(source, count: count, counts: byteCounts.view)
    if !isPromising || !appendCompressed(source, count: count, by: compressor, to: &out) {
      appendAsIs(source, count: count, to: &out)
    }
  }

  /// Appends `count` bytes of numbers as a stream, by what a sample said of them.
  mutating func appendStream(
    _ source: View<UInt8>, count: Int, outlook: ByteOutlook, to out: inout GrowableBuffer<UInt8>
  ) {
    guard outlook.bitsPerByte < 7 * 256 else {
      return appendAsIs(source, count: count, to: &out)
    }
    let done =
      outlook.hasRuns
      ? appendCompressed(source, count: count, by: compressor, to: &out)
      : appendCompressed(source, count: count, by: entropyCoder, to: &out)
    if !done { appendAsIs(source, count: count, to: &out) }
  }

  private func appendAsIs(
    _ source: View<UInt8>, count: Int, to out: inout GrowableBuffer<UInt8>
  ) {
    out.append(0 as UInt8)
    out.append(UInt32(count))
    out.append(UInt32(count))
    out.append(source, count: count)
  }

  /// False, and nothing appended, if it would save less than an eighth.
  private func appendCompressed(
    _ source: View<UInt8>, count: Int, by compressor: borrowing Compressor,
    to out: inout GrowableBuffer<UInt8>
  ) -> Bool {
    let header = out.count
    let room = count - count / 8
    out.reserve(9 + room)
    guard
      let size = compressor.compress(
        source, count: count, to: out.view.slice(header + 9, count: room))
    else { return false }
    out.append(1 as UInt8)
    out.append(UInt32(count))
    out.append(UInt32(size))
    out.setCount(header + 9 + size)
    return true
  }
}

extension ColumnDecoder {
  /// Opens a stream of exactly `size` bytes; the reader is valid until the next stream is opened.
  mutating func openStream(
    _ reader: inout ByteReader, size expected: Int
  ) throws(BlockFault) -> ByteReader {
    let (codec, start, stored) = try streamHeader(&reader, size: expected)
    if codec == 0 { return ByteReader(reader.bytes, start: start, count: expected) }
    expanded.prepare(expected + paddingBytes)
    try decompressor.decompress(
      reader.bytes.slice(start, count: stored), count: stored, to: expanded.view, size: expected)
    return ByteReader(expanded.view, count: expected)
  }

  /// Reads a stream of exactly `size` bytes to `target`.
  mutating func readStream(
    _ reader: inout ByteReader, size expected: Int, to target: View<UInt8>
  ) throws(BlockFault) {
    let (codec, start, stored) = try streamHeader(&reader, size: expected)
    guard expected <= target.count else { throw BlockFault("stream sizes differ") }
    let source = reader.bytes.slice(start, count: stored)
    if codec == 0 { return target.copy(from: source, count: expected) }
    try decompressor.decompress(source, count: stored, to: target, size: expected)
  }

  private func streamHeader(
    _ reader: inout ByteReader, size expected: Int
  ) throws(BlockFault) -> (codec: UInt8, start: Int, stored: Int) {
    let codec = try reader.byte()
    let size = try reader.size(limit: StoreLimits.decodedBytesPerBlock)
    let stored = try reader.size(limit: StoreLimits.encodedBytesPerBlock)
    guard codec <= 1 else { throw BlockFault("unknown compression") }
    guard size == expected && (codec == 1 || stored == size) else {
      throw BlockFault("stream sizes differ")
    }
    return (codec, try reader.take(stored), stored)
  }

  /// Passes over a stream of any size.
  func skipStream(_ reader: inout ByteReader) throws(BlockFault) {
    _ = try reader.take(5)
    _ = try reader.take(try reader.size(limit: StoreLimits.encodedBytesPerBlock))
  }
}
