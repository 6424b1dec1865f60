/// Writes documents as XML into a buffer: `ceb:` prefix, tab-indented, elements in schema order.
///
/// Fields are appended straight to the bytes; nothing is a `String` on the way.
struct DocumentWriter: ~Copyable {
  var out = ByteBuffer(capacity: 1 << 20)
  let world: World
  private let tags = Tags()
  let settings: GenerateSettings
  /// Tabs before a field.
  var depth = 3
  /// Fraction digits that the sender of the current document writes at least.
  var fraction = 0

  init(world: World, settings: GenerateSettings) {
    self.world = world
    self.settings = settings
  }

  // MARK: Elements

  @inline(__always)
  mutating func open(_ name: Element) { tags.open(name, depth: depth, to: &out) }

  @inline(__always)
  mutating func close(_ name: Element) { tags.close(name, to: &out) }

  @inline(__always)
  mutating func field(_ name: Element, _ value: StaticString) {
    open(name)
    out.append(value)
    close(name)
  }

  @inline(__always)
  mutating func field(_ name: Element, byte: UInt8) {
    open(name)
    out.append(byte)
    close(name)
  }

  @inline(__always)
  mutating func field(_ name: Element, _ write: (inout ByteBuffer) -> Void) {
    open(name)
    write(&out)
    close(name)
  }

  @inline(__always)
  mutating func field(_ name: Element, decimalE5 value: Int64) {
    open(name)
    out.append(decimalE5: value, fraction: fraction)
    close(name)
  }

  @inline(__always)
  mutating func field(_ name: Element, integer value: Int64) {
    open(name)
    out.append(integer: value)
    close(name)
  }

  /// A code of three digits: country, currency, unit.
  @inline(__always)
  mutating func field(_ name: Element, code value: Int16) {
    open(name)
    out.append(digits: UInt64(value), width: 3)
    close(name)
  }

  @inline(__always)
  mutating func field(_ name: Element, time value: Int64) {
    open(name)
    out.append(time: value)
    close(name)
  }

  // MARK: What all documents begin with

  /// `guid`, `appType`, `appTime`, `appStatus`.
  mutating func writeVersion(_ role: Role, _ parcel: Parcel, _ version: Version) {
    let which =
      UInt64(role.rawValue) << 32 | UInt64(version.guid) << 16 | UInt64(version.part) << 8
    let high = Random.mix(parcel.salt ^ which &* Random.golden)
    open(.guid)
    out.append(guid: high, Random.mix(high ^ parcel.index))
    close(.guid)
    field(.appType, byte: 48 + version.appType)
    if version.flaw == .date && role != .list {
      field(.appTime, "20260231101500")
    } else {
      field(.appTime, time: parcel.time(of: role) + Int64(version.delay))
    }
    field(.appStatus, byte: 48 + version.appStatus)
  }

  /// A required number; the flaws of a broken document are in these.
  mutating func flawedField(_ name: Element, decimalE5 value: Int64, _ version: Version) {
    switch version.flaw {
    case .number: field(name, "1,234.50")
    case .absentElement: break
    case .none, .date: field(name, decimalE5: value)
    }
  }

  /// Each sender has a habit of writing numbers, and now and then breaks with it.
  mutating func chooseFraction(sender: Int32, _ parcel: Parcel) {
    let bits = Random.mix(parcel.salt &+ UInt64(bitPattern: Int64(sender)))
    let habit = bits % 10 == 0 ? Int(bits >> 8 & 7) : Int(sender) & 7
    fraction = Self.fractions[habit]
  }

  private static let fractions: InlineArray<8, Int> = [2, 0, 2, 0, 1, 2, 5, 4]

  /// Half of the senders write an empty `note`, some a text, the others none.
  mutating func writeNote(sender: Int32) {
    switch sender & 3 {
    case 0, 2: field(.note, "")
    case 1: break
    default: if sender & 4 == 0 { field(.note, "跨境电商") }
    }
  }

  // MARK: Parties and numbers

  mutating func writePlatform(_ parcel: Parcel) {
    let world = world
    switch parcel.foreignPlatform {
    case 0:
      let index = Int(parcel.platform)
      field(.ebpCode) { world.platforms.codes.copy(index, to: &$0) }
      field(.ebpName) { world.platforms.names.copy(index, to: &$0) }
    default:
      if parcel.foreignPlatform == 1 { field(.ebpCode, "无") } else { field(.ebpCode, "") }
      let index = Int(parcel.foreignName)
      field(.ebpName) { world.foreignPlatforms.copy(index, to: &$0) }
    }
  }

  mutating func writeSeller(_ seller: Int32) {
    let world = world
    field(.ebcCode) { world.sellers.codes.copy(Int(seller), to: &$0) }
    field(.ebcName) { world.sellers.names.copy(Int(seller), to: &$0) }
  }
}

extension Parcel {
  /// `appTime` of the plain version.
  func time(of role: Role) -> Int64 {
    switch role {
    case .order: orderTime
    case .payment: paymentTime
    case .waybill: waybillTime
    case .list: listTime
    }
  }

  /// A permutation of 0 ..< 10^9: numbers that platforms draw are not in sequence.
  var scattered: UInt64 { (index &* 618_033_989 &+ 314_159) % 1_000_000_000 }

  /// Two platforms in three begin with two letters, the others use digits only.
  func appendOrderNo(_ version: Version, _ world: World, to out: inout ByteBuffer) {
    if platform % 3 != 1 { world.platforms.prefixes.copy(Int(platform), to: &out) }
    out.append(dateOf: orderTime)
    out.append(digits: UInt64(version.order), width: 1)
    out.append(digits: scattered, width: 9)
  }

  func appendLogisticsNo(_ version: Version, _ world: World, to out: inout ByteBuffer) {
    world.carriers.prefixes.copy(Int(carrier), to: &out)
    out.append(digits: UInt64(version.waybill), width: 1)
    out.append(digits: index, width: 9)
    out.append(digits: salt >> 44, width: 3)
  }

  /// 18 characters: an import's may have 20.
  func appendCopNo(_ version: Version, _ world: World, to out: inout ByteBuffer) {
    world.agents.prefixes.copy(Int(agent), to: &out)
    let date = CivilDate(daysSince1970: listTime / 86_400)
    out.append(digits: UInt64(date.year % 100 * 10_000 + date.month * 100 + date.day), width: 6)
    out.append(digits: UInt64(version.list), width: 1)
    out.append(digits: index, width: 9)
  }

  func appendPaymentNo(_ version: Version, _ world: World, to out: inout ByteBuffer) {
    out.append(dateOf: paymentTime)
    out.append("2200")
    out.append(digits: UInt64(version.part), width: 1)
    out.append(digits: UInt64(version.order), width: 1)
    out.append(digits: scattered, width: 9)
    out.append(digits: salt >> 34, width: 3)
  }

  func appendItemNo(_ line: Line, to out: inout ByteBuffer) {
    out.append("SK")
    out.append(digits: UInt64(seller), width: 5)
    out.append(UInt8(ascii: "-"))
    out.append(digits: UInt64(line.good), width: 3)
    out.append(UInt8(ascii: "-"))
    out.append(digits: UInt64(seller % 7), width: 2)
  }

  /// EAN-13 with a right check digit.
  func appendBarCode(_ line: Line, to out: inout ByteBuffer) {
    let body = 690_000_000_000 + UInt64(seller) * 100_000 + UInt64(line.good)
    var rest = body
    var sum: UInt64 = 0
    for place in 0..<12 {
      sum += rest % 10 * (place & 1 == 0 ? 3 : 1)
      rest /= 10
    }
    out.append(digits: body, width: 12)
    out.append(digits: (10 - sum % 10) % 10, width: 1)
  }
}
