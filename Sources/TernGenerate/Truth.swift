/// Rows of `verdicts.csv` of one block, before they are sorted.
struct TruthRows: ~Copyable {
  static let header: StaticString =
    "direction,agentCode,copNo,platform,orderNo,logisticsCode,logisticsNo,disposition,returnStatus,findings\n"

  private var bytes = ByteBuffer(capacity: 1 << 16)
  private var ranges: [Range<Int>] = []
  private let world: World

  init(world: World) { self.world = world }

  mutating func removeAll() {
    bytes.removeAll()
    ranges.removeAll(keepingCapacity: true)
  }

  /// No value needs quotes: all are codes, numbers and names of findings.
  mutating func append(
    _ parcel: Parcel, _ version: Version, _ findings: Findings, _ disposition: Disposition
  ) {
    let start = bytes.count
    let comma = UInt8(ascii: ",")
    bytes.append(parcel.isExport ? "E," : "I,")
    world.agents.codes.copy(Int(parcel.agent), to: &bytes)
    bytes.append(comma)
    parcel.appendCopNo(version, world, to: &bytes)
    bytes.append(comma)
    if parcel.foreignPlatform == 0 {
      world.platforms.codes.copy(Int(parcel.platform), to: &bytes)
    } else {
      world.sellers.codes.copy(Int(parcel.seller), to: &bytes)
    }
    bytes.append(comma)
    parcel.appendOrderNo(version, world, to: &bytes)
    bytes.append(comma)
    world.carriers.codes.copy(Int(parcel.carrier), to: &bytes)
    bytes.append(comma)
    parcel.appendLogisticsNo(version, world, to: &bytes)
    bytes.append(comma)
    bytes.append(disposition.name)
    bytes.append(comma)
    bytes.append(disposition.returnStatus)
    bytes.append(comma)
    if findings != Findings() {
      var isFirst = true
      for finding in Finding.allCases where findings.contains(finding) {
        if !isFirst { bytes.append(UInt8(ascii: ";")) }
        bytes.append(string: finding.rawValue)
        isFirst = false
      }
    }
    bytes.append(UInt8(ascii: "\n"))
    ranges.append(start..<bytes.count)
  }

  /// Puts the rows in order of their bytes into `out`, in place of what is there.
  mutating func sort(into out: inout ByteBuffer) {
    bytes.sort(&ranges)
    out.removeAll()
    for range in ranges { out.append(bytes, range) }
  }
}
