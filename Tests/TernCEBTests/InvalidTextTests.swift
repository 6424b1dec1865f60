import TernCEB
import Testing

/// Values are checked for UTF-8 where they are copied, column by column: what is wrong must reject the
/// whole message all the same, and only that message.
@Suite struct InvalidTextTests {
  private static let place = Array("PLACE".utf8)

  /// Documents of one kind, each with its own bytes as the value of `field`.
  private func source(_ kind: Kind, _ field: String, _ values: [[UInt8]]) -> [UInt8] {
    let documents = values.indices.map { number in
      var document = Document.valid(kind, number: number + 1)
      document[head: field] = "PLACE"
      return document
    }
    var bytes = Array(message(kind, documents).utf8)
    for value in values {
      let start = bytes.indices.first { bytes[$0...].starts(with: Self.place) }!
      bytes.replaceSubrange(start..<start + Self.place.count, with: value)
    }
    return bytes
  }

  private func check(_ values: [[UInt8]], _ field: String = "consignee", isValid: Bool) {
    let broken = source(.waybill511, field, values)
    let good = Array(message(.waybill511, [Document.valid(.waybill511, number: 77)]).utf8)
    for kernel in kernels {
      let batch = decode(good + broken + good, kernel: kernel)
      #expect(batch.reasons == (isValid ? [] : ["encoding"]), "\(values) \(kernel)")
      #expect(batch[.waybill511].heads.rowCount == (isValid ? values.count + 2 : 2))
    }
  }

  @Test("a character cut in two by the end of a value is no character")
  func cutCharacters() {
    let whole = Array("清单".utf8)
    // The second value goes on where the first stops: end to end they are well-formed.
    check([[0xE6, 0xB8], [0x85]], isValid: false)
    check([whole, whole + [0xE6], [0xB8, 0x85] + whole], isValid: false)
    check([whole, [0x85] + whole], isValid: false)
    check([whole + [0xE6, 0xB8], whole], isValid: false)
    check([Array(repeating: 0x41, count: 40) + [0xC3], whole], isValid: false)
    check([whole, whole], isValid: true)
    check([[], whole, []], isValid: true)
  }

  @Test("wrong bytes at any place of values of any length")
  func anywhere() {
    for length in [1, 2, 8, 15, 16, 31, 32, 33, 63, 64, 65, 100] {
      for place in Set([0, length / 2, length - 1]) {
        var value = [UInt8](repeating: UInt8(ascii: "a"), count: length)
        value[place] = 0xFF
        check([Array("a".utf8), value, Array("清".utf8)], isValid: false)
      }
    }
  }

  @Test("of two wrong bytes the first is named, also where a walk reads past it and the second stands between elements")
  func firstOfTwo() {
    let good = source(.waybill511, "consignee", [Array("a".utf8), Array("b".utf8)])
    var broken = source(.waybill511, "consignee", [[0x61, 0xFF], Array("PLACE".utf8)])
    let end = broken.indices.first { broken[$0...].starts(with: Self.place) }! + Self.place.count
    let gap = broken[end...].firstIndex(of: UInt8(ascii: ">"))! + 1
    broken.insert(0xF9, at: gap)
    let first = broken.firstIndex(of: 0xFF)!
    for kernel in kernels {
      let batch = decode(good + broken + good, kernel: kernel)
      #expect(batch.reasons == ["encoding"])
      #expect(batch.rejects["message"].text.string(0).hasPrefix("the bytes at \(first) of the message"))
    }
  }

  @Test("in a number, a time, a key or an unknown element too: the message counts for nothing")
  func otherFields() {
    for field in ["weight", "appTime", "packNo", "logisticsNo", "unknownElement"] {
      check([[0x31, 0xFF]], field, isValid: false)
    }
    // Well-formed, but no number: that rejects the document alone.
    let batch = decode(source(.waybill511, "weight", [Array("壹".utf8), Array("1.5".utf8)]))
    #expect(batch.reasons == ["number-invalid"])
    #expect(batch[.waybill511].heads.rowCount == 1)
  }
}
