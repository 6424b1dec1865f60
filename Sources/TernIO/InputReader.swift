import Glibc

/// Reads the sources of a plan, in order, ahead of those who ask for them.
///
/// ```
/// plan → Layout → extents → back end (ring or pread threads) → Assembler → units → next()
/// ```
/// The reader's own thread assembles; the back end's threads read. Memory is bounded by
/// `InputOptions.memoryBytes`. All methods may be called from any thread.
public final class InputReader: Sendable {
  private let exchange: UnitExchange
  private let pool: BlockPool
  private let backend: any ReadBackend
  private let thread: SystemThread
  private let startNote: String?
  /// The back end in use: `uring` or `pread`.
  public let backendInUse: IOBackend

  /// Starts reading.
  ///
  /// - Parameter split: says for bytes of a source that goes on behind them how many of them, from
  ///   the first, may be handed over, so that messages stay whole; 0 when no message ends in them.
  ///   The rest comes again with more behind it. Must depend on the bytes alone; it is called on
  ///   the reader's thread.
  /// - Throws: `ringUnavailable` where `uring` is asked for and cannot be had; `resources`.
  public init(
    plan: InputPlan, options: InputOptions = InputOptions(),
    split: @escaping @Sendable (UnsafeRawBufferPointer) -> Int
  ) throws(InputError) {
    let exchange = try UnitExchange(maxUnits: options.unitsInFlight)
    let pool = BlockPool(payload: options.unitBytes)
    let (backend, note) = try Self.makeBackend(options) { exchange.complete($0) }
    do throws(InputError) {
      let assembler = unsafe try Assembler(
        plan: plan, options: options, exchange: exchange, pool: pool, backend: backend,
        split: split)
      thread = try SystemThread(name: "input") { assembler.run() }
    } catch {
      backend.stop()
      throw error
    }
    self.exchange = exchange
    self.pool = pool
    self.backend = backend
    startNote = note
    backendInUse = backend is RingBackend ? .uring : .pread
  }

  /// Cancels, and waits for the threads: nothing writes to units after this.
  deinit {
    exchange.cancel()
    thread.join()
    backend.stop()
  }

  /// The next unit, each to one caller; nil when all have been taken. Waits for bytes, and for
  /// `recycle` where `unitsInFlight` units are out. Throws `cancelled` after `cancel`.
  public func next() throws(InputError) -> InputUnit? { try exchange.next() }

  /// Takes a unit's memory back for the next one. Its bytes must not be used any more. A unit that
  /// is just released comes back as well.
  public func recycle(_ unit: InputUnit) { unit.giveBack() }

  /// Stops reading. Units already taken stay valid.
  public func cancel() { exchange.cancel() }

  /// One line about the back end, where there is something to say: why `auto` does without a ring.
  public var note: String? { startNote ?? backend.note }

  /// Members of archives that are not read, for the reasons for which files in folders are not: the first
  /// `InputPlan.maxIgnoredNamed` in the order of the plan, and how many. Complete when all units are taken.
  public var ignoredMembers: (named: [IgnoredFile], count: Int) { exchange.ignoredMembers }

  /// Blocks of memory made so far, for the tests of reuse.
  var blocksMade: Int { pool.blocksMade }

  private static func makeBackend(
    _ options: InputOptions, completed: @escaping @Sendable (Extent) -> Void
  ) throws(InputError) -> (any ReadBackend, String?) {
    var note: String?
    if options.backend != .pread {
      do {
        return (try RingBackend(faults: options.faults, completed: completed), nil)
      } catch let error as RingBackend.Unavailable {
        let why = RingDiagnosis(operation: error.operation, errno: error.errno)
        if options.backend == .uring { throw .ringUnavailable(why.refusal) }
        note = why.note
      } catch {
        throw error as? InputError ?? .ringUnavailable("io_uring: \(error)")
      }
    }
    let backend = try PreadBackend(
      threadCount: Tuning.preadThreads, faults: options.faults, completed: completed)
    return (backend, note)
  }
}
