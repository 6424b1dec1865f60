import Glibc

/// An open file that names its path in errors and closes itself.
struct File: ~Copyable, Sendable {
  private var descriptor: Int32
  private let path: String

  /// Creates the file; it must not be there.
  init(creating path: String) throws(GenerateError) {
    try self.init(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, "create the file")
  }

  init(reading path: String) throws(GenerateError) {
    try self.init(path, O_RDONLY | O_CLOEXEC, "open the file")
  }

  private init(_ path: String, _ flags: Int32, _ action: String) throws(GenerateError) {
    let opened = unsafe Glibc.open(path, flags, 0o644)
    guard opened >= 0 else { throw .system(action: action, path: path, code: errno) }
    descriptor = opened
    self.path = path
  }

  deinit { if descriptor >= 0 { _ = Glibc.close(descriptor) } }

  func write(_ bytes: borrowing ByteBuffer, _ range: Range<Int>) throws(GenerateError) {
    if let code = bytes.write(range, to: descriptor) {
      throw .system(action: "write", path: path, code: code)
    }
  }

  /// Exactly `length` bytes at `offset`.
  func read(into buffer: inout ByteBuffer, at offset: Int, length: Int) throws(GenerateError) {
    guard let got = buffer.fill(from: descriptor, at: offset, length: length) else {
      throw .system(action: "read", path: path, code: errno)
    }
    // Somebody shortened the file meanwhile.
    guard got == length else { throw .system(action: "read", path: path, code: EIO) }
  }

  /// Tells late write errors (quota, network file systems) that `deinit` would swallow.
  mutating func close() throws(GenerateError) {
    let result = Glibc.close(descriptor)
    let code = errno
    // Linux has released the descriptor even on EINTR: it must not be closed again.
    descriptor = -1
    if result != 0 && code != EINTR { throw .system(action: "close", path: path, code: code) }
  }

  static func remove(_ path: String) throws(GenerateError) {
    guard unsafe unlink(path) == 0 else {
      throw .system(action: "remove", path: path, code: errno)
    }
  }
}

/// Folders: made, looked into, removed with all that is in them.
enum Folder {
  /// Makes the folder and those above it. One that is there already is fine.
  static func create(_ path: String) throws(GenerateError) {
    if unsafe mkdir(path, 0o755) == 0 { return }
    var code = errno
    if code == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      try create(String(path[..<slash]))
      if unsafe mkdir(path, 0o755) == 0 { return }
      code = errno
    }
    if code == EEXIST && isFolder(path) { return }
    throw .system(
      action: "create the folder", path: path, code: code == EEXIST ? ENOTDIR : code)
  }

  /// Names in the folder, unsorted, without `.` and `..`.
  static func names(_ path: String) throws(GenerateError) -> [String] {
    guard let handle = unsafe opendir(path) else {
      throw .system(action: "read the folder", path: path, code: errno)
    }
    defer { unsafe closedir(handle) }
    var names: [String] = []
    while let entry = unsafe readdir(handle) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe String(cString: UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self))
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// Removes as much as can be removed: used after a failure, whose own error is the one to tell.
  static func removeTree(_ path: String) {
    if isFolder(path) {
      for name in (try? names(path)) ?? [] { removeTree("\(path)/\(name)") }
      _ = unsafe rmdir(path)
    } else {
      _ = unsafe unlink(path)
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
