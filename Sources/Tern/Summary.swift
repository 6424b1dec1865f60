import TernCEB
import TernReference
import TernRules

extension Engine {
  /// The counts of a run as one JSON object, ending in a line feed.
  public func summary(_ ingest: IngestReport, _ reconcile: ReconcileReport) -> String {
    func object(_ entries: [(String, String)]) -> String {
      "{" + entries.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
    }
    return object([
      ("asOf", "\"\(timeText(reconcile.asOf))\""),
      ("sources", "\(ingest.sources)"),
      ("inputBytes", "\(ingest.inputBytes)"),
      (
        "documents",
        object(Kind.allCases.map { ($0.name, "\(ingest.documents[Int($0.rawValue)])") })
      ),
      ("rejects", "\(ingest.rejects)"),
      ("schemaRemarks", "\(ingest.schemaRemarks)"),
      ("lists", "\(reconcile.lists)"),
      (
        "dispositions",
        object(
          Disposition.allCases.map { ($0.name, "\(reconcile.dispositions[Int($0.rawValue)])") })
      ),
      ("cancellations", "\(reconcile.cancellations)"),
      ("orphanCancellations", "\(reconcile.orphanCancellations)"),
      ("returns", "\(reconcile.returns)"),
      ("exceedingReturns", "\(reconcile.exceedingReturns)"),
      ("orphanReturns", "\(reconcile.orphanReturns)"),
      (
        "findings",
        object(Finding.allCases.map { ($0.name, "\(reconcile.findings[Int($0.rawValue)])") })
      ),
      (
        "notChecked",
        "["
          + settings.reference.unchecked.map {
            "{\"finding\":\"\($0.finding.name)\",\"what\":\"\($0.what)\",\"table\":\"\($0.table)\"}"
          }.joined(separator: ",") + "]"
      ),
      (
        "reference",
        object(
          [("contentHash", "\"\(settings.reference.contentHash)\"")]
            + settings.reference.files.map {
              ($0.name, "{\"rows\":\($0.rows),\"sha256\":\"\($0.sha256)\"}")
            })
      ),
    ]) + "\n"
  }
}
