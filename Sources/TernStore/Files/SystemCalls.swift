import Glibc
import TernCEB

// Every call to the kernel that the store makes, in one file: so that a test can make the n-th one
// fail, look at the folder after each, and cut writes short. An operating error (a full disk, a
// missing right) throws with errno, the call's name and the file; EINTR is tried again.

func errnoText(_ number: Int32) -> String {
  guard let text = unsafe strerror(number) else { return "unknown error" }
  return unsafe String(cString: text)
}

/// The store's way to the kernel. `live` is the real one; tests make their own.
public final class SystemCalls: Sendable {
  public enum Call: String, Sendable, CaseIterable {
    case open, fstat, pread, write, fsync, rename, unlink, mkdir, readdir, flock, getrandom
  }

  public static let live = SystemCalls()
  /// For a store that does not outlive its process: nothing waits for the disk.
  public static let unsynced = SystemCalls(syncs: false)

  /// Asked before each call; anything but 0 is the errno with which it fails instead.
  private let fault: (@Sendable (Call, String) -> Int32)?
  /// Told after each call that succeeded.
  private let observer: (@Sendable (Call, String) -> Void)?
  /// Most bytes that one `write` is given.
  private let writeBytesMax: Int
  private let syncs: Bool

  public init(
    writeBytesMax: Int = 1 << 30, syncs: Bool = true,
    fault: (@Sendable (Call, String) -> Int32)? = nil,
    observer: (@Sendable (Call, String) -> Void)? = nil
  ) {
    self.fault = fault
    self.observer = observer
    self.writeBytesMax = writeBytesMax
    self.syncs = syncs
  }

  /// Runs `body` until it is not interrupted; a negative result throws.
  @discardableResult
  private func call(_ name: Call, _ path: String, _ body: () -> Int) throws(StoreError) -> Int {
    if let error = fault?(name, path), error != 0 {
      throw .system(file: path, call: name.rawValue, errno: error)
    }
    while true {
      let result = body()
      if result >= 0 {
        observer?(name, path)
        return result
      }
      if errno != EINTR { throw .system(file: path, call: name.rawValue, errno: errno) }
    }
  }

  func open(_ path: String) throws(StoreError) -> OpenFile {
    OpenFile(
      path,
      try call(.open, path) { unsafe Int(Glibc.open(path, O_RDONLY | O_CLOEXEC)) })
  }

  /// Makes a file that is not there yet.
  func create(_ path: String, mode: mode_t = 0o644) throws(StoreError) -> OpenFile {
    OpenFile(
      path,
      try call(.open, path) {
        unsafe Int(Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode))
      })
  }

  func openFolder(_ path: String) throws(StoreError) -> OpenFile {
    OpenFile(
      path,
      try call(.open, path) { unsafe Int(Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) })
  }

  func makeFolder(_ path: String) throws(StoreError) {
    try call(.mkdir, path) { unsafe Int(Glibc.mkdir(path, 0o755)) }
  }

  func size(_ file: OpenFile) throws(StoreError) -> UInt64 {
    var status = stat()
    try call(.fstat, file.path) { unsafe Int(fstat(file.descriptor, &status)) }
    return UInt64(status.st_size)
  }

  /// Reads up to `count` bytes from `offset`; fewer only at the end of the file.
  func read(
    _ file: OpenFile, offset: UInt64, count: Int, to target: View<UInt8>
  ) throws(StoreError) -> Int {
    precondition(count <= target.count)
    var done = 0
    while done < count {
      let result = try call(.pread, file.path) {
        unsafe pread(
          file.descriptor, target.base + done, count - done, off_t(offset) + off_t(done))
      }
      if result == 0 { break }
      done += result
    }
    return done
  }

  func write(_ file: OpenFile, _ bytes: View<UInt8>, count: Int) throws(StoreError) {
    precondition(count <= bytes.count)
    var done = 0
    while done < count {
      done += try call(.write, file.path) {
        unsafe Glibc.write(file.descriptor, bytes.base + done, min(count - done, writeBytesMax))
      }
    }
  }

  /// Also for a folder: then the names in it are on disk.
  func sync(_ file: OpenFile) throws(StoreError) {
    if syncs { try call(.fsync, file.path) { Int(fsync(file.descriptor)) } }
  }

  func rename(_ old: String, to new: String) throws(StoreError) {
    try call(.rename, new) { unsafe Int(Glibc.rename(old, new)) }
  }

  func remove(_ path: String) throws(StoreError) {
    try call(.unlink, path) { unsafe Int(unlink(path)) }
  }

  /// Names in a folder, sorted.
  func list(_ path: String) throws(StoreError) -> [String] {
    if let error = fault?(.readdir, path), error != 0 {
      throw .system(file: path, call: Call.readdir.rawValue, errno: error)
    }
    guard let folder = unsafe opendir(path) else {
      throw .system(file: path, call: "opendir", errno: errno)
    }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(folder) else {
        if errno != 0 { throw .system(file: path, call: "readdir", errno: errno) }
        return names.sorted()
      }
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
  }

  /// Takes the lock that lasts until the file is closed; false if another holds it.
  ///
  /// A program that this process is just starting holds copies of all its descriptors for a moment, so
  /// that a lock which was let go seems to be held. A tenth of a second is waited for that.
  func lock(_ file: OpenFile) throws(StoreError) -> Bool {
    for attempt in 0..<20 {
      if attempt > 0 { usleep(5000) }
      do {
        try call(.flock, file.path) { Int(flock(file.descriptor, LOCK_EX | LOCK_NB)) }
        return true
      } catch .system(_, _, EWOULDBLOCK) {
        continue
      }
    }
    return false
  }

  func fillRandom(_ bytes: View<UInt8>, for path: String) throws(StoreError) {
    // getentropy is getrandom without flags, for 256 bytes at most; it never returns fewer.
    precondition(bytes.count <= 256)
    try call(.getrandom, path) { unsafe Int(getentropy(bytes.base, bytes.count)) }
  }
}

/// A descriptor that closes itself. Reading by position makes it safe to share.
final class OpenFile: Sendable {
  let path: String
  let descriptor: Int32

  fileprivate init(_ path: String, _ descriptor: Int) {
    self.path = path
    self.descriptor = Int32(descriptor)
  }

  // What was written has been synced before; an error here has nothing left to say.
  deinit { close(descriptor) }
}
