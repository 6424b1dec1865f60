import Glibc

/// Collects the files under the named inputs, in any order; the plan sorts them.
struct PlanWalk {
  var entries: [InputPlan.Entry] = []
  var pathBytes: [UInt8] = []
  var failures: [SourceFailure] = []
  var ignored: [IgnoredFile] = []
  /// Called with each folder's path before it is opened; tests take the folder away here.
  var beforeFolder: (([UInt8]) -> Void)?

  private enum Seen {
    case file(UInt64)
    case folder
    case other
  }

  mutating func add(input: [UInt8]) throws(InputError) {
    if input == [UInt8(ascii: "-")] {
      try append(path: input, size: 0, kind: .standardInput)
      return
    }
    let path = normalised(input)
    let seen: Seen
    do throws(SystemFailure) {
      // An empty name, or one with a zero in it, names nothing; the kernel would see another.
      guard !path.isEmpty, !path.contains(0) else {
        throw SystemFailure(operation: "stat", path: shownPath(input), errno: ENOENT)
      }
      seen = try look(at: path)
    } catch { throw .input(error) }
    switch seen {
    case .file(let size): try append(path: path, size: size, kind: .file)
    case .folder: try walk(folder: path)
    case .other: try append(path: path, size: 0, kind: .stream)
    }
  }

  private mutating func append(path named: [UInt8], size: UInt64, kind: InputPlan.Kind)
    throws(InputError)
  {
    guard entries.count < InputPlan.maxSources else {
      throw .tooManyInputs(limit: InputPlan.maxSources)
    }
    // A file of this name is not standard input.
    let isFileNamedDash = kind != .standardInput && named == [UInt8(ascii: "-")]
    let path = isFileNamedDash ? Array("./-".utf8) : named
    entries.append(
      InputPlan.Entry(
        pathOffset: UInt64(pathBytes.count), size: size, pathCount: UInt32(path.count), kind: kind))
    pathBytes.append(contentsOf: path)
    pathBytes.append(0)
  }

  /// A stack and not recursion: no folder is too deep, and one descriptor is open at a time.
  private mutating func walk(folder: [UInt8]) throws(InputError) {
    var waiting = [folder]
    while let next = waiting.popLast() {
      beforeFolder?(next)
      try list(folder: next, into: &waiting)
    }
  }

  private mutating func list(folder: [UInt8], into waiting: inout [[UInt8]]) throws(InputError) {
    let opened = unsafe withCPath(folder) { unsafe opendir($0) }
    guard let stream = unsafe opened else {
      fail("opendir", folder, errno)
      return
    }
    defer { unsafe closedir(stream) }
    let descriptor = unsafe dirfd(stream)
    // The working folder's files are named as the user would name them.
    let isHere = folder == [UInt8(ascii: ".")]
    let slash = UInt8(ascii: "/")
    let prefix = isHere ? [] : folder.last == slash ? folder : folder + [slash]
    while true {
      errno = 0
      guard let entry = unsafe readdir(stream) else {
        if errno != 0 { fail("readdir", folder, errno) }
        return
      }
      let name = unsafe entryName(entry)
      if name == [UInt8(ascii: ".")] || name == Array("..".utf8) { continue }
      let path = prefix + name
      let type = unsafe Int32(entry.pointee.d_type)
      if type == Int32(DT_DIR), name.first != UInt8(ascii: ".") {
        waiting.append(path)
        continue
      }
      if Self.isIgnored(name) {
        ignored.append(IgnoredFile(path: shownPath(path), reason: .name))
        continue
      }
      let seen: Seen
      do throws(SystemFailure) {
        seen = try look(at: path, name: name, in: descriptor)
      } catch {
        failures.append(error)
        continue
      }
      switch seen {
      case .file(let size): try append(path: path, size: size, kind: .file)
      case .folder where type == Int32(DT_LNK):
        ignored.append(IgnoredFile(path: shownPath(path), reason: .linkedFolder))
      case .folder:
        // Some file systems name no type; then a link shows only without following it.
        if isLink(name, in: descriptor) {
          ignored.append(IgnoredFile(path: shownPath(path), reason: .linkedFolder))
        } else {
          waiting.append(path)
        }
      case .other: ignored.append(IgnoredFile(path: shownPath(path), reason: .notAFile))
      }
    }
  }

  private mutating func fail(_ operation: String, _ path: [UInt8], _ number: Int32) {
    failures.append(SystemFailure(operation: operation, path: shownPath(path), errno: number))
  }

  private func look(at path: [UInt8], name: [UInt8]? = nil, in folder: Int32 = AT_FDCWD)
    throws(SystemFailure) -> Seen
  {
    var status = stat()
    let result = unsafe withCPath(name ?? path) { unsafe fstatat(folder, $0, &status, 0) }
    guard result == 0 else {
      throw SystemFailure(operation: "stat", path: shownPath(path), errno: errno)
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file(UInt64(max(status.st_size, 0)))
    case S_IFDIR: return .folder
    default: return .other
    }
  }

  private func isLink(_ name: [UInt8], in folder: Int32) -> Bool {
    var status = stat()
    let result = unsafe withCPath(name) {
      unsafe fstatat(folder, $0, &status, AT_SYMLINK_NOFOLLOW)
    }
    return result == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  static func isIgnored(_ name: [UInt8]) -> Bool {
    if name.first == UInt8(ascii: ".") { return true }
    return endings.contains { name.count > $0.count && name.suffix($0.count) == $0[...] }
  }

  private static let endings = InputPlan.ignoredEndings.map { Array($0.utf8) }
}

/// Takes out empty and `.` components, which change nothing; `..` stays, links may make it matter.
func normalised(_ path: [UInt8]) -> [UInt8] {
  guard let first = path.first else { return [] }
  let slash = UInt8(ascii: "/")
  let parts = path.split(separator: slash).filter { $0 != [UInt8(ascii: ".")] }
  let joined = Array(parts.joined(separator: [slash]))
  if first == slash { return [slash] + joined }
  return joined.isEmpty ? [UInt8(ascii: ".")] : joined
}

private func withCPath<Result>(_ path: [UInt8], _ body: (UnsafePointer<CChar>) -> Result) -> Result
{
  unsafe (path + [0]).withUnsafeBytes {
    unsafe body($0.baseAddress!.assumingMemoryBound(to: CChar.self))
  }
}

private func entryName(_ entry: UnsafeMutablePointer<dirent>) -> [UInt8] {
  unsafe withUnsafeBytes(of: &entry.pointee.d_name) { field in
    unsafe Array(field.prefix { $0 != 0 })
  }
}
