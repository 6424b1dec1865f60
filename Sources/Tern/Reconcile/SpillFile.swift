import Glibc

/// A file in a store's folder that has lost its name: gone when its last use ends, also by a kill.
@safe
struct SpillFile: ~Copyable {
  let descriptor: Int32

  /// - Parameter name: by default the manifest's temporary name, which the one writer does not use
  ///   meanwhile: should a kill come before the name is removed, the next writer does it.
  init(folder: String, byteCount: Int, name: String = "manifest.tmp") throws(TernError) {
    let path = "\(folder)/\(name)"
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .output(path: path, operation: "open", errno: errno) }
    var failed = unsafe unlink(path) == 0 ? 0 : errno
    // Room is taken now: a disk that is full later would be a bus error.
    if failed == 0 { failed = posix_fallocate(descriptor, 0, off_t(max(byteCount, 1))) }
    guard failed == 0 else {
      close(descriptor)
      throw .output(path: path, operation: "allocate", errno: failed)
    }
  }

  deinit { close(descriptor) }
}
