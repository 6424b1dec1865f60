import Glibc

/// The repository's root, derived from where this file was compiled.
public let repositoryRoot: String = {
  let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
  return parts.dropLast(3).joined(separator: "/")
}()

/// An executable of this package, built beside the running tests; nil if it is not there.
public func builtExecutable(_ name: String) -> String? {
  let own = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { path in
    let count = unsafe readlink("/proc/self/exe", path.baseAddress!, path.count)
    return unsafe String(
      decoding: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(path)[..<max(count, 0)]),
      as: UTF8.self)
  }
  // The tests run as a bundle's executable, or are loaded by a helper that gets the bundle's path.
  let candidates = [own] + CommandLine.arguments.filter { $0.contains(".xctest") }
  for candidate in candidates {
    var folder = candidate.split(separator: "/", omittingEmptySubsequences: false)
    while folder.count > 1 {
      folder.removeLast()
      let path = (folder + [Substring(name)]).joined(separator: "/")
      if candidate.contains("/debug/") || candidate.contains("/release/"), isExecutableFile(path) {
        return path
      }
      if folder.last == "debug" || folder.last == "release" { break }
    }
  }
  return nil
}

private func isExecutableFile(_ path: String) -> Bool {
  var info = stat()
  guard unsafe stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { return false }
  return unsafe access(path, X_OK) == 0
}

/// Folders in `corpora/` that hold a case, by name.
public let corpora: [String] = names(in: "\(repositoryRoot)/corpora").filter {
  isFolder("\(repositoryRoot)/corpora/\($0)/input")
}

/// `corpora/NAME`.
public func corpus(_ name: String) -> String { "\(repositoryRoot)/corpora/\(name)" }
