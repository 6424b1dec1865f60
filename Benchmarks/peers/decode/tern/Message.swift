import Glibc
import TernCEB

/// A file in memory, with the padding that the decoder asks for.
@safe
final class Message {
  private let memory: UnsafeMutablePointer<UInt8>
  let count: Int

  init(path: String) {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    var status = stat()
    guard file >= 0, unsafe fstat(file, &status) == 0 else { fatalError("cannot open \(path)") }
    defer { close(file) }
    count = Int(status.st_size)
    unsafe memory = .allocate(capacity: count + Kernel.padding)
    unsafe memory.initialize(repeating: 0, count: count + Kernel.padding)
    var done = 0
    while done < count {
      let got = unsafe read(file, memory + done, count - done)
      guard got > 0 else { fatalError("cannot read \(path)") }
      done += got
    }
  }

  deinit { unsafe memory.deallocate() }

  @unsafe var bytes: UnsafeBufferPointer<UInt8> {
    unsafe UnsafeBufferPointer(start: memory, count: count)
  }
}

func text(of path: String) -> String {
  let message = Message(path: path)
  return unsafe String(decoding: message.bytes, as: UTF8.self)
}

/// Processor time of this process so far.
func processorSeconds() -> Double {
  var time = timespec()
  _ = unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
