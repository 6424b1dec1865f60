/// A JSON value (RFC 8259) with its members in a fixed order.
indirect enum JSONText {
  case object([(String, JSONText)])
  case array([JSONText])
  case text(String)
  case integer(Int64)
  case bool(Bool)
  case null

  /// Texts by name; nil leaves the member out.
  static func texts(_ members: [(name: String, value: String)]) -> JSONText {
    .object(members.map { ($0.name, .text($0.value)) })
  }

  func append(to bytes: inout [UInt8]) {
    switch self {
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        Self.text(member.0).append(to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        member.1.append(to: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    case .array(let values):
      bytes.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        value.append(to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .text(let text):
      bytes.append(UInt8(ascii: "\""))
      var text = text
      text.withUTF8 { unsafe TextFormats.appendJSONCharacters($0, to: &bytes) }
      bytes.append(UInt8(ascii: "\""))
    case .integer(let value): bytes.append(contentsOf: "\(value)".utf8)
    case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
    case .null: bytes.append(contentsOf: "null".utf8)
    }
  }
}
