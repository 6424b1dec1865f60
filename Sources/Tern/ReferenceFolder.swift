import Glibc
import TernReference

/// The folder that reference tables are read from.
public enum ReferenceFolder {
  /// Larger files are refused.
  static let byteCountMax = 256 << 20

  /// Reads every `.csv` of a folder.
  ///
  /// - Returns: the tables, and the names of `.csv` files that are none.
  /// - Throws: `reference` with file and line at the first thing that is wrong.
  public static func load(_ path: String) throws(TernError) -> (data: ReferenceData, ignored: [String]) {
    guard let folder = unsafe opendir(path) else {
      throw .reference(path: path, what: "the folder cannot be read: \(errorText(errno))")
    }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name.hasSuffix(".csv"), name.utf8.first != UInt8(ascii: ".") { names.append(name) }
    }
    var contents: [(name: String, bytes: [UInt8])] = []
    for name in names.sorted() where ReferenceData.fileNames.contains(name) {
      contents.append((name, try bytes("\(path)/\(name)")))
    }
    let ignored = names.sorted().filter { !ReferenceData.fileNames.contains($0) }
    if contents.isEmpty {
      throw .reference(
        path: path,
        what: "no reference table is in it; there may be \(ReferenceData.fileNames.joined(separator: ", "))")
    }
    do throws(ReferenceError) {
      return (try ReferenceData(contents: contents), ignored)
    } catch {
      throw .reference(path: path, what: "\(error)")
    }
  }

  /// A whole small file.
  public static func bytes(_ path: String) throws(TernError) -> [UInt8] {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .reference(path: path, what: errorText(errno)) }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = unsafe read(file, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .reference(path: path, what: errorText(errno)) }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= byteCountMax else {
        throw .reference(path: path, what: "larger than \(byteCountMax >> 20) MiB")
      }
    }
  }
}
