import Benchmark
import CScan
import TernCEB

private final class DecodeState {
  let messages: Messages
  let decoder: UnitDecoder
  let batch = DocumentBatch()

  init(kind: Kind?, kernel: Kernel) throws {
    messages = try Messages(lists: 10_000, kind: kind)
    decoder = UnitDecoder(kernel: kernel)
  }
}

/// Bytes of XML to columns on one thread, slice by slice, as an ingest worker does.
func decodeStages() {
  let kernels = Kernel.allCases.filter(\.isAvailable)
  for kernel in kernels {
    decodeStage("decode: mixed, \(kernel.rawValue)", kind: nil, kernel)
  }
  for kind in Kind.allCases {
    decodeStage("decode: \(kind.name), \(Kernel.best.rawValue)", kind: kind, .best)
  }
  for kernel in kernels {
    utf8Stage("utf-8: mixed, \(kernel.rawValue)", kernel)
  }
}

private func decodeStage(_ name: String, kind: Kind?, _ kernel: Kernel) {
  stage(
    name, .xmlMegabytes, setup: { try DecodeState(kind: kind, kernel: kernel) },
    amount: { $0.messages.count },
    run: { state in
      for slice in state.messages.slices {
        state.batch.removeAll()
        state.messages.decode(slice, with: state.decoder, into: state.batch)
      }
    })
}

/// The check that every byte of a message goes through, by itself.
private func utf8Stage(_ name: String, _ kernel: Kernel) {
  let code =
    switch kernel {
    case .portable: TERN_KERNEL_PORTABLE
    case .neon: TERN_KERNEL_NEON
    case .avx2: TERN_KERNEL_AVX2
    case .avx512: TERN_KERNEL_AVX512
    }
  stage(
    name, .xmlMegabytes, setup: { try Messages(lists: 10_000) }, amount: { $0.count },
    run: { messages in
      for slice in messages.slices {
        let valid = unsafe messages.bytes(slice).withMemoryRebound(to: UInt8.self) {
          unsafe tern_utf8_valid_prefix(code, $0.baseAddress!, $0.count)
        }
        precondition(valid == slice.count, "generated messages are UTF-8")
      }
    })
}
