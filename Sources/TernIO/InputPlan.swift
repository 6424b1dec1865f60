import Glibc

/// Something that could not be listed or looked at while folders were walked.
public typealias SourceFailure = SystemFailure

/// A file of a walked folder that is not read, and why.
public struct IgnoredFile: Sendable, Equatable {
  public enum Reason: Sendable, Equatable {
    /// The name begins with a dot, or the ending is one of `InputPlan.ignoredEndings`.
    case name
    /// A socket, pipe or device; in an archive a link as well.
    case notAFile
    /// A symbolic link to a folder: not followed, it may lead in a circle.
    case linkedFolder
  }
  public var path: String
  public var reason: Reason
}

/// The sources of a run, in the order in which they count as received.
///
/// Made from what the user named: files, folders (walked), `-` for standard input. The sources are
/// sorted by the bytes of their paths over the whole plan, so the order of the arguments and of
/// directory entries says nothing. A path that comes up twice is one source; paths are compared as
/// text, after `//`, `/./` and a leading `./` are taken out, not by what links make of them.
public struct InputPlan: Sendable {
  /// Endings of files in folders that are no messages.
  public static let ignoredEndings = [".csv", ".ndjson", ".json", ".md"]
  /// Most files of a plan.
  public static let maxSources = 50_000_000
  /// Names kept in `ignored`; `ignoredCount` counts all.
  public static let maxIgnoredNamed = 1000

  enum Kind: UInt8, Sendable {
    case file
    /// A pipe, terminal or device that was named: read to its end.
    case stream
    /// `-`
    case standardInput
  }

  /// 24 bytes a source beside its path.
  struct Entry: Sendable {
    var pathOffset: UInt64
    var size: UInt64
    var pathCount: UInt32
    var kind: Kind
  }

  var entries: [Entry] = []
  /// All paths, each with a zero behind it.
  var paths: PathStorage
  /// Bytes of all files. What comes through pipes is not known before.
  public internal(set) var totalBytes: UInt64 = 0
  public internal(set) var failures: [SourceFailure] = []
  /// The first `maxIgnoredNamed` ignored files in path order.
  public internal(set) var ignored: [IgnoredFile] = []
  public internal(set) var ignoredCount = 0
  /// Files that came up more than once.
  public internal(set) var duplicateCount = 0

  /// Looks at all inputs and walks the folders. Throws where a named input cannot be looked at;
  /// what happens inside folders becomes `failures`. One `stat` per file.
  public init(inputs: [String]) throws(InputError) {
    try self.init(inputs: inputs.map { Array($0.utf8) })
  }

  /// As above, for paths that need not be UTF-8.
  public init(inputs: [[UInt8]]) throws(InputError) {
    var walk = PlanWalk()
    for input in inputs { try walk.add(input: input) }
    paths = PathStorage(walk.pathBytes)
    entries = walk.entries
    failures = walk.failures.sorted { ($0.path, $0.operation) < ($1.path, $1.operation) }
    ignored = walk.ignored.sorted { $0.path < $1.path }
    ignoredCount = ignored.count
    sortAndDeduplicate()
    deduplicateRemarks()
    totalBytes = entries.reduce(0) { $0 + $1.size }
  }

  /// Sources.
  public var count: Int { entries.count }
  public var isEmpty: Bool { entries.isEmpty }

  /// Size in bytes as stored when the plan was made; 0 for a pipe.
  public func size(of source: Int) -> UInt64 { entries[source].size }

  /// Whether the source is a pipe or the like, of no known size.
  public func isStream(_ source: Int) -> Bool { entries[source].kind != .file }

  /// The path for people: what is not UTF-8 in it is shown as U+FFFD.
  public func path(of source: Int) -> String { shownPath(pathBytes(of: source)) }

  /// The path's bytes.
  public func pathBytes(of source: Int) -> [UInt8] {
    let entry = entries[source]
    return unsafe Array(
      UnsafeRawBufferPointer(start: cPath(of: source), count: Int(entry.pathCount)))
  }

  /// The path with a zero behind it. Lives as long as the plan's storage.
  @unsafe func cPath(of source: Int) -> UnsafePointer<CChar> {
    unsafe paths.base + Int(entries[source].pathOffset)
  }

  private mutating func sortAndDeduplicate() {
    let base = unsafe paths.base
    func order(_ left: Entry, _ right: Entry) -> Int32 {
      let shorter = min(left.pathCount, right.pathCount)
      let result = unsafe memcmp(
        base + Int(left.pathOffset), base + Int(right.pathOffset), Int(shorter))
      if result != 0 { return result }
      return left.pathCount < right.pathCount ? -1 : left.pathCount > right.pathCount ? 1 : 0
    }
    entries.sort { order($0, $1) < 0 }
    var kept = 0
    for index in entries.indices {
      if kept > 0, order(entries[kept - 1], entries[index]) == 0 {
        duplicateCount += 1
      } else {
        entries[kept] = entries[index]
        kept += 1
      }
    }
    entries.removeLast(entries.count - kept)
  }

  /// Folders named twice report the same failures and ignored files twice.
  private mutating func deduplicateRemarks() {
    var lastFailure: SourceFailure?
    failures.removeAll { failure in
      defer { lastFailure = failure }
      return failure == lastFailure
    }
    var lastIgnored: IgnoredFile?
    ignored.removeAll { file in
      defer { lastIgnored = file }
      return file == lastIgnored
    }
    ignoredCount = ignored.count
    if ignored.count > Self.maxIgnoredNamed {
      ignored.removeLast(ignored.count - Self.maxIgnoredNamed)
    }
  }
}

/// The paths' bytes at a fixed address: requests that are in flight point into it.
@safe
final class PathStorage: @unchecked Sendable {
  @unsafe let base: UnsafePointer<CChar>

  init(_ bytes: [UInt8]) {
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: max(bytes.count, 1), alignment: 1)
    unsafe bytes.withUnsafeBytes { source in
      if let start = source.baseAddress {
        unsafe memory.copyMemory(from: start, byteCount: source.count)
      }
    }
    unsafe base = UnsafePointer(memory.assumingMemoryBound(to: CChar.self))
  }

  deinit { unsafe base.deallocate() }
}

func shownPath(_ path: [UInt8]) -> String { String(decoding: path, as: UTF8.self) }
