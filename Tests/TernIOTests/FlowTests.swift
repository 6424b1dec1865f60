import Glibc
import Synchronization
import TernTestSupport
import Testing

@testable import TernIO

/// Units in flight: bounds, reuse, several callers, cancelling.
@Suite struct FlowTests {
  func manyUnits(_ folder: TemporaryFolder) throws -> InputPlan {
    var random = SeededGenerator(seed: 61)
    for number in 0..<3 { folder.file("large\(number)", random.lines(2 << 20)) }
    for number in 0..<300 { folder.file("small\(number)", random.lines(random.below(20_000))) }
    return try InputPlan(inputs: [folder.path])
  }

  @Test(arguments: bothBackends) func manyWorkersShareTheUnits(_ backend: IOBackend) throws {
    let folder = TemporaryFolder()
    let plan = try manyUnits(folder)
    var options = testOptions(backend, unitBytes: 64 << 10)
    let expected = try readAll(plan, options)
    options.unitsInFlight = 9
    let reader = try unsafe InputReader(plan: plan, options: options) { unsafe splitAtLines($0) }
    final class Taken: Sendable { let units = Mutex<[UnitRecord]>([]) }
    let taken = Taken()
    let workers = try (0..<8).map { number in
      try SystemThread(name: "worker \(number)") {
        while let unit = try? reader.next() {
          let made = record(unit)
          reader.recycle(unit)
          taken.units.withLock { $0.append(made) }
        }
      }
    }
    for worker in workers { worker.join() }
    let units = taken.units.withLock { $0.sorted { $0.sequence < $1.sequence } }
    #expect(difference(Reading(units: units), expected) == nil)
    // The end stays the end.
    #expect(try reader.next() == nil)
  }

  @Test(arguments: bothBackends) func memoryIsUsedAgain(_ backend: IOBackend) throws {
    let folder = TemporaryFolder()
    let plan = try manyUnits(folder)
    let options = testOptions(backend, unitBytes: 64 << 10)
    for recycles in [true, false] {
      let reader = try unsafe InputReader(plan: plan, options: options) { unsafe splitAtLines($0) }
      var count = 0
      while let unit = try reader.next() {
        count += 1
        // A unit that is just let go comes back as well.
        if recycles { reader.recycle(unit) }
      }
      #expect(count > 90)
      #expect(reader.blocksMade <= options.unitsInFlight + options.blocksAhead + 2)
    }
  }

  @Test(arguments: bothBackends) func unitsInFlightAreBounded(_ backend: IOBackend) throws {
    let folder = TemporaryFolder()
    let plan = try manyUnits(folder)
    var options = testOptions(backend, unitBytes: 64 << 10)
    options.unitsInFlight = 3
    let reader = try unsafe InputReader(plan: plan, options: options) { unsafe splitAtLines($0) }
    var held: [InputUnit] = []
    for _ in 0..<3 { held.append(try #require(try reader.next())) }
    final class Flags: Sendable {
      let gotFourth = Atomic(false)
      let isReturned = Atomic(false)
    }
    let flags = Flags()
    let thread = try SystemThread(name: "fourth") {
      let unit = try? reader.next()
      let wasReturned = flags.isReturned.load(ordering: .acquiring)
      #expect(unit?.sequence == 3 && wasReturned, "the fourth waits for one to come back")
      flags.gotFourth.store(true, ordering: .releasing)
    }
    usleep(50_000)
    let gotEarly = flags.gotFourth.load(ordering: .acquiring)
    #expect(!gotEarly)
    flags.isReturned.store(true, ordering: .releasing)
    reader.recycle(held.removeFirst())
    thread.join()
    #expect(reader.blocksMade <= 3 + options.blocksAhead + 2)
  }

  @Test(arguments: bothBackends) func cancelAtAnyTimeEndsEverything(_ backend: IOBackend) throws {
    let folder = TemporaryFolder()
    let plan = try manyUnits(folder)
    for taken in 0..<12 {
      var options = testOptions(backend, unitBytes: 64 << 10)
      options.unitsInFlight = 2
      options.faults = taken % 2 == 0 ? nil : FaultInjection(.init(cold: true))
      let reader = try unsafe InputReader(plan: plan, options: options) { unsafe splitAtLines($0) }
      var kept: InputUnit?
      for _ in 0..<taken { kept = try reader.next() }
      let waiter = try SystemThread(name: "waiter") { while (try? reader.next()) != nil {} }
      reader.cancel()
      reader.cancel()
      #expect(throws: InputError.cancelled) { try reader.next() }
      waiter.join()
      // What was taken stays valid.
      if let kept { #expect(record(kept).bytes.count == kept.slices.count) }
    }
  }

  @Test(arguments: bothBackends) func aReaderThatIsLetGoEndsItsThreads(_ backend: IOBackend) throws
  {
    let folder = TemporaryFolder()
    let plan = try manyUnits(folder)
    func descriptors() -> Int {
      var count = 0
      for number in Int32(0)..<256 where fcntl(number, F_GETFD) >= 0 { count += 1 }
      return count
    }
    // Other tests run beside this one, so only many leaks show.
    let before = descriptors()
    for _ in 0..<60 {
      let reader = try unsafe InputReader(plan: plan, options: testOptions(backend)) {
        unsafe splitAtLines($0)
      }
      _ = try reader.next()
    }
    #expect(descriptors() < before + 60)
  }

  @Test func anEmptyPlanEndsAtOnce() throws {
    let folder = TemporaryFolder()
    let plan = try InputPlan(inputs: [folder.path])
    #expect(plan.isEmpty)
    for backend in bothBackends {
      #expect(try readAll(plan, testOptions(backend)).units.isEmpty)
    }
  }
}
