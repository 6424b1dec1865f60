/// Where `qty` × `price` = `totalPrice` exactly, all times 10^5.
///
/// Any legal number times 10^5 fits 64 bits, so the product fits 128; a larger one can't be
/// equal to a legal total.
@inline(__always)
func lineArithmeticAgrees(qtyE5: Int128, priceE5: Int128, totalE5: Int128) -> Bool {
  let product = qtyE5.multipliedReportingOverflow(by: priceE5)
  return !product.overflow && product.partialValue == totalE5 &* 100_000
}
