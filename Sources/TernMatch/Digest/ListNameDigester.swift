import TernCEB

/// What names a list besides its trade key: its `invtNo`, as returns do, or its identity, as receipts do.
///
/// For one direction and one thread; allocates nothing per digest.
public struct ListNameDigester: ~Copyable {
  private var digester: TupleDigester
  private let direction: Direction

  public init(_ direction: Direction, secret: Secret) {
    digester = TupleDigester(secret: secret)
    self.direction = direction
  }

  /// As `RefundRow.list`.
  @unsafe public mutating func digest(invtNo: UnsafeBufferPointer<UInt8>) -> KeyDigest {
    digester.begin(.invtNo, direction)
    unsafe digester.append(Bytes(invtNo))
    return digester.digest128
  }

  /// Of a list's identity that has a `copNo`.
  @unsafe public mutating func digest(
    agentCode: UnsafeBufferPointer<UInt8>, copNo: UnsafeBufferPointer<UInt8>
  ) -> KeyDigest {
    digester.begin(.list, direction)
    unsafe digester.append(Bytes(agentCode))
    unsafe digester.append(Bytes(copNo))
    return digester.digest128
  }
}
