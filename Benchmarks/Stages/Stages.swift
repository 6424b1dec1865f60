import Benchmark
import Glibc

let benchmarks: @Sendable () -> Void = {
  calibrationStages()
  readStages()
  decodeStages()
  encodeStages()
  projectStages()
  granuleStages()
  judgeStages()
  statisticsStages()
  answerStages()
  generateStages()
}

/// Adds a benchmark that reports, besides its time, how much it did per second.
///
/// - Parameters:
///   - unit: name of the rate, such as `XML MB/s`.
///   - setup: makes what the stage works on; not measured.
///   - amount: how many of the unit one run does.
///   - isThreaded: the rate is per second of time passed; otherwise per second of the thread's
///     processor time, which other work on the machine disturbs less.
///   - run: one run.
func stage<State>(
  _ name: String, _ unit: Rate, setup: @escaping () throws -> State,
  amount: @escaping (State) -> Int, isThreaded: Bool = false,
  run: @escaping (State) throws -> Void
) {
  let metric = BenchmarkMetric.custom(unit.name, polarity: .prefersLarger, useScalingFactor: false)
  Benchmark(
    name,
    configuration: .init(
      metrics: [.wallClock, metric], warmupIterations: 2, scalingFactor: .one,
      maxDuration: .seconds(3), maxIterations: 100),
    closure: { (benchmark: Benchmark, state: State) in
      benchmark.startMeasurement()
      let start = now(isThreaded ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID)
      try run(state)
      let seconds = now(isThreaded ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID) - start
      benchmark.stopMeasurement()
      benchmark.measurement(metric, Int(Double(amount(state)) / unit.divisor / seconds))
    },
    setup: setup)
}

private func now(_ clock: clockid_t) -> Double {
  var time = timespec()
  _ = unsafe clock_gettime(clock, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// What a stage does per second. Whole numbers, since the benchmark library keeps integers.
struct Rate {
  var name: String
  var divisor: Double

  static let xmlMegabytes = Rate(name: "XML MB/s", divisor: 1e6)
  static let megabytes = Rate(name: "MB/s", divisor: 1e6)
  static let lists = Rate(name: "thousand lists/s", divisor: 1e3)
  static let rows = Rate(name: "thousand rows/s", divisor: 1e3)
}
