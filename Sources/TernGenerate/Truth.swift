/// Rows of `verdicts.csv` of one block, before they are sorted.
struct TruthRows: ~Copyable {
  static let header: StaticString =
    "direction,agentCode,copNo,platform,orderNo,logisticsCode,logisticsNo,disposition,returnStatus,findings\n"

  /// A class, so that the closure of a sort can hold it.
  private final class Storage {
    var bytes = ByteBuffer(capacity: 1 << 16)
  }

  private let storage = Storage()
  private var ranges: [Range<Int>] = []
  private let world: World

  init(world: World) { self.world = world }

  mutating func removeAll() {
    storage.bytes.removeAll()
    ranges.removeAll(keepingCapacity: true)
  }

  /// No value needs quotes: all are codes, numbers and names of findings.
  mutating func append(
    _ parcel: Parcel, _ version: Version, _ findings: Findings, _ disposition: Disposition
  ) {
    let start = storage.bytes.count
    let comma = UInt8(ascii: ",")
    storage.bytes.append(parcel.isExport ? "E," : "I,")
    world.agents.codes.copy(Int(parcel.agent), to: &storage.bytes)
    storage.bytes.append(comma)
    parcel.appendCopNo(version, world, to: &storage.bytes)
    storage.bytes.append(comma)
    if parcel.foreignPlatform == 0 {
      world.platforms.codes.copy(Int(parcel.platform), to: &storage.bytes)
    } else {
      world.sellers.codes.copy(Int(parcel.seller), to: &storage.bytes)
    }
    storage.bytes.append(comma)
    parcel.appendOrderNo(version, world, to: &storage.bytes)
    storage.bytes.append(comma)
    world.carriers.codes.copy(Int(parcel.carrier), to: &storage.bytes)
    storage.bytes.append(comma)
    parcel.appendLogisticsNo(version, world, to: &storage.bytes)
    storage.bytes.append(comma)
    storage.bytes.append(disposition.name)
    storage.bytes.append(comma)
    storage.bytes.append(disposition.returnStatus)
    storage.bytes.append(comma)
    if findings != Findings() {
      var isFirst = true
      for finding in Finding.allCases where findings.contains(finding) {
        if !isFirst { storage.bytes.append(UInt8(ascii: ";")) }
        storage.bytes.append(string: finding.rawValue)
        isFirst = false
      }
    }
    storage.bytes.append(UInt8(ascii: "\n"))
    ranges.append(start..<storage.bytes.count)
  }

  /// Puts the rows in order of their bytes into `out`, in place of what is there.
  mutating func sort(into out: inout ByteBuffer) {
    let storage = storage
    ranges.sort { storage.bytes.isLess($0, $1) }
    out.removeAll()
    for range in ranges { out.append(storage.bytes, range) }
  }
}
