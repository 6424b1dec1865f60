import TernCEB

/// Digests of values and of tuples of them, for tables that an answer makes and forgets: by person, address
/// or item. 128 bits under the store's secret, so that they decide equality and give nothing away.
///
/// For one thread; allocates nothing per digest. They compare with no digest of match rows.
public struct ValueDigester: ~Copyable {
  /// What the values are: digests of different things never meet.
  public enum Meaning: UInt8, Sendable {
    case code = 1
    case person = 2
    case address = 3
    case item = 4
  }

  private var digester: TupleDigester

  public init(secret: Secret) { digester = TupleDigester(secret: secret) }

  public mutating func begin(_ meaning: Meaning, _ direction: Direction = .export) {
    digester.begin(.derived, direction)
    digester.append(meaning.rawValue)
  }

  @unsafe public mutating func append(_ value: UnsafeBufferPointer<UInt8>) {
    unsafe digester.append(Bytes(value))
  }

  public mutating func append(_ number: Int64) { digester.append(number) }

  /// Of what was appended since `begin`.
  public var digest: KeyDigest { digester.digest128 }
}
