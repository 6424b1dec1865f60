/// Everything that can go wrong with a store. Each case names the file, and the bytes concerned.
public enum StoreError: Error, Equatable, Sendable {
  /// The bytes can't be what was written.
  case corrupt(file: String, range: Range<UInt64>, what: String)
  /// Written by an older version whose format is no longer read.
  case tooOld(file: String, range: Range<UInt64>, version: Int, oldest: Int)
  /// Written by a newer version.
  case tooNew(file: String, range: Range<UInt64>, version: Int, newest: Int)
  /// A system call failed; nothing half-written is left.
  case system(file: String, call: String, errno: Int32)
  /// Another process, or another `Store` of this one, writes to this store.
  case locked(path: String)
  /// There is no store here.
  case missing(path: String)
  /// A store, or something else, is already here.
  case exists(path: String)
  /// Opened for reading only, or a transaction is already open or over.
  case misuse(path: String, what: String)
}

extension StoreError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .corrupt(let file, let range, let what):
      "\(file): damaged at bytes \(range.lowerBound)..<\(range.upperBound): \(what)"
    case .tooOld(let file, let range, let version, let oldest):
      "\(file): format version \(version) (bytes \(range.lowerBound)..<\(range.upperBound)) is too old; the oldest that can be read is \(oldest)"
    case .tooNew(let file, let range, let version, let newest):
      "\(file): format version \(version) (bytes \(range.lowerBound)..<\(range.upperBound)) is too new; the newest that can be read is \(newest)"
    case .system(let file, let call, let errno):
      "\(file): \(call) failed: \(errnoText(errno)) (errno \(errno))"
    case .locked(let path): "\(path): another writer has this store open"
    case .missing(let path): "\(path): there is no store here"
    case .exists(let path): "\(path): already there and not empty"
    case .misuse(let path, let what): "\(path): \(what)"
    }
  }
}
