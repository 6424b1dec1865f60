import TernCEB
import TernMatch
import TernStore

/// Some lists with the documents that they were matched with, and columns of these.
struct TripletBatch {
  /// What was matched, by position in `lists`.
  private(set) var documents: [TripletPositions.Documents] = []
  /// By role (order, payment, waybill) × 2 + direction.
  private var columns: [FetchedColumns?] = Array(repeating: nil, count: 6)

  /// Reads `wanted` columns of the documents, each row group that holds any of them once. Neighbouring
  /// lists' documents mostly are neighbours too. Memory: some 100 bytes per list, and the values.
  ///
  /// - Parameters:
  ///   - store: with positions of all lists.
  ///   - wanted: head columns by role and direction; none: these documents are not read.
  init(
    _ store: MarkedStore, _ lists: [DocumentRef], _ fetcher: inout DocumentFetcher,
    wanted: (Role, Direction) -> [String]
  ) throws(TernError) {
    guard let positions = store.marks.positions else { preconditionFailure("no positions kept") }
    documents = lists.map { positions[store.view.numbering.index($0)] }
    for role in [Role.order, .payment, .waybill] {
      for direction in Direction.allCases {
        let names = wanted(role, direction)
        if names.isEmpty { continue }
        var refs: [DocumentRef] = []
        for (list, found) in zip(lists, documents) where list.direction == direction {
          switch role {
          case .order: if let order = found.order { refs.append(order) }
          case .payment: refs += found.payments
          default: if let waybill = found.waybill { refs.append(waybill) }
          }
        }
        columns[Self.place(role, direction)] = try fetcher.fetch(
          Kind(role, direction), refs, columns: names)
      }
    }
  }

  private static func place(_ role: Role, _ direction: Direction) -> Int {
    Int(role.rawValue) * 2 + Int(direction.rawValue)
  }

  /// Columns in the order wanted; traps for documents that were not wanted.
  subscript(role: Role, direction: Direction) -> FetchedColumns {
    columns[Self.place(role, direction)]!
  }

  /// Neighbouring parts with about as many lists together, so that a row group of orders is read for
  /// few batches.
  static func batches(_ parts: [JudgedLists.Part]) -> [Range<Int>] {
    var batches: [Range<Int>] = []
    var (start, count) = (0, 0)
    for (index, part) in parts.enumerated() {
      count += part.rows.count
      if count >= listsAtATime || index + 1 == parts.count {
        batches.append(start..<index + 1)
        (start, count) = (index + 1, 0)
      }
    }
    return batches
  }

  private static let listsAtATime = 1 << 16
}
