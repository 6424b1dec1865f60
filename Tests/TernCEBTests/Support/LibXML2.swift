import CLibXML2

/// A message as libxml2's tree has it: elements with namespace, name, own text and children.
struct Tree {
  struct Element {
    var namespace: String
    var name: String
    /// Its own character data and CDATA, not that of its children.
    var text: String
    var children: [Element]

    /// Elements nested in one another here, this one included.
    var depth: Int { 1 + (children.map(\.depth).max() ?? 0) }

    func children(_ name: String) -> [Element] {
      children.filter { $0.namespace == ceb && $0.name == name }
    }
  }

  var root: Element
  var hasDoctype: Bool

  /// nil if the source is not well-formed, with namespaces, or not UTF-8.
  init?(_ source: [UInt8]) {
    // libxml2 takes a zero byte for the end, and some overlong forms for characters.
    guard !source.contains(0), String(validating: source, as: UTF8.self) != nil else { return nil }
    guard let context = unsafe xmlNewParserCtxt() else { return nil }
    defer { unsafe xmlFreeParserCtxt(context) }
    var errors = Errors()
    let document = unsafe withUnsafeMutablePointer(to: &errors) { errors in
      unsafe xmlSetStructuredErrorFunc(errors) { target, error in
        guard let target = unsafe target, let error = unsafe error else { return }
        let code = unsafe error.pointee.code
        // 99 and 100: a namespace that is no URI, or a relative one. Both are allowed.
        if unsafe error.pointee.domain == Int32(XML_FROM_NAMESPACE.rawValue), code != 99, code != 100 {
          unsafe target.assumingMemoryBound(to: Errors.self).pointee.inNamespaces = true
        }
      }
      defer { xmlSetStructuredErrorFunc(nil, nil) }
      return unsafe source.withUnsafeBytes { bytes in
        unsafe xmlCtxtReadMemory(
          context, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), nil, nil,
          Int32(XML_PARSE_NONET.rawValue))
      }
    }
    guard let document = unsafe document else { return nil }
    defer { unsafe xmlFreeDoc(document) }
    guard unsafe context.pointee.wellFormed == 1, !errors.inNamespaces,
      let root = unsafe xmlDocGetRootElement(document)
    else { return nil }
    self.root = unsafe Self.element(root)
    hasDoctype = unsafe document.pointee.intSubset != nil
  }

  private struct Errors { var inNamespaces = false }

  private static func element(_ node: xmlNodePtr) -> Element {
    var result = Element(
      namespace: unsafe node.pointee.ns.map { unsafe string($0.pointee.href) } ?? "",
      name: unsafe string(node.pointee.name), text: "", children: [])
    var text: [UInt8] = []
    var next = unsafe node.pointee.children
    while let child = unsafe next {
      switch unsafe child.pointee.type {
      case XML_ELEMENT_NODE: result.children.append(unsafe element(child))
      case XML_TEXT_NODE, XML_CDATA_SECTION_NODE:
        if var c = unsafe child.pointee.content {
          while unsafe c.pointee != 0 {
            text.append(unsafe c.pointee)
            unsafe c += 1
          }
        }
      default: break
      }
      unsafe next = child.pointee.next
    }
    result.text = String(decoding: text, as: UTF8.self)
    return result
  }

  private static func string(_ text: UnsafePointer<xmlChar>?) -> String {
    unsafe text.map { unsafe String(cString: $0) } ?? ""
  }
}
