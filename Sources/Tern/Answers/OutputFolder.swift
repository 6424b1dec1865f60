import Glibc

/// A folder of results that appears whole, under its name, when `publish` succeeds, or not at all.
///
/// Files are written into a folder beside it, which is renamed at the end.
public final class OutputFolder {
  /// The folder's name in the end.
  public let path: String
  private let temporaryPath: String
  private var isPublished = false

  /// - Throws: `folderInUse` if there are files in `path` already; `output`.
  public init(path: String) throws(TernError) {
    let trimmed = path.last == "/" && path.count > 1 ? String(path.dropLast()) : path
    self.path = trimmed
    guard try Self.isFree(trimmed) else { throw .folderInUse(path: trimmed) }
    temporaryPath = trimmed + ".tmp-\(getpid())"
    try Self.makeFolders(temporaryPath)
  }

  deinit { if !isPublished { Self.remove(temporaryPath) } }

  /// A new file of the folder; `name` may have folders in front. It counts once it is closed.
  public func file(_ name: String) throws(TernError) -> ByteSink {
    if let slash = name.lastIndex(of: "/") {
      try Self.makeFolders("\(temporaryPath)/\(name[..<slash])")
    }
    return try ByteSink(path: "\(temporaryPath)/\(name)", isSynced: false)
  }

  /// Brings everything to disk and gives the folder its name.
  public func publish() throws(TernError) {
    sync()
    // An empty folder of that name gives way.
    _ = unsafe rmdir(path)
    guard unsafe rename(temporaryPath, path) == 0 else {
      throw .output(path: path, operation: "rename", errno: errno)
    }
    isPublished = true
  }

  private static func isFree(_ path: String) throws(TernError) -> Bool {
    guard let folder = unsafe opendir(path) else {
      if errno == ENOENT { return true }
      throw .output(path: path, operation: "opendir", errno: errno)
    }
    defer { unsafe closedir(folder) }
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
      }
      if name != ".", name != ".." { return false }
    }
    return true
  }

  /// Makes a folder and those above it.
  static func makeFolders(_ path: String) throws(TernError) {
    var ends = path.indices.filter { path[$0] == "/" }
    ends.append(path.endIndex)
    for end in ends where end > path.startIndex {
      let made = String(path[..<end])
      if unsafe mkdir(made, 0o755) != 0, errno != EEXIST {
        throw .output(path: made, operation: "mkdir", errno: errno)
      }
    }
  }

  /// Removes a folder and everything in it.
  static func remove(_ path: String) {
    guard let folder = unsafe opendir(path) else { return }
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
      }
      guard name != ".", name != ".." else { continue }
      if unsafe unlink("\(path)/\(name)") != 0, errno == EISDIR { remove("\(path)/\(name)") }
    }
    _ = unsafe closedir(folder)
    _ = unsafe rmdir(path)
  }
}
