import Glibc
import TernIO
import TernReference
import TernRules

/// How an engine runs, and by which rules it judges.
public struct EngineSettings: Sendable {
  /// Worker threads; never changes a result.
  public var threads: Int
  /// Bytes that a run may take.
  public var memoryBytes: Int
  public var io: IOBackend = .auto
  /// Also reject what breaks lengths and fixed values of the schema.
  public var strict = false
  /// An ingest that rejects more than this fails, with nothing committed.
  public var maxRejects: RejectLimit?
  public var rules = RuleSettings()
  /// Tables to look things up in. What has none is not checked.
  public var reference = ReferenceData()
  /// Thresholds of `alerts(of:)`.
  public var alerts = AlertSettings()

  public init(threads: Int? = nil, memoryBytes: Int = 2 << 30) {
    self.threads = min(max(threads ?? sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1), 256)
    self.memoryBytes = max(memoryBytes, 256 << 20)
  }
}

/// How many rejects an ingest may have.
public enum RejectLimit: Sendable, Equatable, CustomStringConvertible {
  /// Checked on the way.
  case count(Int)
  /// Of documents and rejects together, in parts per million. Known, and checked, at the end.
  case share(ppm: Int)

  public var description: String {
    switch self {
    case .count(let count): "\(count)"
    case .share(let ppm):
      ppm % 10_000 == 0 ? "\(ppm / 10_000)%" : "\(Double(ppm) / 10_000)%"
    }
  }

  func isExceeded(rejects: Int, documents: Int, atEnd: Bool) -> Bool {
    switch self {
    case .count(let count): rejects > count
    case .share(let ppm):
      atEnd && rejects * 1_000_000 > (rejects + documents) * ppm
    }
  }
}

/// How far a run has come.
public struct Progress: Sendable {
  public enum Stage: String, Sendable {
    case ingest, reconcile, verify
  }
  public var stage: Stage
  /// Bytes of input as stored (ingest, verify), or partitions (reconcile).
  public var done: UInt64
  /// 0 where it is not known, as for a pipe.
  public var total: UInt64
  public var documents: Int
  public var rejects: Int

  public init(stage: Stage, done: UInt64, total: UInt64, documents: Int = 0, rejects: Int = 0) {
    self.stage = stage
    self.done = done
    self.total = total
    self.documents = documents
    self.rejects = rejects
  }
}
