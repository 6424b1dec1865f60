/// What an archive, or compressed data, may ask for at most. Whoever sends them decides how much
/// work and room they cost; these bound it.
struct ArchiveLimits: Sendable {
  /// Unpacked bytes for each stored byte, beyond `freeBytes`. Messages shrink to a tenth or a
  /// fifteenth of their size; deflate can do 1,032 and zstd tens of thousands, with what is made for it.
  var ratio: UInt64 = 250
  /// What a source may always unpack to, as much as the longest message: a small file of repeated
  /// test data is no attack.
  var freeBytes: UInt64 = 256 << 20
  /// Members of an archive, those that are not read included. At 100 documents each, 50 million.
  var members = 500_000
  /// Bytes of a member's name: as much as of a path.
  var nameBytes = 4096
  /// Bytes of a zip's directory, which libarchive keeps in memory in about four times the room.
  var directoryBytes = 64 << 20

  /// Whether `unpacked` bytes are too many for `stored` ones.
  func isBomb(unpacked: UInt64, stored: UInt64) -> Bool {
    guard unpacked > freeBytes else { return false }
    let (allowed, overflow) = stored.multipliedReportingOverflow(by: ratio)
    return !overflow && unpacked - freeBytes > allowed
  }

  /// Why a source is not unpacked further, and what to do.
  var bombText: String {
    "unpacks to more than \(ratio) times its size beyond \(freeBytes >> 20) MiB, which messages do not;"
      + " if it can be trusted, unpack it first and take in the result"
  }
}
