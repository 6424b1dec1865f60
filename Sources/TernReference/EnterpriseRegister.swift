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
  /// Number of each entry's class in `creditClasses`.
  private let classNumbers: [Int]
  /// Each class once, in byte order.
  public let creditClasses: [String]
  @usableFromInline let index: CodeIndex
  public let codes: [String]

  public var count: Int { codes.count }

  init(_ rows: [(code: String, enterprise: Enterprise, line: Int)], file: String) throws(ReferenceError) {
    if let row = rows.first(where: { $0.code.isEmpty }) {
      throw ReferenceError(file: file, line: row.line, "the code is empty")
    }
    var repeated: Int?
    index = CodeIndex(rows.map { Array($0.code.utf8) }, repeated: &repeated)
    if let repeated {
      throw ReferenceError(
        file: file, line: rows[repeated].line,
        "the code '\(rows[repeated].code)' is there twice: keep one row")
    }
    codes = rows.map(\.code)
    enterprises = rows.map(\.enterprise)
    creditClasses = Set(enterprises.map(\.creditClass)).sorted {
      Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8))
    }
    let numbers = Dictionary(uniqueKeysWithValues: zip(creditClasses, 0...))
    classNumbers = enterprises.map { numbers[$0.creditClass]! }
  }

  /// Entry of a code; nil: it is not registered.
  @inlinable @inline(__always) public func place(of code: Bytes) -> Int? { index.place(of: code) }

  public func creditClass(_ place: Int) -> Int { classNumbers[place] }

  public subscript(code: Bytes) -> Enterprise? { place(of: code).map { enterprises[$0] } }

  public subscript(code: String) -> Enterprise? {
    var code = code
    return code.withUTF8 { unsafe self[Bytes($0)] }
  }
}
