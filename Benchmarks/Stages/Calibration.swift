import Benchmark
import CXXHash
import Glibc

/// What the machine itself does at this moment: figures of other stages mean little without.
func calibrationStages() {
  stage("calibration: memcpy") {
    (from: [UInt8](repeating: 1, count: 64 << 20), to: Memory(byteCount: 64 << 20))
  } run: { state in
    unsafe state.from.withUnsafeBytes { unsafe state.to.bytes.copyMemory(from: $0) }
    blackHole(unsafe state.to.bytes[17])
  }
  stage("calibration: XXH3") {
    (from: [UInt8](repeating: 1, count: 64 << 20), to: Memory(byteCount: 0))
  } run: { state in
    unsafe state.from.withUnsafeBytes { unsafe blackHole(tern_xxh3_64($0.baseAddress!, $0.count)) }
  }
}

private func stage(
  _ name: String, setup: @escaping () -> (from: [UInt8], to: Memory),
  run: @escaping ((from: [UInt8], to: Memory)) -> Void
) {
  stage(name, .megabytes, setup: setup, amount: { $0.from.count }, run: run)
}

@safe
private final class Memory {
  @unsafe let bytes: UnsafeMutableRawBufferPointer

  init(byteCount: Int) {
    unsafe bytes = .allocate(byteCount: byteCount, alignment: 64)
    unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0)
  }

  deinit { unsafe bytes.deallocate() }
}
