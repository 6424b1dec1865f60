import Benchmark
import Glibc
import Tern
import TernGenerate
import TernStats

/// A reconciled store in the page cache.
private final class AnswerState {
  static let lists = 50_000
  let folder: ScratchFolder
  let store: String
  let engine = Engine(settings: EngineSettings(threads: 1))

  init() throws {
    folder = try ScratchFolder()
    store = folder.path + "/store"
    let corpus = folder.path + "/corpus"
    _ = try generate(GenerateSettings(lists: Self.lists, seed: 1), to: .folder(path: corpus))
    try engine.ingest([corpus + "/messages"], into: store)
    try engine.reconcile(store)
  }

  func verdicts(_ format: VerdictFormat) throws {
    let null = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
    defer { close(null) }
    let sink = ByteSink(descriptor: null, path: "/dev/null")
    try engine.writeVerdicts(of: store, as: format, to: sink)
    try sink.close()
  }
}

/// Questions to a store on one thread: opening, reading and decoding columns included.
func answerStages() {
  for format in VerdictFormat.allCases {
    stage(
      "verdicts: \(format.rawValue)", .lists, setup: AnswerState.init,
      amount: { _ in AnswerState.lists }, run: { try $0.verdicts(format) })
  }
  for by in ["customsCode,tradeMode,country", "hs4,country"] {
    stage(
      "stats: \(by.split(separator: ",").joined(separator: ", "))", .lists,
      setup: AnswerState.init, amount: { _ in AnswerState.lists },
      run: { try blackHole($0.engine.statistics(of: $0.store, by: Dimension.parse(by)).rows().count) })
  }
}
