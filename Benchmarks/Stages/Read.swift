import Benchmark
import TernCEB
import TernGenerate
import TernIO

private final class ReadState {
  let folder: ScratchFolder
  let plan: InputPlan
  let backend: IOBackend

  init(_ backend: IOBackend) throws {
    self.backend = backend
    folder = try ScratchFolder()
    _ = try generate(
      GenerateSettings(lists: 20_000, seed: 1), to: .folder(path: folder.path + "/corpus"))
    plan = try InputPlan(inputs: [folder.path + "/corpus/messages"])
  }

  func read() throws {
    let reader = try unsafe InputReader(plan: plan, options: InputOptions(backend: backend)) {
      unsafe MessageSplitter.lastCut(in: $0)
    }
    var bytes: UInt64 = 0
    while let unit = try reader.next() {
      bytes += unit.inputBytes
      reader.recycle(unit)
    }
    precondition(bytes == plan.totalBytes, "every byte is read")
  }
}

/// Files in the page cache to units, nothing done with them; content digests included.
func readStages() {
  for backend in [IOBackend.auto, .pread] {
    stage(
      "read: files, \(backend.rawValue)", .xmlMegabytes, setup: { try ReadState(backend) },
      amount: { Int($0.plan.totalBytes) }, isThreaded: true, run: { try $0.read() })
  }
}
