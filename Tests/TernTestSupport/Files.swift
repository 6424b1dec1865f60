import Glibc

// Files as whole byte arrays. A failure here is the test's own: it traps with the path.

/// A file's bytes; nil if it cannot be read.
public func readFile(_ path: String) -> [UInt8]? {
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { _ = close(descriptor) }
  var bytes: [UInt8] = []
  while true {
    let piece = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
      count = unsafe max(read(descriptor, buffer.baseAddress!, buffer.count), 0)
    }
    if piece.isEmpty { return bytes }
    bytes += piece
  }
}

/// A file's text; nil if it cannot be read. Bytes that are not UTF-8 become U+FFFD.
public func readText(_ path: String) -> String? {
  readFile(path).map { String(decoding: $0, as: UTF8.self) }
}

public func writeFile(_ path: String, _ bytes: [UInt8]) {
  let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
  precondition(descriptor >= 0, "open \(path): errno \(errno)")
  defer { _ = close(descriptor) }
  var start = 0
  while start < bytes.count {
    let written = unsafe bytes.withUnsafeBytes {
      unsafe write(descriptor, $0.baseAddress! + start, $0.count - start)
    }
    precondition(written > 0, "write \(path): errno \(errno)")
    start += written
  }
}

public func writeFile(_ path: String, _ text: String) { writeFile(path, Array(text.utf8)) }

public func makeFolder(_ path: String) {
  precondition(unsafe mkdir(path, 0o755) == 0, "mkdir \(path): errno \(errno)")
}

/// A link is no folder.
public func isFolder(_ path: String) -> Bool {
  var info = stat()
  return unsafe lstat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
}

/// Names in a folder, in byte order; none if it is not there.
public func names(in folder: String) -> [String] {
  guard let stream = unsafe opendir(folder) else { return [] }
  defer { _ = unsafe closedir(stream) }
  var names: [String] = []
  while let entry = unsafe readdir(stream) {
    let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
      unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
}

/// Every file below a folder, as paths relative to it, in byte order of the names.
public func filesBelow(_ folder: String) -> [String] {
  names(in: folder).flatMap { name in
    isFolder("\(folder)/\(name)")
      ? filesBelow("\(folder)/\(name)").map { "\(name)/\($0)" } : [name]
  }
}

/// A folder without subfolders, as it is now.
public func contents(of folder: String) -> [String: [UInt8]] {
  var files: [String: [UInt8]] = [:]
  for name in names(in: folder) { files[name] = readFile("\(folder)/\(name)") }
  return files
}

public func removeFolder(_ path: String) {
  for name in names(in: path) {
    let inner = "\(path)/\(name)"
    if isFolder(inner) { removeFolder(inner) } else { _ = unsafe unlink(inner) }
  }
  _ = unsafe rmdir(path)
}

/// A new folder that goes away with its last reference.
public final class TemporaryFolder: Sendable {
  public let path: String

  /// - Parameter inMemory: on the memory file system where there is one: for tests that would
  ///   spend their time waiting for the disk.
  public init(inMemory: Bool = false) {
    let usual = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    let base = unsafe inMemory && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : usual
    var template = Array("\(base)/tern-test.XXXXXX".utf8CString)
    path = unsafe template.withUnsafeMutableBufferPointer { buffer in
      precondition(unsafe mkdtemp(buffer.baseAddress!) != nil, "mkdtemp in \(base): errno \(errno)")
      return unsafe String(cString: buffer.baseAddress!)
    }
  }

  deinit { removeFolder(path) }

  /// A path inside.
  public subscript(_ name: String) -> String { "\(path)/\(name)" }
}

public func removeFile(_ path: String) { _ = unsafe unlink(path) }
