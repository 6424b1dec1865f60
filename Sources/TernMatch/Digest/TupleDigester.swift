import TernCEB

/// What a digest is of. The first byte of its input, so that digests of different things never
/// meet; values that are compared with each other share a tag.
enum DigestTag: UInt8 {
  case trade = 1
  case waybill = 2
  case list = 3
  /// A list without `copNo`: trade key and waybill key.
  case listByKeys = 4
  case payment = 5
  /// A payment without number: its `guid`.
  case paymentByGuid = 6
  case seller = 7
  case buyer = 8
  case consignee = 9
  case line = 10
  case currency = 11
  case guid = 12
  case content = 13
  case refund = 14
  /// A return without a number of its own: its `guid`.
  case refundByGuid = 15
  case invtNo = 16
  /// `buyerIdNumber` and a calendar year.
  case buyerYear = 17
  /// What a document is looked up by.
  case number = 18
  /// Of `ValueDigester`.
  case derived = 64
}

/// Digests tuples of values: tag, direction, then every text with its length before it, so that
/// no two different tuples have the same input.
///
/// One scratch buffer, reused: no allocation per digest. Not shared between threads.
@safe
struct TupleDigester: ~Copyable {
  let secret: Secret
  private var scratch: GrowableBuffer<UInt8>

  init(secret: Secret) {
    self.secret = secret
    scratch = GrowableBuffer(capacity: 1024)
  }

  @inline(__always)
  mutating func begin(_ tag: DigestTag, _ direction: Direction) {
    unsafe scratch.base[0] = tag.rawValue
    unsafe scratch.base[1] = direction.rawValue
    scratch.setCount(2)
  }

  @inline(__always)
  mutating func append(_ value: Bytes) {
    scratch.reserve(value.count &+ 4)
    let end = unsafe UnsafeMutableRawPointer(scratch.base + scratch.count)
    unsafe end.storeBytes(of: UInt32(truncatingIfNeeded: value.count).littleEndian, as: UInt32.self)
    unsafe (end + 4).copyMemory(from: value.unsafeStart, byteCount: value.count)
    scratch.setCount(scratch.count &+ 4 &+ value.count)
  }

  @inline(__always)
  mutating func append<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Number) {
    let size = MemoryLayout<Number>.size
    scratch.reserve(size)
    unsafe UnsafeMutableRawPointer(scratch.base + scratch.count)
      .storeBytes(of: number.littleEndian, as: Number.self)
    scratch.setCount(scratch.count &+ size)
  }

  /// The digest of what was appended since `begin`.
  @inline(__always)
  var digest128: KeyDigest {
    unsafe sipHash128(scratch.base, count: scratch.count, secret: secret)
  }

  /// As `digest128`, 64 bits, never 0: that stands for an empty value.
  @inline(__always)
  var digest64: UInt64 {
    let hash = unsafe sipHash64(scratch.base, count: scratch.count, secret: secret)
    return hash == 0 ? 1 : hash
  }

  /// 48 bits of it, for what is compared within one key; never 0.
  @inline(__always)
  var digest48: UInt64 {
    let hash = unsafe sipHash64(scratch.base, count: scratch.count, secret: secret) & digestMask
    return hash == 0 ? 1 : hash
  }

  /// 48-bit digest of one text; 0 if it is empty.
  @inline(__always)
  mutating func digest48(_ tag: DigestTag, _ direction: Direction, _ value: Bytes) -> UInt64 {
    if value.isEmpty { return 0 }
    begin(tag, direction)
    append(value)
    return digest48
  }
}

/// The digest that match rows carry for a currency code.
public func currencyDigest(_ code: String, _ direction: Direction, secret: Secret) -> UInt64 {
  var digester = TupleDigester(secret: secret)
  var code = code
  return code.withUTF8 { utf8 in
    unsafe digester.digest48(.currency, direction, Bytes(utf8))
  }
}

/// The digests of sellers' codes as match rows have them.
public func sellerDigests(_ codes: [String], _ direction: Direction, secret: Secret) -> [UInt64] {
  var digester = TupleDigester(secret: secret)
  return codes.map { code in
    var code = code
    return code.withUTF8 { unsafe digester.digest48(.seller, direction, Bytes($0)) }
  }
}

/// The digest of a `guid` as `VersionFacts` has it.
@unsafe public func guidDigest(
  _ guid: UnsafeBufferPointer<UInt8>, _ direction: Direction, secret: Secret
) -> KeyDigest {
  var digester = TupleDigester(secret: secret)
  digester.begin(.guid, direction)
  unsafe digester.append(Bytes(guid))
  return digester.digest128
}
