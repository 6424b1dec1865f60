import TernCEB

/// Kernels that this processor runs.
let kernels = Kernel.allCases.filter(\.isAvailable)

/// Decodes a whole source with a fresh decoder.
func decode(_ source: [UInt8], strict: Bool = false, kernel: Kernel = .best) -> DocumentBatch {
  decode(source, with: UnitDecoder(strict: strict, kernel: kernel))
}

func decode(_ source: String, strict: Bool = false, kernel: Kernel = .best) -> DocumentBatch {
  decode(Array(source.utf8), strict: strict, kernel: kernel)
}

/// Decodes a whole source with a decoder that may have learned from others.
func decode(
  _ source: [UInt8], with decoder: UnitDecoder, source number: Int = 0, into batch: DocumentBatch = DocumentBatch()
) -> DocumentBatch {
  let open = unsafe GuardedBytes(source).withBytes {
    unsafe decoder.decode($0, source: number, sourceOffset: 0, endIsFinal: true, into: batch)
  }
  precondition(open == nil, "nothing may stay open at a source's end")
  return batch
}

/// Decodes a source in slices that end at `cuts`, each with what the one before left over.
func decode(_ source: [UInt8], cuts: [Int], kernel: Kernel = .best) -> DocumentBatch {
  let decoder = UnitDecoder(kernel: kernel)
  let batch = DocumentBatch()
  var start = 0
  for cut in cuts + [source.count] {
    let isLast = cut == source.count
    let open = unsafe GuardedBytes(source[start..<cut]).withBytes {
      unsafe decoder.decode(
        $0, source: 0, sourceOffset: start, endIsFinal: isLast, into: batch)
    }
    precondition(!isLast || open == nil, "nothing may stay open at a source's end")
    start = open.map { start + $0 } ?? cut
    if isLast { break }
  }
  return batch
}

extension Table {
  /// One value as text: empty for an absent one.
  func value(_ name: String, _ row: Int) -> String {
    switch self[name] {
    case .text(let column): column.string(row)
    case .integer(let column):
      column[row] == IntegerColumn.absent ? "" : String(column[row])
    case .decimal(let column): column.valueE5(row).map { String($0) } ?? ""
    }
  }

  func values(_ name: String) -> [String] { (0..<rowCount).map { value(name, $0) } }
}

extension DocumentBatch {
  /// `reason` of every reject, in order.
  var reasons: [String] { rejects.values("reason") }

  var documentCount: Int { kinds.reduce(0) { $0 + $1.documentCount } }

  /// Where the documents of two batches differ first, or nil; columns `ignored` may.
  func documentDifference(from other: DocumentBatch, ignoring ignored: Set<String> = []) -> String? {
    for (mine, theirs) in zip(kinds, other.kinds)
    where mine.documentCount > 0 || theirs.documentCount > 0 {
      if let difference = mine.heads.difference(from: theirs.heads, ignoring: ignored) {
        return "\(mine.kind.name) heads: \(difference)"
      }
      if let lines = mine.lines, let others = theirs.lines,
        let difference = lines.difference(from: others)
      {
        return "\(mine.kind.name) lines: \(difference)"
      }
    }
    return nil
  }

  /// Where two batches differ first, or nil. The reject table's texts count too.
  func difference(from other: DocumentBatch) -> String? {
    if let difference = documentDifference(from: other) { return difference }
    if let difference = envelopes.difference(from: other.envelopes) { return "envelopes: \(difference)" }
    if let difference = rejects.difference(from: other.rejects) { return "rejects: \(difference)" }
    if let difference = irregulars.difference(from: other.irregulars) {
      return "irregulars: \(difference)"
    }
    if latestAppTime != other.latestAppTime { return "latestAppTime" }
    if schemaRemarks != other.schemaRemarks {
      return "schemaRemarks: \(schemaRemarks) and \(other.schemaRemarks)"
    }
    return nil
  }
}

extension Table {
  func difference(from other: Table, ignoring ignored: Set<String> = []) -> String? {
    if rowCount != other.rowCount { return "\(rowCount) and \(other.rowCount) rows" }
    for (index, entry) in schema.columns.enumerated() where !ignored.contains(entry.name) {
      let isSame =
        switch (columns[index], other.columns[index]) {
        case (.text(let a), .text(let b)): a.hasSameValues(as: b)
        case (.integer(let a), .integer(let b)):
          unsafe a.values.unsafeElements.elementsEqual(b.values.unsafeElements)
        case (.decimal(let a), .decimal(let b)):
          unsafe a.forms.unsafeElements.elementsEqual(b.forms.unsafeElements)
            && a.mantissas.unsafeElements.elementsEqual(b.mantissas.unsafeElements)
        default: false
        }
      if isSame { continue }
      for row in 0..<rowCount where value(entry.name, row) != other.value(entry.name, row) {
        return """
          \(entry.name), row \(row): '\(value(entry.name, row))' and \
          '\(other.value(entry.name, row))'
          """
      }
      return "\(entry.name): form or length of the column"
    }
    return nil
  }
}

extension TextColumn {
  func hasSameValues(as other: TextColumn) -> Bool {
    unsafe ends.unsafeElements.elementsEqual(other.ends.unsafeElements)
      && bytes.unsafeElements.elementsEqual(other.bytes.unsafeElements)
  }
}
