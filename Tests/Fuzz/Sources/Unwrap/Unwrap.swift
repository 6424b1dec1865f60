import CDriver
import FuzzSupport
import TernCEB

/// One input of libFuzzer, as text of GB18030, in an envelope, or both: what a message is wrapped in changes nothing of its
/// documents, and every document and reject stands where its offset says.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  guard let data = unsafe data, size >= 5 else { return 0 }
  let input = unsafe Array(UnsafeBufferPointer(start: data, count: size))
  let body = Array(input[5...])
  let isForeign = input[4] & 1 != 0
  let declaration = "<?xml version='1.0' encoding='\(["GB2312", "gbk", "GB18030"][Int(input[4]) % 3])'?>"
  let message = isForeign ? Array(declaration.utf8) + body : body
  let plain = requireOneResult(of: message, cuts: cuts(input[..<4], in: message))
  requirePlaces(plain, in: message)
  if fuzz_is_canary() != 0 {
    // Planted: bytes that are not valid in their encoding are taken for a difference. No seed has any.
    require(!reasons(plain).contains("encoding"), "the canary's bug")
  }

  guard input[4] & 2 != 0 else { return 0 }
  let source = envelope(message, lineLength: Int(input[4] >> 2))
  let whole = requireOneResult(of: source, cuts: cuts(input[..<4], in: source))
  // It is read twice.
  require(whole.envelopes.rowCount == 2, "an envelope is lost")
  // Another envelope may not stand in one.
  guard plain.envelopes.rowCount == 0, !reasons(plain).contains("envelope"), !reasons(plain).contains("empty") else { return 0 }
  require(hasSameDocuments(plain, whole, ignoring: ["#offset"]), "the envelope changes documents")
  require(reasons(plain) == reasons(whole), "the envelope changes rejects")
  return 0
}

private func reasons(_ batch: DocumentBatch) -> [String] {
  let column = batch.rejects["reason"].text
  return (0..<batch.rejects.rowCount).map { column.string($0) }
}

/// Outside envelopes a document runs from its `<` to its `>`, and a reject's original is what stands at its place.
private func requirePlaces(_ batch: DocumentBatch, in source: [UInt8]) {
  guard batch.envelopes.rowCount == 0 else { return }
  for tables in batch.kinds where tables.documentCount > 0 {
    let (offsets, lengths) = (tables.heads["#offset"].integer, tables.heads["#length"].integer)
    for row in 0..<tables.heads.rowCount {
      let (first, count) = (Int(offsets[row]), Int(lengths[row]))
      require(source[first] == UInt8(ascii: "<") && source[first + count - 1] == UInt8(ascii: ">"), "a document elsewhere")
    }
  }
  let rejects = batch.rejects
  for row in 0..<rejects.rowCount {
    let (first, count) = (Int(rejects["offset"].integer[row]), Int(rejects["length"].integer[row]))
    let original = unsafe Array(rejects["original"].text.unsafeValue(row))
    require(original.elementsEqual(source[first..<first + count]), "a reject's original is not what stands there")
  }
}

private func envelope(_ message: [UInt8], lineLength: Int) -> [UInt8] {
  let head = "<DxpMsg xmlns='http://www.chinaport.gov.cn/dxp'><TransInfo><SenderId>A</SenderId></TransInfo><Data>"
  return Array(head.utf8) + base64(message, lineLength) + Array("</Data></DxpMsg>".utf8)
}

private func base64(_ bytes: [UInt8], _ lineLength: Int) -> [UInt8] {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var out: [UInt8] = []
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = bytes[start..<min(start + 3, bytes.count)]
    var word = 0
    for index in start..<start + 3 { word = word << 8 | (index < group.endIndex ? Int(group[index]) : 0) }
    for index in 0..<4 {
      out.append(index <= group.count ? alphabet[word >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
      if lineLength > 0, out.count % lineLength == 0 { out.append(0x0A) }
    }
  }
  return out
}
