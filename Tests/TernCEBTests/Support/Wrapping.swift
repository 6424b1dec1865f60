import Glibc

/// `text` in GB18030, by the C library.
func gb18030(_ text: String) -> [UInt8] {
  guard let bytes = converted(Array(text.utf8), from: "UTF-8", to: "GB18030") else {
    fatalError("a text that GB18030 cannot hold")
  }
  return bytes
}

/// GB18030 as UTF-8, or nil if some of it is no character.
func fromGB18030(_ bytes: [UInt8]) -> [UInt8]? { converted(bytes, from: "GB18030", to: "UTF-8") }

private func converted(_ bytes: [UInt8], from: String, to: String) -> [UInt8]? {
  var source = bytes
  var target = [UInt8](repeating: 0, count: source.count * 2 + 8)
  guard let descriptor = unsafe iconv_open(to, from), Int(bitPattern: descriptor) != -1 else {
    fatalError("the C library has no GB18030")
  }
  defer { unsafe iconv_close(descriptor) }
  let room = target.count
  var (left, free) = (source.count, room)
  let result = unsafe source.withUnsafeMutableBytes { source in
    unsafe target.withUnsafeMutableBytes { target in
      var from: UnsafeMutablePointer<CChar>? = unsafe source.baseAddress?.assumingMemoryBound(to: CChar.self)
      var to: UnsafeMutablePointer<CChar>? = unsafe target.baseAddress?.assumingMemoryBound(to: CChar.self)
      return unsafe iconv(descriptor, &from, &left, &to, &free)
    }
  }
  return result == .max || left > 0 ? nil : Array(target[..<(room - free)])
}

/// Decodes base64 a character at a time; nil if it is not whole.
func fromBase64(_ text: String) -> [UInt8]? {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var characters = text.utf8.filter { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
  guard characters.count % 4 == 0 else { return nil }
  let padded = characters.count
  while padded - characters.count < 2, characters.last == UInt8(ascii: "=") { characters.removeLast() }
  var out: [UInt8] = []
  var (bits, held) = (0, 0)
  for c in characters {
    guard let value = alphabet.firstIndex(of: c) else { return nil }
    bits = bits << 6 | value
    held += 6
    if held >= 8 {
      held -= 8
      out.append(UInt8(bits >> held & 0xFF))
      bits &= (1 << held) - 1
    }
  }
  return out
}

/// Base64 as the plainest encoder writes it, in lines of `lineLength` characters (0: one line).
func base64(_ bytes: [UInt8], lineLength: Int = 0, lineEnd: String = "\n") -> String {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var out: [UInt8] = []
  var column = 0
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = bytes[start..<min(start + 3, bytes.count)]
    var word = 0
    for index in 0..<3 { word = word << 8 | Int(start + index < group.endIndex ? group[start + index] : 0) }
    for index in 0..<4 {
      if lineLength > 0, column == lineLength {
        out += Array(lineEnd.utf8)
        column = 0
      }
      out.append(index <= group.count ? alphabet[word >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
      column += 1
    }
  }
  return String(decoding: out, as: UTF8.self)
}

/// The exchange platform's namespace.
let dxp = "http://www.chinaport.gov.cn/dxp"

/// How an envelope is written.
struct EnvelopeShape {
  var prefix = "dxp"
  var declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
  /// Inside a `DxpMsgSv`.
  var hasServer = false
  var sender = "DXPENT0000000001"
  /// Put behind `Data`.
  var extra = ""
}

/// An envelope around text that stands in `Data` as it is.
func envelope(data: String, _ shape: EnvelopeShape = EnvelopeShape()) -> String {
  func tag(_ name: String) -> String { shape.prefix.isEmpty ? name : shape.prefix + ":" + name }
  func leaf(_ name: String, _ text: String) -> String { "<\(tag(name))>\(text)</\(tag(name))>" }
  let binding = (shape.prefix.isEmpty ? "xmlns" : "xmlns:" + shape.prefix) + "=\"\(dxp)\""
  let receivers = leaf("ReceiverId", "DXPEDC0000000001") + leaf("ReceiverId", "DXPEDC0000000002")
  let info =
    leaf("CopMsgId", "ID-4CDE1CFD") + leaf("SenderId", shape.sender) + leaf("ReceiverIds", receivers)
    + leaf("CreatTime", "2026-03-01T10:11:12") + leaf("MsgType", "CEB403Message")
  let body =
    "\n\t" + leaf("TransInfo", info) + "\n\t" + leaf("Data", data) + shape.extra + "\n"
  if shape.hasServer {
    return shape.declaration + "<\(tag("DxpMsgSv")) ver=\"1.0\" \(binding)><\(tag("SvNo")) Ver=\"1.0\">"
      + leaf("MsgId", "1") + leaf("SenderId", "not this one") + "</\(tag("SvNo"))><\(tag("DxpMsg")) ver=\"1.0\">" + body
      + "</\(tag("DxpMsg"))></\(tag("DxpMsgSv"))>\n"
  }
  return shape.declaration + "<\(tag("DxpMsg")) ver=\"1.0\" \(binding)>" + body + "</\(tag("DxpMsg"))>\n"
}

/// An envelope around a message, in lines of 76 characters.
func envelope(_ message: [UInt8], _ shape: EnvelopeShape = EnvelopeShape()) -> [UInt8] {
  Array(envelope(data: base64(message, lineLength: 76, lineEnd: "\r\n"), shape).utf8)
}
