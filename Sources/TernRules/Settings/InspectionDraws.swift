import TernCEB
import TernReference

/// Draws lists for inspection, one after the other, by one thread.
public struct InspectionDraws {
  private let key: InspectionKey
  private let register: EnterpriseRegister?
  /// By number of credit class.
  private let classRatesPpb: [Int64]
  private let otherRatePpb: Int64
  private var identity: [UInt8] = []

  /// Columns of the heads that name a list, and its seller.
  public static let columns = [
    "agentCode", "copNo", "ebpCode", "ebcCode", "orderNo", "logisticsCode", "logisticsNo",
  ]

  /// Nil where nothing can be drawn.
  public init?(_ settings: InspectionSettings, _ reference: ReferenceData) {
    guard settings.isActive, let key = settings.key else { return nil }
    self.key = key
    register = reference.enterprises
    classRatesPpb = (register?.creditClasses ?? []).map { settings.ratePpb(creditClass: $0) }
    otherRatePpb = settings.otherRatePpb
  }

  /// What names the lists of a table with `columns`. The table must outlive it.
  public struct Identities {
    let agentCode: TextView
    let copNo: TextView
    let ebpCode: TextView
    let ebcCode: TextView
    let orderNo: TextView
    let logisticsCode: TextView
    let logisticsNo: TextView

    public init(_ heads: Table) {
      agentCode = heads.text("agentCode")
      copNo = heads.text("copNo")
      ebpCode = heads.text("ebpCode")
      ebcCode = heads.text("ebcCode")
      orderNo = heads.text("orderNo")
      logisticsCode = heads.text("logisticsCode")
      logisticsNo = heads.text("logisticsNo")
    }
  }

  /// Whether the list of a row is drawn. One HMAC of some 100 bytes where its rate is above 0.
  public mutating func draws(_ lists: Identities, _ row: Int, _ direction: Direction) -> Bool {
    let seller = lists.ebcCode[row]
    let place = register.flatMap { $0.place(of: seller) }
    let ratePpb = place.map { classRatesPpb[register!.creditClass($0)] } ?? otherRatePpb
    if ratePpb <= 0 { return false }
    identity.removeAll(keepingCapacity: true)
    identity.append(direction == .export ? UInt8(ascii: "E") : UInt8(ascii: "I"))
    append(lists.agentCode[row])
    append(lists.copNo[row])
    let platform = lists.ebpCode[row]
    append(platform.isEmpty || platform.isNone ? seller : platform)
    append(lists.orderNo[row])
    append(lists.logisticsCode[row])
    append(lists.logisticsNo[row])
    return key.draws(identity, ratePpb: ratePpb)
  }

  private mutating func append(_ value: Bytes) {
    identity.append(0x09)
    unsafe identity.append(
      contentsOf: UnsafeRawBufferPointer(start: value.unsafeStart, count: value.count))
  }
}
