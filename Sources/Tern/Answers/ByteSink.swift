import Glibc

/// Bytes on their way to a file or to standard output, in pieces.
public final class ByteSink {
  private static let pieceBytes = 256 * 1024

  var bytes: [UInt8] = []
  private let descriptor: Int32
  private let path: String
  private let temporaryPath: String?
  /// `close` brings the file to disk.
  private let isSynced: Bool

  /// Standard output.
  public convenience init() { self.init(descriptor: STDOUT_FILENO, path: "standard output") }

  /// Something open, which stays open; `path` names it in errors.
  public init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
    temporaryPath = nil
    isSynced = false
  }

  /// A file that appears whole, under its name, when `close` succeeds, or not at all.
  ///
  /// - Parameter isSynced: false where the caller brings many files to disk at once.
  public init(path: String, isSynced: Bool = true) throws(TernError) {
    self.path = path
    self.isSynced = isSynced
    let temporary = path + ".tmp"
    temporaryPath = temporary
    descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    if descriptor < 0 { throw .output(path: temporary, operation: "open", errno: errno) }
  }

  deinit { abandon() }

  private var isClosed = false

  public func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
  public func append(_ byte: UInt8) { bytes.append(byte) }
  public func append(_ other: [UInt8]) { bytes.append(contentsOf: other) }

  /// Writes what has gathered, if it is enough to be worth a call.
  public func flushIfFull() throws(TernError) {
    if bytes.count >= Self.pieceBytes { try flush() }
  }

  public func flush() throws(TernError) {
    try unsafe bytes.withUnsafeBufferPointer { (all) throws(TernError) in try unsafe put(all) }
    bytes.removeAll(keepingCapacity: true)
  }

  /// Writes a large piece as it is, behind what has gathered.
  func write(_ piece: UnsafeBufferPointer<UInt8>) throws(TernError) {
    try flush()
    try unsafe put(piece)
  }

  private func put(_ piece: UnsafeBufferPointer<UInt8>) throws(TernError) {
    var start = 0
    while start < piece.count {
      let written = unsafe Glibc.write(
        descriptor, piece.baseAddress! + start, piece.count - start)
      if written < 0 {
        if errno == EINTR { continue }
        throw .output(path: path, operation: "write", errno: errno)
      }
      start += written
    }
  }

  /// Writes the rest and gives the file its name.
  public func close() throws(TernError) {
    try flush()
    guard let temporaryPath, !isClosed else { return }
    if isSynced, fsync(descriptor) != 0 { throw .output(path: temporaryPath, operation: "fsync", errno: errno) }
    isClosed = true
    _ = Glibc.close(descriptor)
    if unsafe rename(temporaryPath, path) != 0 {
      throw .output(path: path, operation: "rename", errno: errno)
    }
  }

  private func abandon() {
    guard let temporaryPath, !isClosed else { return }
    isClosed = true
    _ = Glibc.close(descriptor)
    _ = unsafe unlink(temporaryPath)
  }
}
