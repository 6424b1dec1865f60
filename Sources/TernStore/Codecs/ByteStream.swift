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
  /// Appends `count` bytes of `source` as a stream.
  mutating func appendStream(
    _ source: View<UInt8>, count: Int, to out: inout GrowableBuffer<UInt8>
  ) {
    let header = out.count
    if compressor.level != 0
      && looksCompressible(source, count: count, counts: byteCounts.view)
    {
      // Room for what is worth keeping: a stream that saves less than an eighth stays as it is.
      let room = count - count / 8
      out.reserve(9 + room)
      if let size = compressor.compress(
        source, count: count, to: out.view.slice(header + 9, count: room))
      {
        out.append(1 as UInt8)
        out.append(UInt32(count))
        out.append(UInt32(size))
        out.setCount(header + 9 + size)
        return
      }
    }
    out.append(0 as UInt8)
    out.append(UInt32(count))
    out.append(UInt32(count))
    out.append(source, count: count)
  }

  /// Appends the blocks that `encode` writes, as a stream.
  mutating func appendWordStream(
    _ values: View<UInt64>, count: Int, to out: inout GrowableBuffer<UInt8>
  ) {
    packed.removeAll()
    encodeWordBlocks(values, count: count, to: &packed)
    appendStream(packed.view, count: packed.count, to: &out)
  }
}

extension ColumnDecoder {
  /// Opens a stream; the reader is valid until the next stream is opened.
  mutating func openStream(
    _ reader: inout ByteReader, sizeMax: Int = StoreLimits.decodedBytesPerBlock
  ) throws(BlockFault) -> ByteReader {
    let codec = try reader.byte()
    let size = try reader.size(limit: sizeMax)
    let stored = try reader.size(limit: StoreLimits.encodedBytesPerBlock)
    let start = try reader.take(stored)
    switch codec {
    case 0:
      guard stored == size else { throw BlockFault("stream sizes differ") }
      return ByteReader(reader.bytes, start: start, count: size)
    case 1:
      // The frame says its own size too; a lie is found before anything is allocated.
      expanded.prepare(size + paddingBytes)
      try decompressor.decompress(
        reader.bytes.slice(start, count: stored), count: stored, to: expanded.view, size: size)
      return ByteReader(expanded.view, count: size)
    default:
      throw BlockFault("unknown compression")
    }
  }

  /// Reads a stream of exactly `size` bytes to `target`.
  mutating func readStream(
    _ reader: inout ByteReader, size expected: Int, to target: View<UInt8>
  ) throws(BlockFault) {
    let codec = try reader.byte()
    let size = try reader.size(limit: StoreLimits.decodedBytesPerBlock)
    let stored = try reader.size(limit: StoreLimits.encodedBytesPerBlock)
    let start = try reader.take(stored)
    guard size == expected && size <= target.count else { throw BlockFault("stream sizes differ") }
    let source = reader.bytes.slice(start, count: stored)
    switch codec {
    case 0:
      guard stored == size else { throw BlockFault("stream sizes differ") }
      target.copy(from: source, count: size)
    case 1: try decompressor.decompress(source, count: stored, to: target, size: size)
    default: throw BlockFault("unknown compression")
    }
  }

  /// Reads `count` whole numbers from a stream to `target`.
  mutating func readWordStream(
    _ reader: inout ByteReader, count: Int, to target: View<UInt64>
  ) throws(BlockFault) {
    var stream = try openStream(&reader)
    try decodeWordBlocks(&stream, count: count, to: target)
    try stream.finish()
  }
}
