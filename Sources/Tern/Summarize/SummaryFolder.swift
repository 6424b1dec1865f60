import TernCEB
import TernMatch
import TernStore

/// Writes what a run puts out, from what the store remembers of it alone; but for `changes.csv`, which
/// says what has become of the lists of all runs since.
struct SummaryFolder {
  let record: SummaryRecord
  let options: SummaryOptions
  let folder: OutputFolder

  static let declarationColumns =
    SummaryRecord.declarationColumns + ["summaryFlag", "itemNameFlag", "appTime", "lists", "lines", "listLines", "messages"]
  static let lineColumns =
    ["declaration", "line"] + SummaryRecord.lineColumns + ["listLines", "qty1", "qty2", "totalPrice"]
  static let listColumns = ["declaration", "file", "copNo", "invtNo", "source"]
  static let changeColumns = [
    "from", "to", "supplement", "declaration", "agentCode", "copNo", "invtNo", "change", "returned",
    "returnedNow",
  ]

  /// One declaration: what the messages and the lines say of it.
  private struct Declaration {
    /// By `SummaryRecord.declarationColumns`.
    var values: [String]
    var lists: Int
    var lines: Int
    var listLines: Int
    var messages: Int

    subscript(name: String) -> String { values[SummaryRecord.declarationColumns.firstIndex(of: name)!] }
  }

  /// - Returns: how many messages there are.
  func write() throws(TernError) -> Int {
    let declarations = try declarations()
    try writeTable("declarations.csv", Self.declarationColumns) { (sink) throws(TernError) in
      for declaration in declarations {
        var row = declaration.values + [options["summaryFlag"], options["itemNameFlag"], appTime]
        row += [declaration.lists, declaration.lines, declaration.listLines, declaration.messages].map { "\($0)" }
        sink.appendRow(row)
        try sink.flushIfFull()
      }
    }
    try writeLines(declarations)
    try writeMessages(declarations)
    return declarations.reduce(0) { $0 + $1.messages }
  }

  /// When the declarations were made: as-of of the verdicts then.
  private var appTime: String { record.settings["asOf"] ?? "" }

  private func declarations() throws(TernError) -> [Declaration] {
    var found: [Declaration] = []
    let columns = SummaryRecord.declarationColumns.count
    try record.forEachGroup(SummaryRecord.declarationsTable) { (table) in
      for row in 0..<table.rowCount {
        let counts = table.columns[columns...].map { Int($0.integer[row]) }
        found.append(
          Declaration(
            values: table.columns[..<columns].map { $0.text.string(row) }, lists: counts[0],
            lines: counts[1], listLines: counts[2],
            messages: (counts[0] + options.listsPerMessage - 1) / options.listsPerMessage))
      }
    }
    return found
  }

  private func writeTable(
    _ name: String, _ columns: [String], _ body: (ByteSink) throws(TernError) -> Void
  ) throws(TernError) {
    let sink = try folder.file(name)
    sink.appendRow(columns)
    try body(sink)
    try sink.close()
  }

  private func writeLines(_ declarations: [Declaration]) throws(TernError) {
    try writeTable("lines.csv", Self.lineColumns) { (sink) throws(TernError) in
      var (last, line) = (-1, 0)
      try record.forEachGroup(SummaryRecord.linesTable) { (table) throws(TernError) in
        for row in 0..<table.rowCount {
          let position = Int(table.columns[0].integer[row])
          line = position == last ? line + 1 : 1
          last = position
          let values = table.columns[1...].map { column -> String in
            if case .integer(let column) = column { "\(column[row])" } else { column.text.string(row) }
          }
          sink.appendRow([declarations[position].values[0], "\(line)"] + values)
          try sink.flushIfFull()
        }
      }
    }
  }

  // MARK: - Messages

  private func writeMessages(_ declarations: [Declaration]) throws(TernError) {
    let file = MessageFile(
      sender: options["dxpSender"], receiver: options["dxpReceiver"], time: timeSeconds(appTime) ?? 0)
    var (position, sequence, left, number) = (-1, 0, 0, 0)
    var numbers: [[UInt8]] = []
    /// Writes the message whose lists have been gathered.
    func endMessage() throws(TernError) {
      guard !numbers.isEmpty else { return }
      sequence += 1
      number += 1
      try file.write(
        .summaryApplication701, number, body: body(declarations[position], sequence, numbers), to: folder)
      numbers.removeAll(keepingCapacity: true)
    }
    try writeTable("lists.csv", Self.listColumns) { (sink) throws(TernError) in
      try record.forEachGroup(SummaryRecord.listsTable, columns: ["copNo", "invtNo", "source"]) {
        (table) throws(TernError) in
        let (copNo, invtNo, source) = (table.columns[0].text, table.columns[1].text, table.columns[2].integer)
        for row in 0..<table.rowCount {
          if left == 0 {
            position += 1
            (left, sequence) = (declarations[position].lists, 0)
          }
          numbers.append(unsafe Array(invtNo.unsafeValue(row)))
          sink.appendRow([
            declarations[position].values[0], MessageFile.name(.summaryApplication701, number + 1),
            copNo.string(row), invtNo.string(row), SummaryNumberSource(rawValue: source[row])?.name ?? "",
          ])
          try sink.flushIfFull()
          left -= 1
          if left == 0 || numbers.count == options.listsPerMessage { try endMessage() }
        }
      }
    }
    guard left == 0, position == declarations.count - 1 else {
      throw .summaryDisagrees(what: "the lists are not those of the declarations")
    }
  }

  /// What stands inside the root. The 2018 edition takes 100 lists in one `SummaryApply`: there a message
  /// has several with one head, as the official sample has.
  private func body(_ declaration: Declaration, _ sequence: Int, _ numbers: [[UInt8]]) -> [UInt8] {
    let listsMax = options.spec == .of2018 ? 100 : numbers.count
    let head = head(declaration, sequence)
    var bytes: [UInt8] = []
    for first in stride(from: 0, to: numbers.count, by: listsMax) {
      bytes += "<ceb:SummaryApply>".utf8
      bytes += head
      for number in numbers[first..<min(first + listsMax, numbers.count)] {
        bytes += "<ceb:SummaryApplyList><ceb:invtNo>".utf8
        unsafe number.withUnsafeBufferPointer { unsafe XMLText.append($0, to: &bytes) }
        bytes += "</ceb:invtNo></ceb:SummaryApplyList>".utf8
      }
      bytes += "</ceb:SummaryApply>\n".utf8
    }
    bytes += "<ceb:BaseTransfer>".utf8
    Self.append("copCode", declaration["agentCode"], to: &bytes)
    Self.append("copName", Self.fitting(declaration["agentName"], 100), to: &bytes)
    Self.append("dxpMode", "DXP", to: &bytes)
    Self.append("dxpId", options["dxpSender"], to: &bytes)
    bytes += "</ceb:BaseTransfer>\n".utf8
    return bytes
  }

  private func head(_ declaration: Declaration, _ sequence: Int) -> [UInt8] {
    var bytes = Array("<ceb:SummaryApplyHead>".utf8)
    for field in Kind.summaryApplication701.spec.headFields {
      let value: String
      switch field.name {
      case "guid": value = contentGuid(["701", declaration.values[0], "\(sequence)"].map { Array($0.utf8) })
      case "appType": value = "1"
      case "appTime": value = appTime
      case "appStatus": value = "2"
      case "copNo": value = declaration.values[0]
      case "summaryFlag", "itemNameFlag": value = options[field.name]
      case "msgCount": value = "\(declaration.messages)"
      case "msgSeqNo": value = "\(sequence)"
      // Nobody has given these yet; with a period the customs would leave the lists unread.
      case "preNo", "sumNo", "startTime", "endTime", "loctNo", "note": continue
      default: value = Self.fitting(declaration[field.name], field.maxLength)
      }
      Self.append(field.name, value, to: &bytes)
    }
    bytes += "</ceb:SummaryApplyHead>".utf8
    return bytes
  }

  /// A required text as the schema takes it.
  private static func fitting(_ value: String, _ characters: Int) -> String {
    value.isEmpty ? "无" : String(decoding: Array(value.utf8).prefix(characters: characters), as: UTF8.self)
  }

  private static func append(_ name: String, _ value: String, to bytes: inout [UInt8]) {
    bytes += "<ceb:\(name)>\(XMLText.escaped(value))</ceb:\(name)>".utf8
  }

  // MARK: - Since then

  /// Lists that runs took and that are no longer as they were taken, by run, declaration and as received.
  ///
  /// - Returns: how many there are.
  func writeChanges(_ records: [SummaryRecord], _ taken: TakenLists) throws(TernError) -> Int {
    var count = 0
    try writeTable("changes.csv", Self.changeColumns) { (sink) throws(TernError) in
      for record in records {
        let period = [record.period.fromText, record.period.toText, "\(record.period.supplement)"]
        var declarations: [(name: String, agentCode: String, lists: Int)] = []
        try record.forEachGroup(
          SummaryRecord.declarationsTable, columns: ["declaration", "agentCode", "lists"]
        ) { (table) in
          for row in 0..<table.rowCount {
            declarations.append(
              (table.columns[0].text.string(row), table.columns[1].text.string(row), Int(table.columns[2].integer[row])))
          }
        }
        var (position, left) = (-1, 0)
        try record.forEachGroup(SummaryRecord.listsTable) { (table) throws(TernError) in
          for row in 0..<table.rowCount {
            if left == 0 {
              position += 1
              left = declarations[position].lists
            }
            left -= 1
            let returned = table.columns[4].text.string(row)
            let list = DocumentRef(rawValue: UInt64(table.columns[0].integer[row]))
            let since = taken.change(of: list, returned: returned)
            if since.change.isEmpty { continue }
            count += 1
            sink.appendRow(
              period + [
                declarations[position].name, declarations[position].agentCode, table.columns[1].text.string(row),
                table.columns[2].text.string(row), since.change.text, returned.isEmpty ? "0" : returned,
                since.returned.isEmpty ? "0" : since.returned,
              ])
            try sink.flushIfFull()
          }
        }
      }
    }
    return count
  }
}

extension ByteSink {
  func appendRow(_ values: [String]) {
    for (index, value) in values.enumerated() {
      if index > 0 { append(UInt8(ascii: ",")) }
      appendCSV(value)
    }
    append(0x0A)
  }
}
