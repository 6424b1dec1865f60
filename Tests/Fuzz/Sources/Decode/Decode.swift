import CDriver
import FuzzSupport
import TernCEB

/// One input of libFuzzer: the decoder gives the same, whatever kernel it uses and wherever the
/// input is cut. A difference traps; so does every read outside the input and its padding that
/// a sanitizer sees.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  guard let data = unsafe data, size >= 4 else { return 0 }
  let input = unsafe Array(UnsafeBufferPointer(start: data, count: size))
  let source = Array(input[4...])
  let whole = requireOneResult(of: source, cuts: cuts(input[..<4], in: source))
  if fuzz_is_canary() != 0 {
    // Planted: a message that is cut off is taken for a difference. No seed has one.
    let reasons = (0..<whole.rejects.rowCount).map { whole.rejects["reason"].text.string($0) }
    require(!reasons.contains("truncated"), "the canary's bug")
  }
  return 0
}
