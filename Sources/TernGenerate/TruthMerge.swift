import Glibc

/// Merges sorted runs of rows, one behind the other in a file, into one.
///
/// At most `fanIn` runs are merged at once, in several passes if need be: memory stays at
/// `fanIn` × `windowBytes` however long the truth is. O(rows × log runs) comparisons.
struct TruthMerge {
  static let fanIn = 256
  static let windowBytes = 1 << 17
  /// A row is far shorter; a longer one is a mistake of this module.
  static let rowBytesMax = 4_096

  /// Runs of `source` (byte ranges) become one file `target`, with the header in front.
  static func merge(
    runs: [Range<Int>], of source: String, into target: String, scratch: String
  ) throws(GenerateError) {
    var input = source
    var runs = runs
    var pass = 0
    while runs.count > fanIn {
      let output = "\(scratch).\(pass)"
      var merged: [Range<Int>] = []
      let reader = try File(reading: input)
      var writer = try RunWriter(output)
      var first = 0
      while first < runs.count {
        let group = Array(runs[first..<min(first + fanIn, runs.count)])
        let start = writer.written
        try merge(group, from: reader, to: &writer)
        merged.append(start..<writer.written)
        first += fanIn
      }
      try writer.finish()
      try File.remove(input)
      input = output
      runs = merged
      pass += 1
    }
    let reader = try File(reading: input)
    var writer = try RunWriter(target)
    writer.append(TruthRows.header)
    try merge(runs, from: reader, to: &writer)
    try writer.finish()
    try File.remove(input)
  }

  private static func merge(
    _ runs: [Range<Int>], from reader: borrowing File, to writer: inout RunWriter
  ) throws(GenerateError) {
    var heap: [RunReader] = []
    for run in runs {
      let cursor = RunReader(run)
      if try cursor.advance(reader) { heap.append(cursor) }
    }
    if heap.count > 1 {
      for start in stride(from: heap.count / 2 - 1, through: 0, by: -1) { siftDown(&heap, start) }
    }
    while let least = heap.first {
      try writer.append(least.window, least.row)
      if try !least.advance(reader) {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
      }
      siftDown(&heap, 0)
    }
  }

  private static func siftDown(_ heap: inout [RunReader], _ start: Int) {
    var root = start
    while true {
      var child = 2 * root + 1
      if child >= heap.count { return }
      if child + 1 < heap.count && heap[child + 1].isLess(than: heap[child]) { child += 1 }
      if !heap[child].isLess(than: heap[root]) { return }
      heap.swapAt(root, child)
      root = child
    }
  }
}

/// Reads one run, row by row, through a small window.
private final class RunReader {
  var window = ByteBuffer(capacity: TruthMerge.windowBytes)
  /// The current row in `window`, its line end included.
  private(set) var row = 0..<0
  /// What is not in the window yet.
  private var rest: Range<Int>

  init(_ run: Range<Int>) { rest = run }

  func isLess(than other: RunReader) -> Bool { window.isLess(row, than: other.window, other.row) }

  /// The next row. False at the end of the run.
  func advance(_ file: borrowing File) throws(GenerateError) -> Bool {
    if let end = window.firstIndex(of: UInt8(ascii: "\n"), from: row.upperBound) {
      row = row.upperBound..<end + 1
      return true
    }
    // The window ends within a row: read again from where that row begins.
    let start = rest.lowerBound - (window.count - row.upperBound)
    if start == rest.upperBound { return false }
    let length = min(TruthMerge.windowBytes, rest.upperBound - start)
    try file.read(into: &window, at: start, length: length)
    rest = start + length..<rest.upperBound
    guard let end = window.firstIndex(of: UInt8(ascii: "\n"), from: 0) else {
      preconditionFailure("a row without an end")
    }
    row = 0..<end + 1
    return true
  }
}

/// Writes rows to a file through a buffer.
private struct RunWriter: ~Copyable {
  private var file: File
  private var buffer = ByteBuffer(capacity: 1 << 20)
  private(set) var written = 0

  init(_ path: String) throws(GenerateError) { file = try File(creating: path) }

  mutating func append(_ text: StaticString) {
    buffer.append(text)
    written += text.utf8CodeUnitCount
  }

  mutating func append(_ source: borrowing ByteBuffer, _ range: Range<Int>) throws(GenerateError) {
    buffer.append(source, range)
    written += range.count
    if buffer.count >= 1 << 20 { try flush() }
  }

  private mutating func flush() throws(GenerateError) {
    try file.write(buffer, 0..<buffer.count)
    buffer.removeAll()
  }

  mutating func finish() throws(GenerateError) {
    try flush()
    try file.close()
  }
}
