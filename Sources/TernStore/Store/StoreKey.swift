import TernCEB

/// The store's secret: 32 random bytes under which keys are digested, so that nobody outside can
/// choose a number that matches another.
public struct StoreKey: Equatable, Sendable, CustomStringConvertible {
  static let size = 32
  public let bytes: [UInt8]

  /// Never shows the secret.
  public var description: String { "StoreKey" }

  /// Four little-endian words.
  public var words: [UInt64] {
    (0..<4).map { word in
      (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[word * 8 + $1]) << (8 * UInt64($1)) }
    }
  }

  var checksum: UInt64 {
    var buffer = GrowableBuffer<UInt8>()
    buffer.append(contentsOf: bytes)
    return buffer.view.checksum(0, count: bytes.count)
  }

  /// Makes and writes a new key: readable by its owner alone.
  static func create(system: SystemCalls, folder: String) throws(StoreError) -> StoreKey {
    let path = folder + "/" + StoreFolder.key
    let temporary = path + StoreFolder.temporarySuffix
    var buffer = GrowableBuffer<UInt8>(capacity: size)
    buffer.append(repeating: 0, count: size)
    try system.fillRandom(buffer.view.slice(0, count: size), for: path)
    do throws(StoreError) {
      let file = try system.create(temporary, mode: 0o600)
      try system.write(file, buffer.view, count: size)
      try system.sync(file)
      try system.rename(temporary, to: path)
    } catch {
      try? system.remove(temporary)
      throw error
    }
    return StoreKey(bytes: (0..<size).map { buffer[$0] })
  }

  /// Reads the key and checks it against the manifest's checksum.
  static func read(
    system: SystemCalls, folder: String, checksum: UInt64
  ) throws(StoreError) -> StoreKey {
    let path = folder + "/" + StoreFolder.key
    let file = try system.open(path)
    let found = try system.size(file)
    guard found == UInt64(size) else {
      throw .corrupt(file: path, range: 0..<found, what: "a key has \(size) bytes")
    }
    var buffer = GrowableBuffer<UInt8>(capacity: size)
    let done = try system.read(file, offset: 0, count: size, to: buffer.view)
    guard done == size else {
      throw .corrupt(file: path, range: 0..<UInt64(size), what: "the file ends too early")
    }
    buffer.setCount(size)
    let key = StoreKey(bytes: (0..<size).map { buffer[$0] })
    guard key.checksum == checksum else {
      throw .corrupt(file: path, range: 0..<UInt64(size), what: "not the key of this store")
    }
    return key
  }
}
