import Glibc
import TernTestSupport
import Testing

@testable import TernIO

/// What the splitter decides, and what happens where no message ends.
@Suite struct CuttingTests {
  /// Lines longer than a unit make it grow; the bytes stay the same, plain and packed.
  @Test func aUnitGrowsForALongMessage() throws {
    let folder = TemporaryFolder()
    var random = SeededGenerator(seed: 31)
    var content: [UInt8] = []
    for length in [100, 3_000_000, 10, 70_000, 1_500_000, 2_200_000, 5] {
      content += random.text(length) + [10]
    }
    content += random.text(1000)
    folder.file("1", content)
    folder.file("2", zstd(content))
    let plan = try InputPlan(inputs: [folder.path])
    let expected = try readAll(plan, testOptions(.pread, unitBytes: 64 << 10))
    #expect(expected.failures.isEmpty)
    #expect(sameBytes(expected.contents(2), [content, content]))
    for slice in expected.slices where !slice.isLast { #expect(!slice.isCut) }
    for unit in expected.units where unit.slices.last?.isLast == false {
      #expect(unit.bytes.last?.last == 10)
    }
    #expect(
      difference(try readAll(plan, testOptions(.uring, unitBytes: 64 << 10)), expected) == nil)
  }

  @Test func aMessageWithoutEndIsCutAndReadingGoesOn() throws {
    let folder = TemporaryFolder()
    var random = SeededGenerator(seed: 32)
    let content = random.text(1 << 20) + [10] + random.lines(200_000)
    folder.file("1", content)
    folder.file("2", [65, 10])
    let plan = try InputPlan(inputs: [folder.path])
    for backend in bothBackends {
      let options = testOptions(backend, unitBytes: 64 << 10, maxMessageBytes: 300_000)
      let reading = try readAll(plan, options)
      #expect(sameBytes(reading.contents(2), [content, [65, 10]]))
      #expect(
        reading.failures.map(\.reason) == [.messageTooLarge, .messageTooLarge, .messageTooLarge])
      #expect(reading.failures[0].offset == 0)
      let cut = reading.slices.filter(\.isCut)
      #expect(cut.count == 3 && cut.allSatisfy { $0.count >= 300_000 && $0.count < 400_000 })
      #expect(reading.slices.filter(\.continuesCut).count == 3)
      #expect(reading.last(0)?.digest?.rawBytes == UInt64(content.count))
    }
  }

  /// Random splitters on random sizes: the bytes always join, whatever is handed over when.
  @Test func anySplitterKeepsTheBytes() throws {
    let seed = UInt64(41)
    print("seed \(seed)")
    var random = SeededGenerator(seed: seed)
    for _ in 0..<12 {
      let folder = TemporaryFolder()
      var contents: [[UInt8]] = []
      for number in 0..<6 {
        contents.append(random.text(random.below(number % 2 == 0 ? 900_000 : 30_000)))
        folder.file("\(number)", number % 3 == 0 ? gzip(contents[number]) : contents[number])
      }
      let divisor = 1 + random.below(200_000)
      let plan = try InputPlan(inputs: [folder.path])
      let options = testOptions(.pread, unitBytes: 64 << 10)
      // Ends depend on the bytes alone.
      let split: @Sendable (UnsafeRawBufferPointer) -> Int = { bytes in
        unsafe (Int(bytes[0]) * 977 + bytes.count) % 3 == 0 ? 0 : bytes.count / divisor * divisor
      }
      let plain = try unsafe readAll(plan, options, split: split)
      #expect(sameBytes(plain.contents(6), contents))
      let ring = testOptions(.uring, unitBytes: 64 << 10)
      let other = try unsafe readAll(plan, ring, split: split)
      #expect(difference(other, plain) == nil)
    }
  }
}
