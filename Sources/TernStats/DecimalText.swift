/// Fixed-point numbers as text.
enum DecimalText {
  /// A value × 10^5, exactly and without trailing zeros: `123.45`, `0`, `-0.5`.
  static func ofE5(_ value: Int128) -> String {
    let (whole, fraction) = value.magnitude.quotientAndRemainder(dividingBy: 100_000)
    var text = value < 0 ? "-" : ""
    text += String(whole)
    if fraction == 0 { return text }
    // A leading 1 keeps the fraction's own leading zeros.
    var digits = String(fraction + 100_000).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return text + "." + digits
  }
}
