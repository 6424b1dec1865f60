/// What a field holds, and so which column keeps it and what makes it invalid.
public enum FieldType: UInt8, Sendable {
  case text
  /// `N19,5`: up to 14 integer and 5 fraction digits.
  case decimal
  /// `xs:int`.
  case integer
  /// `YYYYMMDDhhmmss`, China Standard Time.
  case time
  /// `YYYYMMDD`.
  case date

  public var columnType: ColumnType {
    switch self {
    case .text: .text
    case .decimal: .decimal
    case .integer, .time, .date: .integer
    }
  }
}

/// One element of a head or a line, as the 202205 schema has it.
public struct Field: Sendable {
  public var name: String
  public var type: FieldType
  /// Characters of a text, digits of a number; 0 = no limit.
  public var maxLength: Int
  public var minLength: Int
  /// The element must be there (it may be empty, unless it is a number, a time or a key). What the
  /// 2018 schema of the kind does not know is not required: its senders cannot write it.
  public var required: Bool
  /// What an empty element stands for: the schema's default or fixed value.
  public var emptyValue: String?
  /// The schema allows no other value (a remark if it differs, never a reject).
  public var isFixed: Bool
  /// The 2018 schema's limit where it was larger.
  public var maxLength2018: Int?
  /// Not in the 2018 schema of the kind.
  public var isNew: Bool

  // A thousand calls of it in one literal: inlined, they cost the compiler minutes.
  @inline(never)
  init(
    _ name: String, _ type: FieldType, maxLength: Int, required: Bool = true, minLength: Int = 0,
    emptyValue: String? = nil, isFixed: Bool = false, maxLength2018: Int? = nil, isNew: Bool = false
  ) {
    self.name = name
    self.type = type
    self.maxLength = maxLength
    self.minLength = minLength
    self.required = required
    self.emptyValue = emptyValue
    self.isFixed = isFixed
    self.maxLength2018 = maxLength2018
    self.isNew = isNew
  }
}

/// One message kind: its elements and where its fields stand.
public struct KindSpec: Sendable {
  /// 303 for `CEB303Message`.
  public var number: Int
  public var role: Role
  /// Whose schema the kind stands in.
  public var direction: Direction
  /// Element of one document, direct child of the root.
  public var document: String
  /// Element that holds the fields, or nil where they stand in the document itself.
  public var head: String?
  /// Element of a goods line, or nil where the kind has none.
  public var line: String?
  /// The schema wants a line in every document.
  public var lineIsRequired: Bool
  /// The 2018 schemas know the kind.
  public var isIn2018: Bool
  public var headFields: [Field]
  public var lineFields: [Field]

  @inline(never)
  init(
    number: Int, role: Role, direction: Direction, document: String, head: String?, line: String?,
    lineIsRequired: Bool, isIn2018: Bool, headFields: [Field], lineFields: [Field]
  ) {
    self.number = number
    self.role = role
    self.direction = direction
    self.document = document
    self.head = head
    self.line = line
    self.lineIsRequired = lineIsRequired
    self.isIn2018 = isIn2018
    self.headFields = headFields
    self.lineFields = lineFields
  }
}

/// The one table of message kinds and fields: decoder, columns, validation and output read it.
public enum Catalogue {}

public enum Direction: UInt8, Sendable, CaseIterable {
  case export = 0
  case `import` = 1

  /// `E` or `I`, as in verdicts.
  public var letter: String { self == .export ? "E" : "I" }
}

/// What part a document plays.
public enum Role: UInt8, Sendable, CaseIterable {
  case order = 0
  case payment = 1
  case waybill = 2
  case list = 3
  /// Asks to take a list back.
  case cancellation = 4
  /// Goods of a released list that come back.
  case refund = 5
  /// What the customs answered to another document.
  case receipt = 6
  /// Says where goods or lists are on their way: arrival, departure, tax, …
  case notice = 7

  /// The documents of a parcel, of which verdicts are made.
  public static let matched: [Role] = [.order, .payment, .waybill, .list]

  /// Documents of these roles decide about lists: keys must be there, a message holds 1 to 100 of them,
  /// and the latest `appTime` of all is what age counts from.
  public var decides: Bool { rawValue <= Role.refund.rawValue }
}

extension Kind {
  /// The kind that plays `role`, which must be one of those that decide, in `direction`.
  public init(_ role: Role, _ direction: Direction) {
    precondition(role.decides, "several kinds play this role")
    let isImport = direction == .import
    self =
      role.rawValue < 4
      ? Kind(rawValue: role.rawValue + (isImport ? 4 : 0))!
      : Kind(rawValue: role.rawValue + (isImport ? 6 : 4))!
  }

  /// The kind of `CEBnnnMessage`.
  public init?(number: Int) {
    guard let kind = Self.allCases.first(where: { $0.spec.number == number }) else { return nil }
    self = kind
  }

  public var role: Role { rawValue < 8 ? Role(rawValue: rawValue & 3)! : spec.role }
  public var direction: Direction {
    rawValue < 8 ? (rawValue < 4 ? .export : .import) : spec.direction
  }
  public var spec: KindSpec { Catalogue.kinds[Int(rawValue)] }
  /// `CEB303`.
  public var name: String { "CEB\(spec.number)" }
}
