/// What makes a document of a kind a reject, as slots of its rows (domain: "What is rejected").
final class KindChecks: Sendable {
  static let all: [KindChecks] = Kind.allCases.map(KindChecks.init)

  /// By slot: all ones where the 202205 schema requires the element.
  let requiredHead: [UInt32]
  let requiredLine: [UInt32]
  /// A document without a line lacks a required element; of a list it is a finding instead.
  let needsLine: Bool
  /// Keys that must not be empty; of each entry's alternatives one must be there.
  let keys: [[Int]]
  /// Where a reject's business number is taken from, in order of preference.
  let names: [Int]
  /// Slot of `appTime`, where it counts for the age of lists.
  let appTime: Int?
  /// The fields by what is to be done with them, without their names: the loops copy these.
  let headNumbers: [NumberSlot]
  let headTexts: [TextSlot]
  let lineNumbers: [NumberSlot]
  let lineTexts: [TextSlot]

  struct NumberSlot {
    var slot: Int
    var type: FieldType
    var isRequired: Bool
    /// A whole number from here on has more digits than the schema allows.
    var limit: UInt64
  }

  /// A value of `minLength` to `minLength` + `lengthRange` bytes is surely as the schema wants it.
  struct TextSlot {
    var slot: Int
    var minLength: Int
    var lengthRange: UInt
    /// Bytes of what an empty element stands for.
    var emptyValueBytes: Int
    var mayBeEmpty: Bool
    /// A required element or a key: a document without it may have to be rejected.
    var isNeeded: Bool
    /// A key: a document where it is empty may have to be rejected.
    var isKey: Bool
    /// As `minLength` and `lengthRange`, of values that nothing needs to be asked about: where it means nothing
    /// more, an empty one too.
    var leastLength: Int { mayBeEmpty && !isKey && emptyValueBytes == 0 && minLength == 1 ? 0 : minLength }
    var leastRange: UInt { lengthRange + UInt(minLength - leastLength) }
    /// The only byte string allowed, up to 8 bytes as a little-endian word; 0 where any is.
    var fixedWord: UInt64
  }

  init(_ kind: Kind) {
    let spec = kind.spec
    requiredHead = spec.headFields.map { $0.required ? .max : 0 }
    requiredLine = spec.lineFields.map { $0.required ? .max : 0 }
    needsLine = spec.lineIsRequired && kind.role != .list
    func slot(_ name: String) -> Int? { spec.headFields.firstIndex { $0.name == name } }
    appTime = kind.role.decides ? slot("appTime")! : nil
    headNumbers = Self.numbers(spec.headFields)
    lineNumbers = Self.numbers(spec.lineFields)
    lineTexts = Self.texts(spec.lineFields, keys: [])

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
      case .cancellation:
        // It names its list by that list's identity.
        kind.direction == .export
          ? [["agentCode"], ["copNo"]]
          : [
            ["agentCode"], ["copNo", "orderNo"], ["copNo", "logisticsCode"],
            ["copNo", "logisticsNo"], ["copNo"] + platform,
          ]
      case .refund: [["invtNo"]]
      case .receipt, .notice: []
      }
    keys = keyNames.map { $0.compactMap(slot) }
    headTexts = Self.texts(spec.headFields, keys: Set(keys.joined()))
    let names: [String] =
      switch kind.role {
      case .order: ["orderNo"]
      case .payment: ["payNo", "payTransactionId", "orderNo"]
      case .waybill: ["logisticsNo"]
      case .list: ["copNo", "orderNo"]
      case .cancellation, .refund, .receipt, .notice:
        [
          "copNo", "coElNo", "orderNo", "payNo", "payTransactionId", "logisticsNo", "invtNo", "sumNo",
          "oriCopMsgId",
        ]
      }
    self.names = names.compactMap(slot)
  }

  private static func numbers(_ fields: [Field]) -> [NumberSlot] {
    fields.enumerated().filter { $1.type != .text }.map { slot, field in
      var limit = UInt64.max
      if field.type == .integer, field.maxLength > 0 {
        limit = (0..<field.maxLength).reduce(1) { value, _ in value * 10 }
      }
      return NumberSlot(
        slot: slot, type: field.type, isRequired: field.required, limit: limit)
    }
  }

  private static func texts(_ fields: [Field], keys: Set<Int>) -> [TextSlot] {
    fields.enumerated().filter { $1.type == .text }.map { slot, field in
      // An empty value is looked at more closely.
      let minLength = max(field.minLength, 1)
      return TextSlot(
        slot: slot, minLength: minLength, lengthRange: UInt((field.maxLength == 0 ? Int(Int32.max) : field.maxLength) - minLength),
        emptyValueBytes: field.emptyValue?.utf8.count ?? 0,
        mayBeEmpty: !field.required || field.minLength == 0,
        isNeeded: field.required || keys.contains(slot), isKey: keys.contains(slot),
        fixedWord: field.isFixed ? word(field.emptyValue ?? "") : 0)
    }
  }
}

private func word(_ text: String) -> UInt64 {
  precondition(text.utf8.count <= 8, "a fixed value longer than a word")
  return text.utf8.reversed().reduce(0) { $0 << 8 | UInt64($1) }
}

/// The storage of one kind's columns, without reference counting: what the loops write to. Valid as
/// long as the batch lives.
@safe
final class KindColumns {
  @unsafe enum Number {
    case decimal(UnsafeMutablePointer<DecimalColumn.Storage>)
    case integer(UnsafeMutablePointer<GrowableBuffer<Int64>>)
  }

  /// As `KindChecks.headNumbers` and so on.
  let headNumbers: [Number]
  let headTexts: [UnsafeMutablePointer<TextColumn.Storage>]
  let lineNumbers: [Number]
  let lineTexts: [UnsafeMutablePointer<TextColumn.Storage>]
  /// `#lines`, `#source`, `#offset`, `#length`, `#digest`.
  let system: [UnsafeMutablePointer<GrowableBuffer<Int64>>]

  init(_ tables: KindTables, _ check: KindChecks) {
    func number(_ table: Table?, _ slot: Int) -> Number {
      switch table!.columns[slot] {
      case .decimal(let column): unsafe .decimal(column.storage)
      case .integer(let column): unsafe .integer(column.storage)
      case .text: preconditionFailure("a text column holds no numbers")
      }
    }
    unsafe headNumbers = check.headNumbers.map { unsafe number(tables.heads, $0.slot) }
    unsafe headTexts = check.headTexts.map { unsafe tables.heads.columns[$0.slot].text.storage }
    unsafe lineNumbers = check.lineNumbers.map { unsafe number(tables.lines, $0.slot) }
    unsafe lineTexts = check.lineTexts.map { unsafe tables.lines!.columns[$0.slot].text.storage }
    unsafe system = tables.heads.columns.suffix(5).map { unsafe $0.integer.storage }
  }
}
