import TernCEB

/// An enterprise as the customs' register has it.
public struct Enterprise: Sendable, Equatable {
  public var name: String
  /// As the register spells it; empty where it gives none.
  public var creditClass: String
  public var isBlacklisted: Bool
}

/// The enterprises by code, as written: the 10- and the 18-character code of one firm are two entries.
public struct EnterpriseRegister: Sendable {
  public let enterprises: [Enterprise]
  private let codes: [String]
  /// Number of each entry's class in `creditClasses`.
  private let classNumbers: [Int]
  /// Each class once, in byte order.
  public let creditClasses: [String]
  private let places: [[UInt8]: Int]

  public var count: Int { codes.count }

  init(_ rows: [(code: String, enterprise: Enterprise, line: Int)], file: String) throws(ReferenceError) {
    var places: [[UInt8]: Int] = [:]
    places.reserveCapacity(rows.count)
    for (place, row) in rows.enumerated() {
      guard !row.code.isEmpty else {
        throw ReferenceError(file: file, line: row.line, "the code is empty")
      }
      guard places.updateValue(place, forKey: Array(row.code.utf8)) == nil else {
        throw ReferenceError(
          file: file, line: row.line, "the code '\(row.code)' is there twice: keep one row")
      }
    }
    self.places = places
    codes = rows.map(\.code)
    enterprises = rows.map(\.enterprise)
    let classes = Set(enterprises.map(\.creditClass)).sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    creditClasses = classes
    classNumbers = enterprises.map { enterprise in classes.firstIndex(of: enterprise.creditClass)! }
  }

  /// Entry of a code; nil: it is not registered. Some 50 ns: a loop remembers the last code.
  public func place(of code: Bytes) -> Int? { places[code.array] }

  public func isBlacklisted(_ place: Int) -> Bool { enterprises[place].isBlacklisted }

  public func creditClass(_ place: Int) -> Int { classNumbers[place] }

  public subscript(code: Bytes) -> Enterprise? { place(of: code).map { enterprises[$0] } }

  public subscript(code: String) -> Enterprise? { places[Array(code.utf8)].map { enterprises[$0] } }
}
