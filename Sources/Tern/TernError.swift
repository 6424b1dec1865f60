import TernIO
import TernStats
import TernStore

/// Why a run could not be done. Nothing half-written is left.
public enum TernError: Error, CustomStringConvertible {
  case input(InputError)
  case store(StoreError)
  case statistics(StatisticsError)
  /// A question to the statistics makes no sense.
  case query(QueryError)
  /// A file of results could not be written.
  case output(path: String, operation: String, errno: Int32)
  /// A table cannot be understood, or not be joined with its lines.
  case table(path: String, what: String)
  /// A reference table, a rules file or a key cannot be used.
  case reference(path: String, what: String)
  /// The store has no verdicts, or they are older than its documents.
  case notReconciled(store: String)

  /// More combinations than are counted.
  case tooManyCounts(limit: Int)
  /// More was rejected than `EngineSettings.maxRejects` allows; nothing was committed. `first` says what
  /// the first ones were.
  case tooManyRejects(rejects: Int, limit: RejectLimit, first: [String])
  /// What is asked of a summary is impossible, or not what the store remembers of it.
  case summarySettings(what: String)
  /// A summary's sums, computed in two ways, differ: a defect of this program. Nothing was declared.
  case summaryDisagrees(what: String)
  /// A folder for results is not empty.
  case folderInUse(path: String)

  public var description: String {
    switch self {
    case .input(let error): "\(error)"
    case .store(let error): "\(error)"
    case .statistics(let error): "\(error)"
    case .query(let error): "\(error)"
    case .output(let path, let operation, let errno):
      "\(path): \(operation) failed: \(errorText(errno))"
    case .table(let path, let what), .reference(let path, let what): "\(path): \(what)"
    case .notReconciled(let store):
      "\(store): its verdicts are missing or older than its documents; run 'tern reconcile \(store)' first"
    case .tooManyCounts(let limit):
      "more than \(limit) combinations to count; count by fewer things, or filter"
    case .tooManyRejects(let rejects, let limit, let first):
      "\(rejects) rejected, more than the \(limit) allowed; nothing was committed. The first:"
        + first.map { "\n  " + $0 }.joined()
    case .summarySettings(let what): what
    case .summaryDisagrees(let what):
      "the summary contradicts itself: \(what); nothing was declared, please report it"
    case .folderInUse(let path):
      "\(path): there are files in it; name a folder that is empty or not there yet"
    }
  }
}

/// Runs `body` and gives its store errors the engine's type.
func storing<Result>(_ body: () throws(StoreError) -> Result) throws(TernError) -> Result {
  do throws(StoreError) { return try body() } catch { throw .store(error) }
}
