import CScan
import TernCEB
import TernTestSupport
import Testing

/// Each vector kernel on its own, against the plainest way to do the same.
@Suite struct KernelTests {
  private static let values: [(Kernel, tern_kernel)] = [
    (.portable, TERN_KERNEL_PORTABLE), (.neon, TERN_KERNEL_NEON), (.avx2, TERN_KERNEL_AVX2),
    (.avx512, TERN_KERNEL_AVX512),
  ].filter { $0.0.isAvailable }

  /// Bytes of the sequence at `index`: UTF-8 of an XML character or any ASCII; 0 if there is none.
  private func sequence(_ bytes: [UInt8], _ index: Int) -> Int {
    let count: Int
    switch bytes[index] {
    case 0..<0x80: return 1
    case 0xC0..<0xE0: count = 2
    case 0xE0..<0xF0: count = 3
    case 0xF0..<0xF8: count = 4
    default: return 0
    }
    guard index + count <= bytes.count else { return 0 }
    var code = UInt32(bytes[index]) & (0x7F >> UInt32(count))
    for offset in 1..<count {
      guard bytes[index + offset] >> 6 == 2 else { return 0 }
      code = code << 6 | UInt32(bytes[index + offset] & 0x3F)
    }
    let least: [UInt32] = [0, 0, 0x80, 0x800, 0x10000]
    let isXML = code <= 0x10FFFF && !(0xD800...0xDFFF).contains(code) && code != 0xFFFE && code != 0xFFFF
    return code >= least[count] && isXML ? count : 0
  }

  private func validPrefix(_ bytes: [UInt8]) -> Int {
    var index = 0
    while index < bytes.count {
      let count = sequence(bytes, index)
      if count == 0 { break }
      index += count
    }
    return index
  }

  @Test("UTF-8 at every length from 0 to 200, at many alignments")
  func utf8() {
    let seed: UInt64 = 77
    print("KernelTests.utf8: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let pieces: [[UInt8]] = [
      Array("a".utf8), Array("é".utf8), Array("清".utf8), Array("👍".utf8), Array("\u{7F}\u{80}".utf8),
      Array("\u{7FF}\u{800}".utf8), Array("\u{D7FF}\u{E000}".utf8), Array("\u{FFFD}".utf8),
      Array("\u{10000}\u{10FFFF}".utf8), Array("plain ascii of some length".utf8),
      Array("中华人民共和国海关".utf8), [0], [0x1F],
    ]
    let broken: [[UInt8]] = [
      [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xE0, 0x9F, 0xBF], [0xE4, 0xB8], [0xED, 0xA0, 0x80],
      [0xEF, 0xBF, 0xBE], [0xEF, 0xBF, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x91], [0xF4, 0x90, 0x80, 0x80],
      [0xF5, 0x80, 0x80, 0x80], [0xF8], [0xFF], [0xE4, 0xB8, 0x41], [0xC3, 0xC3, 0xA9],
    ]
    var faults = 0
    for length in 0...200 {
      for round in 0..<12 {
        var bytes: [UInt8] = []
        while bytes.count < length { bytes += random.pick(round % 3 == 0 ? [pieces[0], pieces[9]] : pieces) }
        if round % 2 == 1, length > 0 {
          let at = random.below(length)
          bytes.replaceSubrange(at..<at, with: random.pick(broken))
        }
        // May cut a sequence off.
        bytes.removeLast(bytes.count - length)
        let expected = validPrefix(bytes)
        if expected < length { faults += 1 }
        // The input ends at a fixed place before a page that cannot be read, so each length starts at
        // another alignment; of the bytes behind it up to 64 are not part of it.
        let behind = random.below(65)
        let guarded = GuardedBytes(bytes + [UInt8](repeating: 0x80, count: behind), padding: 64 - behind)
        for (kernel, value) in Self.values {
          let found = unsafe guarded.withBytes {
            unsafe tern_utf8_valid_prefix(value, $0.baseAddress!, length)
          }
          #expect(found == expected, "\(kernel), seed \(seed), \(bytes)")
        }
      }
    }
    #expect(faults > 500)
  }

  @Test("every two-byte start and every three-byte sequence across a block's edge", arguments: [29, 30, 31, 61, 62, 63, 64])
  func utf8Sequences(offset: Int) {
    for (kernel, value) in Self.values {
      var bytes = [UInt8](repeating: 0x61, count: 200)
      for first in 0x80...0xFF {
        for second in stride(from: 0, through: 0xFF, by: 5) {
          for third in [0x00, 0x7F, 0x80, 0xBE, 0xBF, 0xC0] as [UInt8] {
            bytes[offset] = UInt8(first)
            bytes[offset + 1] = UInt8(second)
            bytes[offset + 2] = third
            let found = unsafe bytes.withUnsafeBufferPointer {
              unsafe tern_utf8_valid_prefix(value, $0.baseAddress!, 136)
            }
            if found != validPrefix(Array(bytes[..<136])) {
              Issue.record("\(kernel): \(first) \(second) \(third) at \(offset)")
              return
            }
          }
        }
      }
    }
  }

  /// A walk with nothing learned stops where it stands: it knows no gap.
  @Test("a template that has learned nothing ends the walk", .timeLimit(.minutes(1)), arguments: [0, 1, 3])
  func emptyTemplate(state: UInt32) {
    let guarded = GuardedBytes(Array("value</ceb:a><ceb:b>".utf8))
    for (kernel, value) in Self.values {
      for atGap in 0...1 where state != 0 || atGap == 1 {
        let walk = unsafe walk(value, state: state, atGap: UInt32(atGap), guarded)
        #expect(unsafe walk.position == (atGap == 1 ? 0 : 5), "\(kernel)")
        #expect(unsafe walk.state == state)
        // Text where a gap should stand is left to the general path, as is a gap that is not known.
        #expect(unsafe walk.at_gap == (atGap == 1 && state != 0 ? 0 : 1))
        #expect(unsafe walk.is_full == 0 && walk.document_count == 1 && walk.line_count == 0)
      }
    }
  }

  @Test("decimals of any shape and at any place: as written out a character at a time")
  func decimals() {
    let seed: UInt64 = 78
    print("KernelTests.decimals: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    var texts: [[UInt8]] = ["0", "0.0", "00", "01", "1.", ".1", "1.2.3", "", "-1", "99999999999999.9", "123456789012345"]
      .map { Array($0.utf8) }
    let characters = Array("0123456789012345678901234567890123456789..-+ aE/:".utf8)
    for _ in 0..<20_000 {
      let count = random.below(21)
      let digitsOnly = random.chance(0.6)
      texts.append((0..<count).map { _ in characters[random.below(digitsOnly ? 42 : characters.count)] })
    }
    for (kernel, value) in Self.values {
      // The very first may have fewer than 16 bytes before it: it is left to the general way.
      let front = random.below(21)
      var bytes = [UInt8](repeating: UInt8(ascii: ">"), count: front)
      var spans: [tern_span] = []
      for text in texts {
        spans.append(tern_span(start: UInt32(bytes.count), length: UInt32(text.count)))
        bytes += text + Array("</a>".utf8)
      }
      var mantissas = [UInt64](repeating: 0, count: texts.count)
      var forms = [UInt8](repeating: 0, count: texts.count)
      let others = unsafe GuardedBytes(bytes).withBytes { bytes in
        unsafe spans.withUnsafeBufferPointer { spans in
          unsafe mantissas.withUnsafeMutableBufferPointer { mantissas in
            unsafe forms.withUnsafeMutableBufferPointer { forms in
              unsafe tern_read_decimals(
                value, spans.baseAddress, 1, spans.count, bytes.baseAddress, mantissas.baseAddress,
                forms.baseAddress)
            }
          }
        }
      }
      #expect(others == forms.count { $0 == UInt8(TERN_NOT_PLAIN) })
      for (row, text) in texts.enumerated() {
        let expected = spans[row].start < 16 ? nil : plainDecimal(text)
        #expect(
          forms[row] == expected?.form ?? UInt8(TERN_NOT_PLAIN), "\(kernel) \(String(decoding: text, as: UTF8.self))")
        if let expected { #expect(mantissas[row] == expected.mantissa) }
      }
    }
  }

  /// As the kernel's contract says, from the text's parts.
  private func plainDecimal(_ text: [UInt8]) -> (mantissa: UInt64, form: UInt8)? {
    guard (1...16).contains(text.count) else { return nil }
    let parts = String(decoding: text, as: UTF8.self).split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, (1...14).contains(parts[0].utf8.count),
      parts.count == 1 || (1...5).contains(parts[1].utf8.count),
      parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
      parts[0].utf8.count == 1 || parts[0].first != "0"
    else { return nil }
    return (UInt64(parts.joined())!, parts.count == 1 ? 0 : UInt8(parts[1].utf8.count))
  }

  private func walk(
    _ kernel: tern_kernel, state: UInt32, atGap: UInt32, _ guarded: GuardedBytes
  ) -> tern_walk {
    var states = [tern_state](repeating: tern_state(), count: 5)
    for number in states.indices { states[number].state = UInt16(number) }
    let pool = [UInt8](repeating: 0, count: 64)
    var heads = [tern_span](repeating: tern_span(start: .max, length: .max), count: 4)
    var numbers = [UInt32](repeating: 0, count: 3)
    var walk = unsafe tern_walk()
    unsafe guarded.withBytes { bytes in
      unsafe states.withUnsafeBufferPointer { states in
        unsafe pool.withUnsafeBufferPointer { pool in
          unsafe heads.withUnsafeMutableBufferPointer { heads in
            unsafe numbers.withUnsafeMutableBufferPointer { numbers in
              var template = unsafe tern_template(
                states: states.baseAddress, pool: pool.baseAddress,
                head_fields: 4, line_fields: 0)
              unsafe walk.base = bytes.baseAddress
              unsafe walk.end = UInt32(bytes.count)
              unsafe walk.state = state
              unsafe walk.at_gap = atGap
              unsafe walk.document_count = 1
              unsafe walk.document_capacity = 1
              unsafe walk.heads = heads.baseAddress
              unsafe walk.document_starts = numbers.baseAddress
              unsafe walk.document_ends = numbers.baseAddress! + 1
              unsafe walk.document_lines = numbers.baseAddress! + 2
              unsafe tern_walk_run(kernel, &template, &walk)
            }
          }
        }
      }
    }
    return unsafe walk
  }
}
