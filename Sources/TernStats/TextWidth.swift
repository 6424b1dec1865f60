/// How many columns of a terminal a text takes.
public enum TextWidth {
  /// Of a value as `appendPrintable` writes it.
  static func columns(_ value: ArraySlice<UInt8>) -> Int {
    isPlain(value)
      ? value.count : columns(printable(String(decoding: value, as: UTF8.self)))
  }

  /// The value as `printable` gives it.
  static func appendPrintable(_ value: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
    if isPlain(value) {
      bytes.append(contentsOf: value)
    } else {
      bytes.append(contentsOf: printable(String(decoding: value, as: UTF8.self)).utf8)
    }
  }

  /// Printable ASCII alone, as nearly all values are: a column per byte.
  private static func isPlain(_ value: ArraySlice<UInt8>) -> Bool {
    value.allSatisfy { $0 >= 0x20 && $0 < 0x7f }
  }

  /// Two for East Asian wide and full-width characters (Unicode Standard Annex 11), none for marks
  /// that combine, one for others.
  public static func columns(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + columns($1) }
  }

  private static func columns(_ scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    return wide.contains { $0.contains(scalar.value) } ? 2 : 1
  }

  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115f, 0x231a...0x231b, 0x2329...0x232a, 0x2e80...0x303e, 0x3041...0x4dbf,
    0x4e00...0xa4cf, 0xa960...0xa97f, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe10...0xfe19,
    0xfe30...0xfe6f, 0xff01...0xff60, 0xffe0...0xffe6, 0x16fe0...0x18aff, 0x1b000...0x1b2ff,
    0x1f300...0x1f64f, 0x1f680...0x1f6ff, 0x1f900...0x1f9ff, 0x1fa70...0x1faff,
    0x20000...0x3fffd,
  ]

  /// The text with U+FFFD for control characters, line separators and what turns the direction of
  /// writing: a value from a message must not steer the terminal.
  public static func printable(_ text: String) -> String {
    let isControl: (Unicode.Scalar) -> Bool = {
      switch $0.value {
      case 0..<0x20, 0x7f...0x9f, 0x2028...0x202e, 0x2066...0x2069: true
      default: false
      }
    }
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    var printable = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { printable.append(isControl(scalar) ? "\u{fffd}" : scalar) }
    return String(printable)
  }
}
