import Synchronization
import TernCEB

/// What became of one order, payment or waybill.
public enum TripletMark: UInt8, Sendable {
  /// A draft, an older or repeated version, or gone by a delete.
  case doesNotCount = 0
  /// It counts, and no list that counts takes it.
  case orphan = 1
  /// It counts and is that of a list.
  case matched = 2
  /// As `matched`, and at fault by itself: declared as new twice.
  case duplicate = 3
  /// As `matched`, and at fault by itself: an order whose own sums do not add up.
  case wrongSums = 4
}

/// Which findings of a list are faults of one of its documents alone.
public struct OwnFaults: Sendable {
  /// Finding bits of a list's result word that say so of its order.
  public var orderDuplicate: UInt64
  public var orderSums: UInt64
  /// A payment, a waybill declared as new twice is at fault.
  public var paymentDuplicate: Bool
  public var waybillDuplicate: Bool

  public init(
    orderDuplicate: UInt64, orderSums: UInt64, paymentDuplicate: Bool, waybillDuplicate: Bool
  ) {
    self.orderDuplicate = orderDuplicate
    self.orderSums = orderSums
    self.paymentDuplicate = paymentDuplicate
    self.waybillDuplicate = waybillDuplicate
  }
}

/// A mark for every order, payment and waybill by its place, one byte each.
///
/// Several threads write it without locks: each document belongs to exactly one partition, and the
/// caller lets a phase end before the next begins.
@safe
public final class TripletMarks: @unchecked Sendable {
  public let faults: OwnFaults
  /// The documents of the lists that want to know theirs.
  public let positions: TripletPositions?
  /// By role: orders, payments, waybills.
  private let numberings: [ListNumbering]
  private let starts: [Int]
  private let memory: ZeroedMemory
  @unsafe private let bytes: UnsafeMutablePointer<UInt8>

  /// All `doesNotCount`.
  ///
  /// - Parameters:
  ///   - numberings: of orders, payments and waybills.
  ///   - descriptor: an open, empty file with room for `byteCount(numberings)`; nil for memory.
  public init(
    _ numberings: [ListNumbering], faults: OwnFaults, positions: TripletPositions?,
    file descriptor: Int32? = nil
  ) {
    precondition(numberings.count == 3, "orders, payments, waybills")
    self.numberings = numberings
    self.faults = faults
    self.positions = positions
    starts = [0, numberings[0].count, numberings[0].count + numberings[1].count]
    memory = ZeroedMemory(byteCount: Self.byteCount(numberings), file: descriptor)
    unsafe bytes = memory.base.assumingMemoryBound(to: UInt8.self)
  }

  public static func byteCount(_ numberings: [ListNumbering]) -> Int {
    numberings.reduce(0) { $0 + $1.count }
  }

  private func place(_ role: Role, _ document: DocumentRef) -> Int {
    let index = Int(role.rawValue)
    return starts[index] + numberings[index].index(document)
  }

  public subscript(role: Role, document: DocumentRef) -> TripletMark {
    get { unsafe TripletMark(rawValue: bytes[place(role, document)])! }
    set { unsafe bytes[place(role, document)] = newValue.rawValue }
  }
}

/// The documents that some lists were matched with: three words for each list that wants them.
///
/// Written as `TripletMarks` is; the payments of lists with several lie in a list of their own.
@safe
public final class TripletPositions: @unchecked Sendable {
  /// Of a list with more payments than this no position is kept, but that there are too many.
  public static let paymentsMax = 256

  /// One bit per list, and how many are set before each word.
  private let wanted: [UInt64]
  private let ranks: [UInt32]
  private let memory: ZeroedMemory
  @unsafe private let words: UnsafeMutablePointer<UInt64>
  private let severalPayments = Mutex<[UInt64]>([])

  /// The documents of one list; nil where none counts.
  public struct Documents: Sendable {
    public var order: DocumentRef?
    /// In received order; empty if there are more than `paymentsMax`.
    public var payments: [DocumentRef] = []
    public var hasTooManyPayments = false
    public var waybill: DocumentRef?
  }

  /// - Parameters:
  ///   - wanted: bit i % 64 of word i / 64 for list number i.
  ///   - descriptor: an open, empty file with room for `byteCount(wanted)`; nil for memory.
  public init(wanted: [UInt64], file descriptor: Int32? = nil) {
    self.wanted = wanted
    var ranks: [UInt32] = []
    ranks.reserveCapacity(wanted.count)
    var rank = 0
    for word in wanted {
      ranks.append(UInt32(rank))
      rank += word.nonzeroBitCount
    }
    self.ranks = ranks
    memory = ZeroedMemory(byteCount: Self.byteCount(wanted), file: descriptor)
    unsafe words = memory.base.assumingMemoryBound(to: UInt64.self)
  }

  public static func byteCount(_ wanted: [UInt64]) -> Int {
    24 * wanted.reduce(0) { $0 + $1.nonzeroBitCount }
  }

  /// First word of a list, or nil if it is not wanted.
  private func place(_ list: Int) -> Int? {
    let word = wanted[list / 64]
    let bit = UInt64(1) << UInt64(list % 64)
    guard word & bit != 0 else { return nil }
    return 3 * (Int(ranks[list / 64]) + (word & (bit - 1)).nonzeroBitCount)
  }

  func setWaybill(_ list: Int, _ waybill: DocumentRef) {
    guard let place = place(list) else { return }
    unsafe words[place + 2] = waybill.rawValue + 1
  }

  /// What `addPayments` gave.
  struct Payments {
    var word: UInt64 = 0
  }

  func setTrade(_ list: Int, order: DocumentRef?, payments: Payments) {
    guard let place = place(list) else { return }
    unsafe words[place] = (order?.rawValue).map { $0 + 1 } ?? 0
    unsafe words[place + 1] = payments.word
  }

  /// Segments have fewer than 31 bits, so the top bit of a reference is free.
  private static let isSeveral: UInt64 = 1 << 63
  private static let tooMany: UInt64 = .max

  /// Keeps the payments of one trade key, for all of its lists.
  func addPayments(_ documents: [DocumentRef]) -> Payments {
    if documents.isEmpty { return Payments() }
    if documents.count == 1 { return Payments(word: documents[0].rawValue + 1) }
    if documents.count > Self.paymentsMax { return Payments(word: Self.tooMany) }
    let start = severalPayments.withLock { all in
      all += documents.sorted().map(\.rawValue)
      return all.count - documents.count
    }
    return Payments(word: Self.isSeveral | UInt64(start) << 16 | UInt64(documents.count))
  }

  /// The documents of a list that wanted them. Traps for another one.
  public subscript(list: Int) -> Documents {
    guard let place = place(list) else { preconditionFailure("a list that wanted nothing") }
    var documents = Documents()
    let (order, payment, waybill) = unsafe (words[place], words[place + 1], words[place + 2])
    if order != 0 { documents.order = DocumentRef(rawValue: order - 1) }
    if waybill != 0 { documents.waybill = DocumentRef(rawValue: waybill - 1) }
    if payment == Self.tooMany {
      documents.hasTooManyPayments = true
    } else if payment & Self.isSeveral != 0 {
      let start = Int(payment & ~Self.isSeveral) >> 16
      let count = Int(payment & 0xffff)
      documents.payments = severalPayments.withLock { all in
        all[start..<start + count].map { DocumentRef(rawValue: $0) }
      }
    } else if payment != 0 {
      documents.payments = [DocumentRef(rawValue: payment - 1)]
    }
    return documents
  }
}
