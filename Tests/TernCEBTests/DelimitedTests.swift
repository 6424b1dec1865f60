import TernCEB
import TernTestSupport
import Testing

/// Tables against messages: a document means the same in every form.
@Suite struct DelimitedTests {
  /// Values that are hard to write.
  private static let oddTexts = [
    "", "a,b", "say \"hi\"", "\"quoted\"", "two\nlines", "cr\rlf", "汉字", "😀 & <b>", "\\", "a\tb", "'",
    String(repeating: "长", count: 300), "无", "]]>",
  ]
  private static let oddNumbers = [
    "+5", ".5", "5.", "007", "-0", "1.500000", "1e5", "1,234.5", "99999999999999.99999", "-1.5", "",
    "12a", "999999999999999",
  ]

  /// A random document: most are good.
  private func document(_ kind: Kind, _ random: inout SeededGenerator) -> Document {
    var document = Document.valid(kind, number: random.below(1000), lines: random.below(4))
    func change(_ elements: inout [Document.Element], _ fields: [Field]) {
      for (index, field) in fields.enumerated() where random.chance(0.08) {
        elements[index].text = random.pick(
          field.type == .text ? Self.oddTexts : Self.oddNumbers + ["20260229", "20260301251112"])
      }
    }
    change(&document.head, kind.spec.headFields)
    for line in document.lines.indices { change(&document.lines[line], kind.spec.lineFields) }
    return document
  }

  private func xml(_ documents: [Document], _ kind: Kind) -> String {
    func escaped(_ text: String) -> String {
      var out = ""
      for scalar in text.unicodeScalars {
        switch scalar {
        case "&": out += "&amp;"
        case "<": out += "&lt;"
        case ">": out += "&gt;"
        case "\r": out += "&#13;"
        default: out.unicodeScalars.append(scalar)
        }
      }
      return out
    }
    func elements(_ list: [Document.Element]) -> String {
      list.map { "<\($0.name)>\(escaped($0.text))</\($0.name)>" }.joined()
    }
    let spec = kind.spec
    var out = "<\(kind.name)Message xmlns='\(ceb)'>"
    for document in documents {
      let head = elements(document.head)
      out += "<\(spec.document)>" + (spec.head.map { "<\($0)>\(head)</\($0)>" } ?? head)
      for line in document.lines { out += "<\(spec.line!)>\(elements(line))</\(spec.line!)>" }
      out += "</\(spec.document)>"
    }
    return out + "</\(kind.name)Message>"
  }

  /// What two batches have otherwise, places in the source aside.
  private func difference(_ a: DocumentBatch, _ b: DocumentBatch, _ kind: Kind) -> String? {
    for name in ["kind", "key", "field", "reason", "message"]
    where a.rejects.values(name) != b.rejects.values(name) {
      return "rejects' \(name): \(a.rejects.values(name)) and \(b.rejects.values(name))"
    }
    for field in kind.spec.headFields.map(\.name) + ["#lines"]
    where a[kind].heads.values(field) != b[kind].heads.values(field) {
      return "\(field): \(a[kind].heads.values(field)) and \(b[kind].heads.values(field))"
    }
    for field in kind.spec.lineFields.map(\.name)
    where a[kind].lines!.values(field) != b[kind].lines!.values(field) {
      return "line's \(field)"
    }
    if let difference = a.irregulars.difference(from: b.irregulars) { return "irregulars: \(difference)" }
    if a.latestAppTime != b.latestAppTime { return "latestAppTime" }
    return a.schemaRemarks == b.schemaRemarks ? nil : "\(a.schemaRemarks) and \(b.schemaRemarks) remarks"
  }

  @Test("random documents come in alike as XML, CSV and NDJSON", arguments: Kind.allCases)
  func sameAsXML(_ kind: Kind) throws {
    let seed: UInt64 = 20_260_301 + UInt64(kind.rawValue)
    print("DelimitedTests.sameAsXML: \(kind.name), seed \(seed)")
    var random = SeededGenerator(seed: seed)
    var accepted = 0
    for round in 0..<20 {
      let documents = (0..<1 + random.below(40)).map { _ in document(kind, &random) }
      let strict = round % 4 == 3
      let expected = decode(xml(documents, kind), strict: strict)
      accepted += expected.documentCount
      var writer = TableWriter(random: random)
      let lineEnd = random.pick(["\n", "\r\n"])

      var objects = random.chance(0.3) ? "\u{FEFF}" : ""
      for document in documents {
        objects += "{" + writer.object(document.head)
        if let line = kind.spec.line {
          objects += ",\"\(line)\":[" + document.lines.map { "{\(writer.object($0))}" }.joined(separator: ", ") + "]"
        }
        objects += "}" + lineEnd + (random.chance(0.1) ? lineEnd : "")
      }
      let byObject = try decodeTable(objects, .ndjson, of: .kind(kind), strict: strict)
      #expect(difference(byObject, expected, kind) == nil, "NDJSON, seed \(seed), round \(round)")
      let foreign = try decodeTable(
        gb18030(objects.replacing("\u{FEFF}", with: "")), .ndjson, of: .kind(kind), encoding: .gb18030, strict: strict)
      #expect(difference(foreign.batch, expected, kind) == nil, "NDJSON in GB18030, seed \(seed), round \(round)")

      // Columns in another order; a number ties lines to their heads.
      let columns = documents[0].head.indices.shuffled(using: &random)
      var rows = (random.chance(0.3) ? "\u{FEFF}" : "") + (["#row"] + columns.map { documents[0].head[$0].name }).joined(separator: ",") + lineEnd
      var lineRows: [String] = []
      for (number, document) in documents.enumerated() {
        rows += (["\(number)"] + columns.map { writer.cell(document.head[$0].text) }).joined(separator: ",") + lineEnd
        for line in document.lines {
          lineRows.append((line.map { writer.cell($0.text) } + ["\(number)"]).joined(separator: ","))
        }
      }
      var (table, foreignTable): (LinesOfTest?, LinesOfTest?)
      if kind.spec.line != nil {
        let header = (kind.spec.lineFields.map(\.name) + ["#row"]).joined(separator: ",")
        // Documents in another order; the lines of each keep theirs.
        let order = Array(0..<documents.count).shuffled(using: &random).map { ",\($0)" }
        let sorted = order.flatMap { end in lineRows.filter { $0.hasSuffix(end) } }
        let text = ([header] + sorted).joined(separator: lineEnd)
        table = try LinesOfTest(text, of: .kind(kind))
        foreignTable = try LinesOfTest(gb18030(text), of: .kind(kind), encoding: .gb18030)
      }
      let byRow = try decodeTable(rows, .csv, of: .kind(kind), lines: table?.lines, strict: strict)
      #expect(difference(byRow, expected, kind) == nil, "CSV, seed \(seed), round \(round)")
      let byForeignRow = try decodeTable(
        gb18030(rows.replacing("\u{FEFF}", with: "")), .csv, of: .kind(kind), encoding: .gb18030,
        lines: foreignTable?.lines, strict: strict)
      #expect(difference(byForeignRow.batch, expected, kind) == nil, "CSV in GB18030, seed \(seed), round \(round)")
      #expect(byForeignRow.batch.rejects.values("encoding").allSatisfy { $0 == "gb18030" })
      try table?.rejectOthers()
      #expect(table?.rejects.reasons ?? [] == [], "seed \(seed), round \(round)")
    }
    #expect(accepted > 100, "too few documents are good for the comparison to mean something")
  }

  @Test("a table cut where lastCut says comes in as the whole", arguments: TableFormat.allCases)
  func cuts(_ format: TableFormat) throws {
    let seed: UInt64 = 7
    print("DelimitedTests.cuts: \(format.rawValue), seed \(seed)")
    var random = SeededGenerator(seed: seed)
    var writer = TableWriter(random: random)
    let documents = (0..<60).map { _ in document(.payment403, &random) }
    var text = format == .csv ? documents[0].head.map(\.name).joined(separator: ",") + "\r\n" : ""
    for (number, document) in documents.enumerated() {
      text +=
        format == .csv
        ? document.head.map { writer.cell($0.text) }.joined(separator: ",") + "\r\n"
        : "{\(writer.object(document.head))}\n"
      if number % 9 == 8 { text += random.pick(["\n", "a,\"stray\nb\n", "x,y\n", "{\"a\n", "\"\"\"\n"]) }
    }
    let table = Array(text.utf8)
    let (whole, _) = try decodeTable(table, format, of: .kind(.payment403))
    #expect(whole.documentCount > 10 && whole.reasons.count > 10)
    for size in [50, 333, 1000, 5000] {
      let decoder = TableDecoder(format, of: .kind(.payment403))
      let batch = DocumentBatch()
      var start = 0
      var wanted = size
      while start < table.count {
        let end = min(start + wanted, table.count)
        let isLast = end == table.count
        let cut = isLast ? end - start : unsafe table[start..<end].withUnsafeBytes { unsafe TableDecoder.lastCut(in: $0, format) }
        if cut == 0 {
          wanted *= 2
          continue
        }
        wanted = size
        let open = try decode(table, start..<start + cut, with: decoder, isLast: isLast, into: batch)
        #expect(open == nil, "a cut is behind a row")
        start += cut
      }
      #expect(batch.difference(from: whole) == nil, "stretches of \(size) bytes")
    }
  }
}
