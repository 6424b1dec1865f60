import TernCEB

/// The customs' namespace.
let ceb = "http://www.chinaport.gov.cn/ceb"

/// One document as element texts; a name that is missing is an element that is not there.
struct Document {
  typealias Element = (name: String, text: String)
  var head: [Element]
  var lines: [[Element]]

  subscript(head name: String) -> String? {
    get { head.first { $0.name == name }?.text }
    set { Self.set(&head, name, newValue) }
  }

  subscript(line: Int, name: String) -> String? {
    get { lines[line].first { $0.name == name }?.text }
    set { Self.set(&lines[line], name, newValue) }
  }

  private static func set(_ elements: inout [Element], _ name: String, _ text: String?) {
    let index = elements.firstIndex { $0.name == name }
    switch (index, text) {
    case (let index?, let text?): elements[index].text = text
    case (let index?, nil): elements.remove(at: index)
    case (nil, let text?): elements.append((name, text))
    case (nil, nil): break
    }
  }

  /// A document that keeps every rule, with all its elements.
  static func valid(_ kind: Kind, number: Int = 1, lines: Int = 2) -> Document {
    let spec = kind.spec
    return Document(
      head: spec.headFields.map { ($0.name, sample($0, number)) },
      lines: spec.line == nil
        ? []
        : (0..<lines).map { line in
          spec.lineFields.map {
            ($0.name, $0.name == "gnum" ? String(line + 1) : sample($0, number + line))
          }
        })
  }

  private static func sample(_ field: Field, _ number: Int) -> String {
    switch field.type {
    case .time: return "20260301101112"
    case .date: return "20260301"
    case .integer: return String(number % 900 + 1)
    case .decimal: return "\(number % 1000).5"
    case .text: break
    }
    if let value = field.emptyValue { return value }
    let wanted =
      field.minLength > 0 && field.minLength == field.maxLength
      ? field.minLength : min(max(field.minLength, 8), field.maxLength == 0 ? 8 : field.maxLength)
    if wanted == 1 { return "2" }
    let digits = String(number)
    guard digits.count < wanted else { return String(digits.suffix(wanted)) }
    return String((field.name + "abcdefghijklmnopqrstuvwxyz-0123456789").prefix(wanted - digits.count)) + digits
  }
}

func escaped(_ text: String) -> String {
  var out = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": out += "&amp;"
    case "<": out += "&lt;"
    case ">": out += "&gt;"
    default: out.unicodeScalars.append(scalar)
    }
  }
  return out
}

/// The message as the official samples write it: prefix `ceb`, tabs, schema order.
/// - Parameter verbatim: values are XML already.
func message(
  _ kind: Kind, _ documents: [Document], declaration: String = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
  verbatim: Bool = false
) -> String {
  let spec = kind.spec
  var out = declaration
  out += "<ceb:\(kind.name)Message guid=\"4CDE1CFD\" version=\"1.0\" xmlns:ceb=\"\(ceb)\">\n"
  for document in documents { out += element(kind, document, verbatim: verbatim) }
  out += "\t<ceb:BaseTransfer>\n\t\t<ceb:copCode>3301968A01</ceb:copCode>\n\t</ceb:BaseTransfer>\n"
  out += "</ceb:CEB\(spec.number)Message>\n"
  return out
}

/// The document element alone, with its indentation and line end.
func element(_ kind: Kind, _ document: Document, verbatim: Bool = false) -> String {
  let spec = kind.spec
  var out = ""
  func leaves(_ elements: [Document.Element], _ indent: String) {
    for (name, text) in elements {
      out += "\(indent)<ceb:\(name)>\(verbatim ? text : escaped(text))</ceb:\(name)>\n"
    }
  }
  out += "\t<ceb:\(spec.document)>\n"
  if let head = spec.head {
    out += "\t\t<ceb:\(head)>\n"
    leaves(document.head, "\t\t\t")
    out += "\t\t</ceb:\(head)>\n"
  } else {
    leaves(document.head, "\t\t")
  }
  for line in document.lines {
    out += "\t\t<ceb:\(spec.line!)>\n"
    leaves(line, "\t\t\t")
    out += "\t\t</ceb:\(spec.line!)>\n"
  }
  return out + "\t</ceb:\(spec.document)>\n"
}

extension String {
  func replacingFirst(_ old: String, with new: String) -> String {
    guard let start = indices.first(where: { self[$0...].hasPrefix(old) }) else { return self }
    return self[..<start] + new + self[index(start, offsetBy: old.count)...]
  }

  /// All places of `old` exchanged for `new`.
  func replacing(_ old: String, with new: String) -> String {
    var out: [UInt8] = []
    let source = Array(utf8)
    let pattern = Array(old.utf8)
    var index = 0
    while index < source.count {
      if source.count - index >= pattern.count,
        source[index..<index + pattern.count].elementsEqual(pattern)
      {
        out += Array(new.utf8)
        index += pattern.count
      } else {
        out.append(source[index])
        index += 1
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}

func documents(_ kind: Kind, _ count: Int) -> [Document] {
  (0..<count).map { .valid(kind, number: $0 + 1) }
}

/// All places of `old` exchanged for `new`.
func replacing(_ bytes: [UInt8], _ old: String, by new: [UInt8]) -> [UInt8] {
  let pattern = Array(old.utf8)
  var out: [UInt8] = []
  var index = 0
  while index < bytes.count {
    if bytes[index...].starts(with: pattern) {
      out += new
      index += pattern.count
    } else {
      out.append(bytes[index])
      index += 1
    }
  }
  return out
}
