import Glibc

/// Bytes on their way to a file or to standard output, in pieces.
public final class ByteSink {
  private static let pieceBytes = 256 * 1024

  private(set) var bytes: [UInt8] = []
  private let descriptor: Int32
  private let path: String
  private let temporaryPath: String?

  /// Standard output.
  public init() {
    descriptor = STDOUT_FILENO
    path = "standard output"
    temporaryPath = nil
  }

  /// A file that appears whole, under its name, when `close` succeeds, or not at all.
  public init(path: String) throws(TernError) {
    self.path = path
    let temporary = path + ".tmp"
    temporaryPath = temporary
    descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    if descriptor < 0 { throw .output(path: temporary, operation: "open", errno: errno) }
  }

  deinit { abandon() }

  private var isClosed = false

  public func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
  public func append(_ byte: UInt8) { bytes.append(byte) }
  public func append(_ other: UnsafeBufferPointer<UInt8>) { unsafe bytes.append(contentsOf: other) }
  public func append(_ other: [UInt8]) { bytes.append(contentsOf: other) }

  /// Writes what has gathered, if it is enough to be worth a call.
  public func flushIfFull() throws(TernError) {
    if bytes.count >= Self.pieceBytes { try flush() }
  }

  public func flush() throws(TernError) {
    var start = 0
    while start < bytes.count {
      let written = unsafe bytes.withUnsafeBytes {
        unsafe write(descriptor, $0.baseAddress! + start, $0.count - start)
      }
      if written < 0 {
        if errno == EINTR { continue }
        throw .output(path: path, operation: "write", errno: errno)
      }
      start += written
    }
    bytes.removeAll(keepingCapacity: true)
  }

  /// Writes the rest and gives the file its name.
  public func close() throws(TernError) {
    try flush()
    guard let temporaryPath, !isClosed else { return }
    if fsync(descriptor) != 0 { throw .output(path: temporaryPath, operation: "fsync", errno: errno) }
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
