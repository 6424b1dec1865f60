import TernCEB

/// Digests numbers that documents are looked up by. For one thread; allocates nothing per digest.
public struct NumberDigester: ~Copyable {
  private var digester: TupleDigester

  public init(secret: Secret) { digester = TupleDigester(secret: secret) }

  /// `name` tells numbers of different meaning apart, so that equal texts of them have other digests. Both
  /// directions share theirs: who asks for a number does not know its direction.
  @unsafe public mutating func digest(_ name: UInt8, _ number: UnsafeBufferPointer<UInt8>) -> UInt64 {
    digester.begin(.number, .export)
    digester.append(name)
    unsafe digester.append(Bytes(number))
    return digester.digest64
  }

  public mutating func digest(_ name: UInt8, _ number: UInt64) -> UInt64 {
    digester.begin(.number, .export)
    digester.append(name)
    digester.append(number)
    return digester.digest64
  }
}
