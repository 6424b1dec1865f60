import TernCEB
import TernRules

extension Engine {
  /// The counts of a run as one JSON object, ending in a line feed.
  public func summary(_ ingest: IngestReport, _ reconcile: ReconcileReport) -> String {
    func object(_ entries: [(String, String)]) -> String {
      "{" + entries.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
    }
    let checked = Finding.allCases.filter(\.isImplemented)
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
        object(checked.map { ($0.name, "\(reconcile.findings[Int($0.rawValue)])") })
      ),
      (
        "notChecked",
        "["
          + Finding.allCases.filter { !$0.isImplemented }.map { "\"\($0.name)\"" }.joined(
            separator: ",") + "]"
      ),
    ]) + "\n"
  }
}
