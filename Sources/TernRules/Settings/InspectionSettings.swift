import CSHA256
import TernReference

/// Which released lists are drawn for inspection (布控查验): a share by credit class of the seller.
public struct InspectionSettings: Sendable, Equatable {
  /// Parts per billion by credit class, as the register spells it.
  public var ratesPpb: [String: Int64] = [:]
  /// Of sellers without an entry above: other classes, none, or not in the register.
  public var otherRatePpb: Int64 = 0
  /// Nil: nothing is drawn.
  public var key: InspectionKey?

  public init() {}

  /// Something can be drawn.
  public var isActive: Bool { key != nil && (otherRatePpb > 0 || ratesPpb.values.contains { $0 > 0 }) }

  public func ratePpb(creditClass: String?) -> Int64 {
    creditClass.flatMap { ratesPpb[$0] } ?? otherRatePpb
  }
}

/// The key of the draws. Nobody without it can tell which lists are drawn.
@safe
public struct InspectionKey: Sendable, Equatable {
  private let state: tern_hmac_key
  /// SHA-256 of the key, in hexadecimal: tells keys apart without giving them away.
  public let fingerprint: String

  /// Shorter ones can be guessed.
  public static let byteCountMin = 16

  public init?(_ bytes: [UInt8]) {
    guard bytes.count >= Self.byteCountMin else { return nil }
    var state = tern_hmac_key()
    unsafe tern_hmac_prepare(&state, bytes, bytes.count)
    self.state = state
    fingerprint = sha256Text(Array("tern inspection key ".utf8) + bytes)
  }

  public static func == (a: Self, b: Self) -> Bool { a.fingerprint == b.fingerprint }

  /// Whether a list is drawn: the first eight bytes of HMAC-SHA256(key, identity) as a fraction of 2^64
  /// are below the rate. Exact.
  ///
  /// - Parameter identity: the seven identity columns of the verdict, joined by TAB.
  public func draws(_ identity: [UInt8], ratePpb: Int64) -> Bool {
    var state = state
    let first = unsafe tern_hmac_first64(&state, identity, identity.count)
    return UInt128(first) * 1_000_000_000 < UInt128(max(ratePpb, 0)) << 64
  }
}
