/// Limits on everything that a file may ask a reader to allocate.
public enum StoreLimits {
  /// Rows of one column block. A unit has 1,000 to 20,000.
  public static let rowsPerBlock = 1 << 22
  /// Decoded bytes of one block. A unit is a few MiB of text.
  public static let decodedBytesPerBlock = 1 << 30
  /// Encoded bytes of one block.
  public static let encodedBytesPerBlock = 1 << 30
  /// Words of one match row.
  public static let wordsPerMatchRow = 64
  /// Key bits by which match rows are grouped: at most 4096 ranges.
  public static let matchRangeBits = 12
  /// Bits of hashes by which filters of keys and the index of numbers are grouped: at most 256 ranges.
  public static let hashRangeBits = 8
  /// Bytes of a file's footer: 8 for each row group of a table, and some for each column.
  public static let footerBytes = 1 << 29
  /// Bytes of the manifest: some hundred thousand segments.
  public static let manifestBytes = 1 << 28
}
