import TernRules

extension Engine {
  /// Writes one page (HTML, UTF-8) with what a store holds and what became of it: totals, flow, findings,
  /// values, volume, alerts, rejects, reference tables and settings. It needs no other file and no network, and has
  /// both languages.
  ///
  /// Every figure is that of another answer: see `Report/README.md`. The same store and settings give the same
  /// bytes. Reads the columns of the statistics two or three times, all rejects, and what `alerts(of:)` reads, which
  /// also bounds the memory.
  ///
  /// - Parameter language: the one shown first.
  /// - Throws: `notReconciled` if there are no verdicts for just these documents. Does not close `sink`.
  public func writeReport(
    of path: String, language: Language = .english, to sink: ByteSink
  ) throws(TernError) {
    let page = ReportPage(
      figures: try ReportFigures(self, path), reference: settings.reference,
      alertSettings: settings.alerts, language: language)
    sink.append(page.html.source)
    try sink.flushIfFull()
  }
}
