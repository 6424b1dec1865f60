import TernCEB

/// What `writeRejectedMessages` wrote.
public struct RejectedMessagesReport: Sendable {
  /// Documents put into new messages, and these messages.
  public var documents = 0
  public var messages = 0
  /// Originals that are no single document, each written as it came.
  public var others = 0
}

extension Engine {
  /// Gives the rejects that pass `filter` back as files to mend and to ingest again, in a new folder.
  ///
  /// Single documents are put, byte for byte, into messages of up to 100 with one kind, sender,
  /// encoding and prefix: `CEB603-000001.xml`, … What is no single document (a message that is not
  /// well-formed, a row of a table) is written as it came: `message-000001.xml`, `row-000001.csv`.
  /// `index.csv` says for every reject where it went and what is to be mended.
  ///
  /// Memory: up to 64 MiB of documents wait for company.
  public func writeRejectedMessages(
    of path: String, filter: RejectFilter = RejectFilter(), to folder: String
  ) throws(TernError) -> RejectedMessagesReport {
    let output = try OutputFolder(path: folder)
    let writer = RejectedMessagesWriter(output, index: try output.file("index.csv"))
    try forEachReject(of: path, filter: filter) { (reject) throws(TernError) in
      try writer.add(reject)
    }
    let report = try writer.finish()
    try output.publish()
    return report
  }
}

private final class RejectedMessagesWriter {
  private static let documentsPerMessage = 100
  private static let waitingBytesMax = 64 << 20
  private static let documentReasons: Set<String> = Set(
    [.elementMissing, .valueEmpty, .numberInvalid, .dateInvalid, .schema].map(\RejectReason.rawValue))

  /// What the documents of one message share.
  private struct Group: Hashable {
    var kind: String
    var prefix: String
    /// Further prefixes whose meaning stood at the lost root.
    var others: [String]
    var sender: String
    var encoding: String
  }

  /// A message in the making, whose name is already given.
  private struct Message {
    var name: String
    var originals: [[UInt8]] = []
    var byteCount = 0
  }

  private let output: OutputFolder
  private let index: ByteSink
  private var report = RejectedMessagesReport()
  private var waiting: [Group: Message] = [:]
  private var waitingBytes = 0
  private var names: [String: Int] = [:]

  init(_ output: OutputFolder, index: ByteSink) {
    self.output = output
    self.index = index
    index.append((["file"] + Engine.rejectColumns).joined(separator: ",") + "\n")
  }

  func add(_ reject: Reject) throws(TernError) {
    let original = unsafe Array(reject.original)
    let file: String
    if Self.documentReasons.contains(reject.reason), let tags = TagPrefixes(original) {
      file = try add(
        original,
        Group(
          kind: reject.kind, prefix: tags.own, others: tags.others, sender: reject.sender,
          encoding: reject.encoding))
    } else {
      let isXML = original.first { $0 > 0x20 } == UInt8(ascii: "<") || original.starts(with: [0xEF, 0xBB, 0xBF])
      file = original.isEmpty ? "" : isXML ? nextName("message", "xml") : nextName("row", "csv")
      if !original.isEmpty {
        let sink = try output.file(file)
        sink.append(original)
        try sink.close()
        report.others += 1
      }
    }
    for (position, value) in ([file] + reject.values).enumerated() {
      if position > 0 { index.append(UInt8(ascii: ",")) }
      index.appendCSV(value)
    }
    index.append(0x0A)
    try index.flushIfFull()
  }

  private func add(_ original: [UInt8], _ group: Group) throws(TernError) -> String {
    var message = waiting[group] ?? Message(name: nextName(group.kind, "xml"))
    message.originals.append(original)
    message.byteCount += original.count
    waitingBytes += original.count
    waiting[group] = message
    let isFull = message.originals.count == Self.documentsPerMessage
    if isFull { try write(group, message) }
    // The order of the files' names is given already, so that of their writing says nothing.
    if waitingBytes > Self.waitingBytesMax { try writeAll() }
    return message.name
  }

  private func writeAll() throws(TernError) {
    for (group, message) in waiting.sorted(by: { $0.value.name < $1.value.name }) {
      try write(group, message)
    }
  }

  private func write(_ group: Group, _ message: Message) throws(TernError) {
    waiting[group] = nil
    waitingBytes -= message.byteCount
    func tag(_ name: String) -> String { group.prefix.isEmpty ? name : group.prefix + ":" + name }
    let encoding = group.encoding.isEmpty ? "UTF-8" : group.encoding.uppercased()
    let sink = try output.file(message.name)
    sink.append("<?xml version=\"1.0\" encoding=\"\(encoding)\"?>\n")
    let binding = group.prefix.isEmpty ? "xmlns" : "xmlns:" + group.prefix
    sink.append("<\(tag(group.kind + "Message")) \(binding)=\"http://www.chinaport.gov.cn/ceb\"")
    for other in group.others {
      // What it stood for is lost; what is not of the customs' namespace is not read anyhow.
      let uri = other == "ds" ? "http://www.w3.org/2000/09/xmldsig#" : "urn:unknown:\(other)"
      sink.append(" xmlns:\(other)=\"\(uri)\"")
    }
    sink.append(" guid=\"\(contentGuid(message.originals))\" version=\"1.0\">\n")
    for original in message.originals {
      sink.append(original)
      sink.append(0x0A)
    }
    if !group.sender.isEmpty {
      let sender = XMLText.escaped(group.sender)
      sink.append("<\(tag("BaseTransfer"))>")
      for name in ["copCode", "copName"] {
        sink.append("<\(tag(name))>\(sender)</\(tag(name))>")
      }
      sink.append("<\(tag("dxpMode"))>DXP</\(tag("dxpMode"))><\(tag("dxpId"))>\(sender)</\(tag("dxpId"))>")
      sink.append("</\(tag("BaseTransfer"))>\n")
    }
    sink.append("</\(tag(group.kind + "Message"))>\n")
    try sink.close()
    report.messages += 1
    report.documents += message.originals.count
  }

  private func nextName(_ stem: String, _ ending: String) -> String {
    names[stem, default: 0] += 1
    let number = String(names[stem]!)
    return stem + "-" + String(repeating: "0", count: max(0, 6 - number.utf8.count)) + number
      + "." + ending
  }

  func finish() throws(TernError) -> RejectedMessagesReport {
    try writeAll()
    try index.close()
    return report
  }
}

/// The prefixes of a document's tags: its own, and those of others inside that it does not declare.
struct TagPrefixes {
  var own = ""
  var others: [String] = []

  /// Nil where the bytes do not begin with a tag.
  init?(_ bytes: [UInt8]) {
    var found: Set<String> = []
    var index = 0
    var isFirst = true
    guard bytes.first == UInt8(ascii: "<") else { return nil }
    while let open = bytes[index...].firstIndex(of: UInt8(ascii: "<")) {
      index = open + 1
      guard index < bytes.count else { break }
      if bytes[index...].starts(with: Array("![CDATA[".utf8)) {
        while index + 2 < bytes.count, !bytes[index...].starts(with: Array("]]>".utf8)) { index += 1 }
        continue
      }
      if bytes[index...].starts(with: Array("!--".utf8)) {
        while index + 2 < bytes.count, !bytes[index...].starts(with: Array("-->".utf8)) { index += 1 }
        continue
      }
      let isName: (UInt8) -> Bool = { $0 > 0x20 && $0 != 0x2F && $0 != 0x3E && $0 != 0x3F && $0 != 0x21 }
      let end = bytes[index...].firstIndex { !isName($0) } ?? bytes.count
      let name = String(decoding: bytes[index..<end], as: UTF8.self)
      let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let prefix = parts.count == 2 ? String(parts[0]) : ""
      if isFirst { own = prefix } else if !prefix.isEmpty { found.insert(prefix) }
      isFirst = false
      index = end
    }
    found.remove(own)
    let text = String(decoding: bytes, as: UTF8.self)
    others = found.filter { !text.contains("xmlns:\($0)") }.sorted()
  }
}
