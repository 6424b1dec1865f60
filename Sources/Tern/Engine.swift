import TernStore

/// The whole of Tern behind one type: messages in, a verdict for every clearance list and the
/// statistics out.
///
///     let engine = Engine()
///     try engine.ingest(["messages/"], into: "store")
///     let summary = try engine.reconcile("store")
///     let output = try ByteSink(path: "verdicts.csv")
///     try engine.writeVerdicts(of: "store", to: output)
///     try output.close()
///
/// An engine holds settings only. Any number of engines may live in one process; one at a time may
/// write to a store.
public struct Engine: Sendable {
  public var settings: EngineSettings
  /// Called now and then from a worker thread.
  public var progress: @Sendable (Progress) -> Void
  /// False for a store that goes away with the run: it need not reach the disk, and nobody looks for single documents in
  /// it or adds new ones.
  var isStoreKept = true
  var storeCalls: SystemCalls { isStoreKept ? .live : .unsynced }

  public init(
    settings: EngineSettings = EngineSettings(),
    progress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) {
    self.settings = settings
    self.progress = progress
  }
}
