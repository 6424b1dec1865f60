import CXXHash
import TernCEB

/// A `guid` as the customs write it (36 characters, upper case), from the 128-bit XXH3 of `parts`: the
/// same content has the same `guid` in every store and on every machine. Not a secret.
func contentGuid(_ parts: [[UInt8]]) -> String {
  let digest = contentDigest(parts)
  return guidText(high: digest.high, low: digest.low)
}

/// 128 bits as a `guid`.
func guidText(high: UInt64, low: UInt64) -> String {
  var text: [UInt8] = []
  let digits = Array("0123456789ABCDEF".utf8)
  for position in 0..<32 {
    if [8, 12, 16, 20].contains(position) { text.append(UInt8(ascii: "-")) }
    let word = position < 16 ? high : low
    text.append(digits[Int(word >> UInt64(60 - position % 16 * 4) & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}

/// 17 of 0–9, A–Z: 88 bits of a digest.
func code36(high: UInt64, low: UInt64) -> String {
  let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
  var rest = UInt128(high) << 64 | UInt128(low)
  var text: [UInt8] = []
  for _ in 0..<17 {
    text.append(digits[Int(rest % 36)])
    rest /= 36
  }
  return String(decoding: text, as: UTF8.self)
}

/// 128-bit XXH3 of byte strings, each with its length, under a fixed, public secret.
func contentDigest(_ parts: [[UInt8]]) -> (high: UInt64, low: UInt64) {
  var digester = ContentDigester()
  for part in parts { unsafe part.withUnsafeBufferPointer { unsafe digester.append($0) } }
  return digester.finish()
}

/// Makes content digests one after the other without allocating for each.
struct ContentDigester: ~Copyable {
  private var secret = [UInt8](repeating: 0, count: Int(TERN_XXH3_SECRET_BYTES))
  private var bytes = GrowableBuffer<UInt8>(capacity: 256)

  init() {
    unsafe secret.withUnsafeMutableBytes {
      unsafe tern_xxh3_secret_from_seed($0.baseAddress!, 0x5445_524E)
    }
  }

  /// Adds the next byte string.
  @unsafe mutating func append(_ part: UnsafeBufferPointer<UInt8>) {
    for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: part.count >> (shift * 8))) }
    unsafe bytes.append(contentsOf: part)
  }

  /// The digest of what was added since the last one.
  mutating func finish() -> (high: UInt64, low: UInt64) {
    let digest = unsafe secret.withUnsafeBytes {
      unsafe tern_xxh3_whole(bytes.base, bytes.count, $0.baseAddress!)
    }
    bytes.removeAll()
    return (digest.high, digest.low)
  }
}
