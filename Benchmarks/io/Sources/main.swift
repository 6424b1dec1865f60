import Dispatch
import Glibc
import Synchronization
import TernIO

// Reads files and looks at nothing but their number of bytes: what reading itself costs.
//
//   read-bench uring|pread|loop [--cold] [--threads N] [--unit MIB] PATH…
//
// `loop` opens, reads (1 MiB at a time) and closes one file after the other: what a simple program
// does. `--cold` asks the kernel first to forget the files. One line of JSON comes out.

var arguments = Array(CommandLine.arguments.dropFirst())
guard let mode = arguments.first, ["uring", "pread", "loop"].contains(mode) else {
  print("usage: read-bench uring|pread|loop [--cold] [--threads N] [--unit MIB] PATH...")
  exit(2)
}
arguments.removeFirst()
var isCold = false
var threads = 1
var unitMiB = 16
while let first = arguments.first, first.hasPrefix("--") {
  arguments.removeFirst()
  switch first {
  case "--cold": isCold = true
  case "--threads": threads = Int(arguments.removeFirst())!
  case "--unit": unitMiB = Int(arguments.removeFirst())!
  default: fatalError("no such option: \(first)")
  }
}

let plan = try InputPlan(inputs: arguments)
if isCold { for source in 0..<plan.count { forget(plan.pathBytes(of: source)) } }
let before = Moment()
let (bytes, digests) = mode == "loop" ? readLoop(plan) : try readUnits(plan, mode, threads, unitMiB)
let spent = Moment().since(before)
func shown(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
print(
  """
  {"mode": "\(mode)", "cold": \(isCold), "threads": \(threads), "files": \(plan.count), \
  "bytes": \(bytes), "digests": \(digests), "seconds": \(shown(spent.wall)), \
  "cpu": \(shown(spent.user + spent.system)), "user": \(shown(spent.user)), \
  "system": \(shown(spent.system)), "gbPerSecond": \(shown(Double(bytes) / 1e9 / spent.wall)), \
  "filesPerSecond": \(Int(Double(plan.count) / spent.wall))}
  """)

/// Wall and processor time of this process.
struct Moment {
  var wall = 0.0
  var user = 0.0
  var system = 0.0

  init() {
    wall = Double(DispatchTime.now().uptimeNanoseconds) / 1e9
    var usage = rusage()
    unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    user = Double(usage.ru_utime.tv_sec) + Double(usage.ru_utime.tv_usec) / 1e6
    system = Double(usage.ru_stime.tv_sec) + Double(usage.ru_stime.tv_usec) / 1e6
  }

  func since(_ other: Moment) -> Moment {
    var result = self
    result.wall -= other.wall
    result.user -= other.user
    result.system -= other.system
    return result
  }
}

func open(_ path: [UInt8]) -> Int32 {
  unsafe (path + [0]).withUnsafeBytes {
    unsafe Glibc.open($0.baseAddress!.assumingMemoryBound(to: CChar.self), O_RDONLY | O_CLOEXEC)
  }
}

/// Takes a file out of the page cache; what is not written yet is written before.
func forget(_ path: [UInt8]) {
  let descriptor = open(path)
  guard descriptor >= 0 else { return }
  fdatasync(descriptor)
  posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
  close(descriptor)
}

func readLoop(_ plan: InputPlan) -> (bytes: Int, digests: Int) {
  let room = 1 << 20
  let buffer = UnsafeMutableRawPointer.allocate(byteCount: room, alignment: 4096)
  defer { unsafe buffer.deallocate() }
  var total = 0
  for source in 0..<plan.count {
    let descriptor = open(plan.pathBytes(of: source))
    while true {
      let got = unsafe read(descriptor, buffer, room)
      if got <= 0 { break }
      total += got
    }
    close(descriptor)
  }
  return (total, 0)
}

func readUnits(_ plan: InputPlan, _ mode: String, _ threads: Int, _ unitMiB: Int) throws -> (
  bytes: Int, digests: Int
) {
  let options = InputOptions(
    backend: mode == "uring" ? .uring : .pread, unitBytes: unitMiB << 20,
    unitsInFlight: threads * 2 + 1)
  let reader = unsafe try InputReader(plan: plan, options: options) { bytes in
    // A message ends with a line.
    var count = bytes.count
    while count > 0, unsafe bytes[count - 1] != UInt8(ascii: "\n") { count -= 1 }
    return count
  }
  let total = Atomic<Int>(0)
  let digests = Atomic<Int>(0)
  DispatchQueue.concurrentPerform(iterations: threads) { _ in
    while let unit = try? reader.next() {
      total.add(unit.byteCount, ordering: .relaxed)
      digests.add(unit.slices.count { $0.digest != nil }, ordering: .relaxed)
      reader.recycle(unit)
    }
  }
  return (total.load(ordering: .relaxed), digests.load(ordering: .relaxed))
}
