import TernCEB
import TernMatch

/// Numbers for the distinct values of code columns, in the order in which they are met.
///
/// Equality is decided by 128-bit digests under the store's secret. Memory: the distinct values.
struct CodeNumbers: Sendable {
  private(set) var codes: [String] = []
  private var numbers: [KeyDigest: Int32] = [:]
  private let secret: Secret

  init(secret: Secret) { self.secret = secret }

  /// The number of each value of a column. Equal neighbours, as senders have them, are looked up once.
  mutating func numbers(_ column: TextColumn) -> [Int] {
    var digester = ValueDigester(secret: secret)
    var found = [Int](repeating: 0, count: column.count)
    for row in 0..<column.count {
      let value = unsafe column.unsafeValue(row)
      if row > 0, unsafe column.unsafeValue(row - 1).elementsEqual(value) {
        found[row] = found[row - 1]
      } else {
        found[row] = unsafe number(value, &digester)
      }
    }
    return found
  }

  mutating func number(_ code: String) -> Int {
    var digester = ValueDigester(secret: secret)
    var code = code
    return code.withUTF8 { unsafe number($0, &digester) }
  }

  /// For each of the other's numbers the one here.
  mutating func absorb(_ other: CodeNumbers) -> [Int] {
    var digester = ValueDigester(secret: secret)
    return other.codes.map { code in
      var code = code
      return code.withUTF8 { unsafe number($0, &digester) }
    }
  }

  private mutating func number(
    _ value: UnsafeBufferPointer<UInt8>, _ digester: inout ValueDigester
  ) -> Int {
    digester.begin(.code)
    unsafe digester.append(value)
    let next = Int32(codes.count)
    let number = numbers[digester.digest, default: next]
    if number == next {
      numbers[digester.digest] = next
      codes.append(unsafe String(decoding: value, as: UTF8.self))
    }
    return Int(number)
  }
}
