import TernCEB

/// One input of libFuzzer: the decoder gives the same, whatever kernel it uses and wherever the
/// input is cut. A difference traps; so does every read outside the input and its padding that
/// a sanitizer sees.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  // The first bytes choose the cuts, so that a finding replays.
  guard let data = unsafe data, size >= 4 else { return 0 }
  let source = unsafe Array(UnsafeBufferPointer(start: data + 4, count: size - 4))
  let room = source.count + 1
  let first = unsafe (Int(data[0]) << 8 | Int(data[1])) % room
  let second = unsafe (Int(data[2]) << 8 | Int(data[3])) % room
  let cuts = [min(first, second), max(first, second)]

  let whole = decode(source, cuts: [], kernel: .portable)
  for kernel in Kernel.allCases where kernel.isAvailable {
    require(isSame(whole, decode(source, cuts: cuts, kernel: kernel)), "a kernel or a cut differs")
  }
  #if CANARY
    // Planted: a message that is cut off is taken for a difference. No seed has one.
    let reasons = (0..<whole.rejects.rowCount).map { whole.rejects["reason"].text.string($0) }
    require(!reasons.contains("truncated"), "the canary's bug")
  #endif
  return 0
}

private func require(_ condition: Bool, _ what: String) {
  if !condition { fatalError(what) }
}

/// Decodes `source` twice over, so that the second pass meets templates that the first has learned;
/// in the first pass uncut, in the second in slices that end at `cuts`.
private func decode(_ source: [UInt8], cuts: [Int], kernel: Kernel) -> DocumentBatch {
  let decoder = UnitDecoder(kernel: kernel)
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

private func isSame(_ a: DocumentBatch, _ b: DocumentBatch) -> Bool {
  a.latestAppTime == b.latestAppTime && a.schemaRemarks == b.schemaRemarks
    && isSame(a.rejects, b.rejects) && isSame(a.irregulars, b.irregulars)
    && zip(a.kinds, b.kinds).allSatisfy { mine, theirs in
      guard isSame(mine.heads, theirs.heads) else { return false }
      guard let lines = mine.lines, let others = theirs.lines else { return true }
      return isSame(lines, others)
    }
}

private func isSame(_ a: Table, _ b: Table) -> Bool {
  zip(a.columns, b.columns).allSatisfy { pair in
    switch pair {
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
