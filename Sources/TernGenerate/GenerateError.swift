import Glibc

/// Why a corpus could not be made.
public enum GenerateError: Error, Equatable, CustomStringConvertible {
  /// A setting out of its range; the text names it.
  case invalidSettings(String)
  /// The target folder has something in it already.
  case targetNotEmpty(path: String)
  /// A system call failed: what was tried, on which path, and its `errno`.
  case system(action: String, path: String, code: Int32)

  public var description: String {
    switch self {
    case .invalidSettings(let reason): reason
    case .targetNotEmpty(let path): "\(path): the folder is not empty"
    case .system(let action, let path, let code):
      "\(path): cannot \(action): \(unsafe String(cString: strerror(code)))"
    }
  }
}
