import Glibc
import TernCEB
import TernGenerate

/// Generated messages in memory, cut into slices between messages as ingestion cuts them.
///
/// Memory: the messages twice while they are made. Read-only afterwards.
@safe
final class Messages: @unchecked Sendable {
  /// As large as the units that ingestion hands over.
  static let sliceBytes = 16 << 20

  let lists: Int
  private let memory: UnsafeMutableRawBufferPointer
  /// Without the padding.
  private let byteCount: Int
  let slices: [Range<Int>]

  /// - Parameters:
  ///   - kind: only the messages of this kind.
  ///   - clean: no faults.
  init(lists: Int, kind: Kind? = nil, clean: Bool = false) throws {
    self.lists = lists
    let all = try unsafe Self.generated(lists: lists, clean: clean)
    defer { unsafe all.deallocate() }
    unsafe memory = .allocate(byteCount: all.count + Kernel.padding, alignment: 64)
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0)
    var used = 0
    if let kind {
      let root = Array("<ceb:\(kind.name)Message ".utf8)
      for message in unsafe Self.messages(in: all) where unsafe Self.contains(all, message, root) {
        let target = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[used...])
        unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[message]))
        used += message.count
      }
    } else {
      unsafe memory.copyMemory(from: UnsafeRawBufferPointer(all))
      used = all.count
    }
    byteCount = used
    var slices: [Range<Int>] = []
    var start = 0
    while start < used {
      var end = min(start + Self.sliceBytes, used)
      if end < used {
        let piece = unsafe UnsafeRawBufferPointer(rebasing: memory[start..<end])
        end = unsafe start + MessageSplitter.lastCut(in: piece)
      }
      precondition(end > start, "a message larger than a slice")
      slices.append(start..<end)
      start = end
    }
    self.slices = slices
  }

  deinit { unsafe memory.deallocate() }

  /// Bytes of XML in all slices.
  var count: Int { byteCount }

  /// A slice; `Kernel.padding` bytes are readable past it.
  @unsafe func bytes(_ slice: Range<Int>) -> UnsafeBufferPointer<UInt8> {
    unsafe UnsafeRawBufferPointer(rebasing: memory[slice]).assumingMemoryBound(to: UInt8.self)
  }

  /// All slices decoded, one batch each.
  func decoded() -> [DocumentBatch] {
    let decoder = UnitDecoder()
    return slices.map { slice in
      let batch = DocumentBatch()
      decode(slice, with: decoder, into: batch)
      return batch
    }
  }

  func decode(_ slice: Range<Int>, with decoder: UnitDecoder, into batch: DocumentBatch) {
    let rest = unsafe decoder.decode(
      bytes(slice), source: 0, sourceOffset: slice.lowerBound, endIsFinal: true, into: batch)
    precondition(rest == nil, "generated messages are whole")
  }

  // MARK: Making them

  private static func generated(lists: Int, clean: Bool) throws -> UnsafeMutableRawBufferPointer {
    var settings = GenerateSettings(lists: lists, seed: 1)
    if clean { settings.faultRates = .clean }
    guard let file = unsafe tmpfile() else { throw MeasureError("no temporary file: \(errno)") }
    defer { unsafe fclose(file) }
    let summary = try unsafe generate(settings, to: .descriptor(fileno(file), truthFolder: nil))
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: summary.bytes, alignment: 64)
    var done = 0
    while done < summary.bytes {
      let got = unsafe pread(
        fileno(file), memory.baseAddress! + done, summary.bytes - done, off_t(done))
      guard got > 0 else { throw MeasureError("cannot read back what was generated: \(errno)") }
      done += got
    }
    return unsafe memory
  }

  /// Every message of `bytes`: from one XML declaration to the next.
  private static func messages(in bytes: UnsafeMutableRawBufferPointer) -> [Range<Int>] {
    let declaration = Array("<?xml ".utf8)
    var starts: [Int] = []
    for position in 0..<max(0, bytes.count - declaration.count)
    where unsafe bytes[position] == declaration[0] && has(declaration, bytes, at: position) {
      starts.append(position)
    }
    return zip(starts, starts.dropFirst() + [bytes.count]).map { $0..<$1 }
  }

  /// Whether `word` stands in the first bytes of a message.
  private static func contains(
    _ bytes: UnsafeMutableRawBufferPointer, _ message: Range<Int>, _ word: [UInt8]
  ) -> Bool {
    let last = min(message.lowerBound + 256, message.upperBound) - word.count
    return (message.lowerBound..<max(message.lowerBound, last)).contains { position in
      unsafe has(word, bytes, at: position)
    }
  }

  private static func has(
    _ word: [UInt8], _ bytes: UnsafeMutableRawBufferPointer, at position: Int
  ) -> Bool {
    word.indices.allSatisfy { unsafe bytes[position + $0] == word[$0] }
  }
}

struct MeasureError: Error, CustomStringConvertible {
  var description: String
  init(_ text: String) { description = text }
}
