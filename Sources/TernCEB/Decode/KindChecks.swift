/// What makes a document of a kind a reject, as slots of its rows (domain: "What is rejected").
struct KindChecks: Sendable {
  /// By slot: all ones where the 202205 schema requires the element.
  let requiredHead: [UInt32]
  let requiredLine: [UInt32]
  /// An order without a line lacks a required element; a list without one is a finding.
  let needsLine: Bool
  /// Keys that must not be empty; of each entry's alternatives one must be there.
  let keys: [[Int]]
  /// Where a reject's business number is taken from, in order of preference.
  let names: [Int]
  /// Slot of `appTime`.
  let appTime: Int
  /// The fields by what is to be done with them, without their names: the loops copy these.
  let headNumbers: [NumberSlot]
  let headTexts: [TextSlot]
  let lineNumbers: [NumberSlot]
  let lineTexts: [TextSlot]

  struct NumberSlot {
    var slot: Int
    var type: FieldType
  }

  struct TextSlot {
    var slot: Int
    var minLength: Int
    var maxLength: Int
    var required: Bool
    var hasEmptyValue: Bool
  }

  init(_ kind: Kind) {
    let spec = kind.spec
    requiredHead = spec.headFields.map { $0.required ? .max : 0 }
    requiredLine = spec.lineFields.map { $0.required ? .max : 0 }
    needsLine = kind.role == .order
    func slot(_ name: String) -> Int? { spec.headFields.firstIndex { $0.name == name } }
    appTime = slot("appTime")!
    headNumbers = Self.numbers(spec.headFields)
    headTexts = Self.texts(spec.headFields)
    lineNumbers = Self.numbers(spec.lineFields)
    lineTexts = Self.texts(spec.lineFields)

    // The platform may be empty (foreign platforms have none): then the seller stands for it.
    let platform = ["ebpCode", "ebcCode"]
    let keyNames: [[String]] =
      switch kind.role {
      case .order: [["orderNo"], platform]
      case .payment:
        // An import payment whose platform is empty is kept and matches nothing.
        kind.direction == .export
          ? [["orderNo"], platform, ["payNo", "guid"]]
          : [["orderNo"], ["payCode"], ["payTransactionId", "guid"]]
      case .waybill: [["logisticsCode"], ["logisticsNo"]]
      case .list:
        // An empty copNo is allowed: the trade and waybill key then stand for it.
        [["orderNo"], platform, ["logisticsCode"], ["logisticsNo"], ["agentCode"]]
      }
    keys = keyNames.map { $0.compactMap(slot) }
    let names: [String] =
      switch kind.role {
      case .order: ["orderNo"]
      case .payment: ["payNo", "payTransactionId", "orderNo"]
      case .waybill: ["logisticsNo"]
      case .list: ["copNo", "orderNo"]
      }
    self.names = names.compactMap(slot)
  }

  private static func numbers(_ fields: [Field]) -> [NumberSlot] {
    fields.enumerated().filter { $1.type != .text }.map { NumberSlot(slot: $0, type: $1.type) }
  }

  private static func texts(_ fields: [Field]) -> [TextSlot] {
    fields.enumerated().filter { $1.type == .text }.map {
      TextSlot(
        slot: $0, minLength: $1.minLength, maxLength: $1.maxLength, required: $1.required,
        hasEmptyValue: $1.emptyValue != nil)
    }
  }
}
