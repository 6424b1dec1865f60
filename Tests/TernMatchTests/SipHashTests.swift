import TernCEB
import Testing

@testable import TernMatch

@Suite("SipHash-2-4")
struct SipHashTests {
  /// Key 00 01 … 0f, input the first n of 00 01 02 …: outputs published with the function.
  static let vectors64: [(Int, String)] = [
    (0, "310e0edd47db6f72"), (1, "fd67dc93c539f874"), (7, "37d1018bf50002ab"),
    (8, "6224939a79f5f593"), (15, "e545be4961ca29a1"), (16, "db9bc2577fcc2a3f"),
    (63, "724506eb4c328a95"),
  ]
  static let vectors128: [(Int, String)] = [
    (0, "a3817f04ba25a8e66df67214c7550293"), (1, "da87c1d86b99af44347659119b22fc45"),
    (7, "a1f1ebbed8dbc153c0b84aa61ff08239"), (8, "3b62a9ba6258f5610f83e264f31497b4"),
    (15, "5493e99933b0a8117e08ec0f97cfc3d9"), (16, "6ee2a4ca67b054bbfd3315bf85230577"),
    (63, "5150d1772f50834a503e069a973fbd7c"),
  ]
  let secret = Secret(bytes: (0..<16).map { UInt8($0) })

  func hex(_ words: [UInt64]) -> String {
    words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
      .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  @Test("64-bit vectors", arguments: vectors64)
  func short(count: Int, expected: String) {
    let input = (0..<count).map { UInt8($0) }
    let hash = unsafe input.withUnsafeBytes {
      unsafe sipHash64($0.baseAddress ?? anywhere, count: count, secret: secret)
    }
    #expect(hex([hash]) == expected)
  }

  @Test("128-bit vectors", arguments: vectors128)
  func long(count: Int, expected: String) {
    let input = (0..<count).map { UInt8($0) }
    let hash = unsafe input.withUnsafeBytes {
      unsafe sipHash128($0.baseAddress ?? anywhere, count: count, secret: secret)
    }
    #expect(hex([hash.low, hash.high]) == expected)
  }

  private var anywhere: UnsafeRawPointer { unsafe UnsafeRawPointer(bitPattern: 8)! }

  @Test("the place of the input in memory does not matter")
  func alignment() {
    let bytes = (0..<96).map { UInt8($0 * 7 % 251) }
    for count in 0..<40 {
      let hashes = (0..<8).map { shift in
        // The same values behind `shift` others.
        let moved = [UInt8](repeating: 0xee, count: shift) + bytes
        return unsafe moved.withUnsafeBytes {
          unsafe sipHash64($0.baseAddress! + shift, count: count, secret: secret)
        }
      }
      #expect(Set(hashes).count == 1)
    }
  }

  @Test("secrets are equal by their bytes")
  func secretEquality() {
    #expect(secret == Secret(bytes: (0..<16).map { UInt8($0) }))
    #expect(secret != Secret(bytes: (1..<17).map { UInt8($0) }))
  }

  @Test("tuples differ by where one value ends and the next begins, by tag and by direction")
  func tuples() {
    var digester = TupleDigester(secret: secret)
    func digest(_ tag: DigestTag, _ direction: Direction, _ values: [String]) -> KeyDigest {
      digester.begin(tag, direction)
      for var value in values { value.withUTF8 { unsafe digester.append(Bytes($0)) } }
      return digester.digest128
    }
    let all = [
      digest(.trade, .export, ["ab", "c"]), digest(.trade, .export, ["a", "bc"]),
      digest(.trade, .export, ["abc", ""]), digest(.trade, .export, ["abc"]),
      digest(.trade, .import, ["ab", "c"]), digest(.waybill, .export, ["ab", "c"]),
    ]
    #expect(Set(all).count == all.count)
    #expect(digest(.trade, .export, ["ab", "c"]) == all[0])
    // Longer than the scratch buffer begins.
    let long = String(repeating: "长", count: 5000)
    #expect(digest(.trade, .export, [long]) == digest(.trade, .export, [long]))
    #expect(digest(.trade, .export, [long]) != digest(.trade, .export, [long + "长"]))
  }

  @Test("an empty value has the digest 0, and no other has")
  func empty() {
    #expect(currencyDigest("", .export, secret: secret) == 0)
    #expect(currencyDigest("142", .export, secret: secret) != 0)
    #expect(
      currencyDigest("142", .export, secret: secret)
        != currencyDigest("142", .import, secret: secret))
  }
}
