import Benchmark
import Glibc
import TernGenerate

/// Generated messages thrown away: how fast a pipe can be fed.
func generateStages() {
  for threads in [1, 2] {
    stage(
      "generate: \(threads) thread\(threads == 1 ? "" : "s")", .xmlMegabytes,
      setup: { () -> (file: Int32, bytes: Int) in
        let file = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
        return (file, try generated(threads, file))
      },
      amount: { $0.bytes }, isThreaded: threads > 1,
      run: { blackHole(try generated(threads, $0.file)) })
  }
}

private func generated(_ threads: Int, _ file: Int32) throws -> Int {
  var settings = GenerateSettings(lists: 20_000, seed: 1)
  settings.threads = threads
  return try generate(settings, to: .descriptor(file, truthFolder: nil)).bytes
}
