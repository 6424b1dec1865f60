import Glibc

/// A folder of a run's own, which goes away with its last reference.
final class ScratchFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/tern-benchmark-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw MeasureError("no temporary folder") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { Self.remove(path) }

  private static func remove(_ path: String) {
    if let open = unsafe opendir(path) {
      while let entry = unsafe readdir(open) {
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
          unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
        }
        if name != "." && name != ".." { remove(path + "/" + name) }
      }
      unsafe closedir(open)
    }
    _ = unsafe Glibc.remove(path)
  }
}
