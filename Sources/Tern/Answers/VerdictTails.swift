import TernCEB
import TernRules

/// The ends of rows: disposition, `returnStatus` and findings, made once for each verdict that
/// occurs.
struct VerdictTails: ~Copyable {
  private struct Tail: BitwiseCopyable {
    var findings: UInt64 = 0
    /// 0: nothing here.
    var disposition: UInt8 = 0
    var start: UInt32 = 0
    var count: UInt32 = 0
  }

  private struct Key: Hashable {
    var disposition: UInt8
    var findings: UInt64
  }

  private let format: VerdictFormat
  private var bytes = GrowableBuffer<UInt8>()
  private var known: [Key: Tail] = [:]
  /// The verdicts seen last, each in the one place where it may be: few are frequent.
  private var recent = [Tail](repeating: Tail(), count: 64)

  init(_ format: VerdictFormat) { self.format = format }

  @inline(__always)
  mutating func append(disposition: UInt8, findings: UInt64, to out: inout RowBytes) {
    let hash = (findings &+ UInt64(disposition)) &* 0x9e37_79b9_7f4a_7c15
    let place = Int(truncatingIfNeeded: hash &>> 58)
    var tail = recent[place]
    if tail.findings != findings || tail.disposition != disposition {
      tail = find(disposition: disposition, findings: findings)
      recent[place] = tail
    }
    unsafe out.append(bytes.base + Int(tail.start), Int(tail.count))
  }

  @inline(never)
  private mutating func find(disposition: UInt8, findings: UInt64) -> Tail {
    let key = Key(disposition: disposition, findings: findings)
    if let tail = known[key] { return tail }
    let text = Array(text(key).utf8)
    let tail = Tail(
      findings: findings, disposition: disposition, start: UInt32(bytes.count),
      count: UInt32(text.count))
    bytes.append(contentsOf: text)
    // Short tails are copied 32 bytes at a time.
    bytes.reserve(32)
    known[key] = tail
    return tail
  }

  private func text(_ key: Key) -> String {
    let disposition = Disposition(rawValue: key.disposition &- 1)
    let (name, status) = (disposition?.name ?? "", disposition?.returnStatus ?? "")
    let findings = FindingSet(rawValue: key.findings).text
    switch format {
    case .csv: return ",\(name),\(status),\(findings)\n"
    case .ndjson:
      let names = findings.split(separator: ";").map { "\"\($0)\"" }.joined(separator: ",")
      return "\",\"disposition\":\"\(name)\",\"returnStatus\":\"\(status)\",\"findings\":[\(names)]}\n"
    }
  }
}
