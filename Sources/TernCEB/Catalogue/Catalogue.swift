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
  /// The element must be there (it may be empty, unless it is a number, a time or a key).
  public var required: Bool
  /// What an empty element stands for: the schema's default or fixed value.
  public var emptyValue: String?
  /// The schema allows no other value (a remark if it differs, never a reject).
  public var isFixed: Bool
  /// The 2018 schema's limit where it was larger.
  public var maxLength2018: Int?

  init(
    _ name: String, _ type: FieldType, maxLength: Int, required: Bool = true, minLength: Int = 0,
    emptyValue: String? = nil, isFixed: Bool = false, maxLength2018: Int? = nil
  ) {
    self.name = name
    self.type = type
    self.maxLength = maxLength
    self.minLength = minLength
    self.required = required
    self.emptyValue = emptyValue
    self.isFixed = isFixed
    self.maxLength2018 = maxLength2018
  }
}

/// One message kind: its elements and where its fields stand.
public struct KindSpec: Sendable {
  /// 303 for `CEB303Message`.
  public var number: Int
  /// Element of one document, direct child of the root.
  public var document: String
  /// Element that holds the fields, or nil where they stand in the document itself.
  public var head: String?
  /// Element of a goods line, or nil where the kind has none.
  public var line: String?
  public var headFields: [Field]
  public var lineFields: [Field]

  init(
    number: Int, document: String, head: String?, line: String?, headFields: [Field],
    lineFields: [Field]
  ) {
    self.number = number
    self.document = document
    self.head = head
    self.line = line
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
}

/// A message kind. The raw value is the kind's position in `Catalogue.kinds`.
public enum Kind: UInt8, Sendable, CaseIterable {
  case order303, payment403, waybill505, list603
  case order311, payment411, waybill511, list621

  public init(_ role: Role, _ direction: Direction) {
    self = Kind(rawValue: role.rawValue + (direction == .import ? 4 : 0))!
  }

  public var role: Role { Role(rawValue: rawValue & 3)! }
  public var direction: Direction { rawValue < 4 ? .export : .import }
  public var spec: KindSpec { Catalogue.kinds[Int(rawValue)] }
  /// `CEB303`.
  public var name: String { "CEB\(spec.number)" }
}
