import TernCEB

public func require(_ condition: Bool, _ what: String) {
  if !condition { fatalError(what) }
}

/// The cuts that the first bytes of an input choose, so that a finding replays.
public func cuts(_ bytes: ArraySlice<UInt8>, in source: [UInt8]) -> [Int] {
  let bytes = bytes.map { Int($0) }
  let first = (bytes[0] << 8 | bytes[1]) % (source.count + 1)
  let second = (bytes[2] << 8 | bytes[3]) % (source.count + 1)
  return [min(first, second), max(first, second)]
}

/// What any input must give: the same with every kernel, wherever it is cut, and by the general path alone.
public func requireOneResult(of source: [UInt8], cuts: [Int]) -> DocumentBatch {
  let whole = decode(source)
  for kernel in Kernel.allCases where kernel.isAvailable {
    require(isSame(whole, decode(source, cuts: cuts, kernel: kernel)), "a kernel or a cut differs")
  }
  require(isSame(whole, decode(source, followsTemplates: false)), "the general path differs")
  return whole
}

/// Decodes `source` twice over, so that the second pass meets templates that the first has learned;
/// in the first pass uncut, in the second in slices that end at `cuts`.
public func decode(
  _ source: [UInt8], cuts: [Int] = [], kernel: Kernel = .portable, followsTemplates: Bool = true
) -> DocumentBatch {
  let decoder = UnitDecoder(kernel: kernel)
  decoder.followsTemplates = followsTemplates
  let batch = DocumentBatch()
  decode(source, cuts: [], with: decoder, into: batch)
  decode(source, cuts: cuts, with: decoder, into: batch)
  return batch
}

private func decode(
  _ source: [UInt8], cuts: [Int], with decoder: UnitDecoder, into batch: DocumentBatch
) {
  var start = 0
  for (index, cut) in (cuts + [source.count]).enumerated() {
    let isLast = index == cuts.count
    // Memory of exactly the right size: the address sanitizer sees what reads on.
    let slice = Array(source[start..<cut]) + [UInt8](repeating: 0, count: Kernel.padding)
    let open = unsafe slice.withUnsafeBufferPointer {
      unsafe decoder.decode(
        UnsafeBufferPointer(rebasing: $0.dropLast(Kernel.padding)), source: 0, sourceOffset: start,
        endIsFinal: isLast, into: batch)
    }
    require(!isLast || open == nil, "something stays open at the end")
    start = open.map { start + $0 } ?? cut
  }
}

public func isSame(_ a: DocumentBatch, _ b: DocumentBatch) -> Bool {
  a.latestAppTime == b.latestAppTime && a.schemaRemarks == b.schemaRemarks
    && isSame(a.rejects, b.rejects) && isSame(a.irregulars, b.irregulars)
    && isSame(a.envelopes, b.envelopes)
    && hasSameDocuments(a, b)
}

/// - Parameter ignored: columns of the heads that may differ.
public func hasSameDocuments(
  _ a: DocumentBatch, _ b: DocumentBatch, ignoring ignored: Set<String> = []
) -> Bool {
  zip(a.kinds, b.kinds).allSatisfy { mine, theirs in
    if mine.documentCount == 0 && theirs.documentCount == 0 { return true }
    guard isSame(mine.heads, theirs.heads, ignoring: ignored) else { return false }
    guard let lines = mine.lines, let others = theirs.lines else { return true }
    return isSame(lines, others)
  }
}

private func isSame(_ a: Table, _ b: Table, ignoring ignored: Set<String> = []) -> Bool {
  a.schema.columns.indices.allSatisfy { index in
    if ignored.contains(a.schema.columns[index].name) { return true }
    return switch (a.columns[index], b.columns[index]) {
    case (.text(let a), .text(let b)):
      unsafe a.ends.unsafeElements.elementsEqual(b.ends.unsafeElements)
        && a.bytes.unsafeElements.elementsEqual(b.bytes.unsafeElements)
    case (.integer(let a), .integer(let b)):
      unsafe a.values.unsafeElements.elementsEqual(b.values.unsafeElements)
    case (.decimal(let a), .decimal(let b)):
      unsafe a.forms.unsafeElements.elementsEqual(b.forms.unsafeElements)
        && a.mantissas.unsafeElements.elementsEqual(b.mantissas.unsafeElements)
    default: false
    }
  }
}
