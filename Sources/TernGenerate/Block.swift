/// Makes one block: the messages and the truth of a range of lists.
///
/// Orders come first, then payments, waybills by carrier, lists by declarant, each shuffled within
/// its sender: neighbours in one file are not neighbours in another. A maker is used again for
/// block after block, so that memory is allocated once per thread.
struct BlockMaker: ~Copyable {
  private let settings: GenerateSettings
  private let parcelMaker: ParcelMaker
  private let world: World
  private var parcels: [Parcel] = []
  private var entries: [[Entry]] = Array(repeating: [], count: MessageKind.allCases.count)
  private var order = KeyOrder()
  private var plan = Plan()
  /// Absent where nobody wants the truth.
  private var truth: TruthRows?
  private(set) var writer: DocumentWriter
  /// The block's messages, in order, as ranges of `writer.out`.
  private(set) var messages: [(kind: MessageKind, range: Range<Int>)] = []
  /// The block's rows of `verdicts.csv`, sorted.
  private(set) var rows = ByteBuffer(capacity: 1 << 16)
  private(set) var counts = Counts()

  /// One document to write.
  private struct Entry {
    var key: UInt64
    var parcel: Int32
    var version: Version
  }

  /// Each thread makes a world of its own: counting references to a shared one would cost more.
  init(_ settings: GenerateSettings, keepsTruth: Bool) {
    self.settings = settings
    parcelMaker = ParcelMaker(settings)
    world = World(settings)
    writer = DocumentWriter(world: world, settings: settings)
    truth = keepsTruth ? TruthRows(world: world) : nil
  }

  /// Makes block `number`. Afterwards `writer.out`, `messages`, `rows` and `counts` are its.
  mutating func make(_ number: Int) {
    writer.out.removeAll()
    messages.removeAll(keepingCapacity: true)
    parcels.removeAll(keepingCapacity: true)
    for kind in entries.indices { entries[kind].removeAll(keepingCapacity: true) }
    truth?.removeAll()
    counts = Counts()

    let first = number * settings.listsPerBlock
    let last = min(first + settings.listsPerBlock, settings.lists)
    for index in first..<last { plan(list: index) }
    for kind in MessageKind.allCases { writeMessages(of: kind, block: number) }
    counts.bytes = writer.out.count
    truth?.sort(into: &rows)
  }

  private mutating func plan(list index: Int) {
    let (parcel, findings) = parcelMaker.make(index: index, world: world)
    plan.make(parcel, findings)
    let place = Int32(parcels.count)
    parcels.append(parcel)
    for (role, version) in plan.documents {
      let kind = MessageKind(role, isExport: parcel.isExport)
      entries[kind.rawValue].append(
        Entry(key: Self.key(role, parcel, version), parcel: place, version: version))
    }
    for (version, findings) in plan.verdicts {
      let disposition = Disposition(findings, isLate: parcel.isLate)
      truth?.append(parcel, version, findings, disposition)
      counts.add(findings, disposition)
    }
    counts.rejects += plan.rejects
    if let fault = parcel.fault { counts.faults[fault.ordinal] += 1 }
  }

  /// Sorts by sender, then at random; late ones last.
  private static func key(_ role: Role, _ parcel: Parcel, _ version: Version) -> UInt64 {
    let sender =
      switch role {
      case .order: parcel.platform
      case .payment: parcel.paymentFirm
      case .waybill: parcel.carrier
      case .list: parcel.agent
      }
    let which = UInt64(role.rawValue) << 8 | UInt64(version.part)
    let shuffle = Random.mix(parcel.salt ^ which) >> 17
    return (version.isLast ? 1 << 63 : 0) | UInt64(sender) << 47 | shuffle
  }

  private mutating func writeMessages(of kind: MessageKind, block: Int) {
    order.sort(entries[kind.rawValue].map(\.key))
    let total = entries[kind.rawValue].count
    counts.documents[kind.rawValue] = total
    var start = 0
    while start < total {
      let end = min(start + settings.documentsPerMessage, total)
      let begin = writer.out.count
      let number = UInt64(block) << 24 | UInt64(kind.rawValue) << 20 | UInt64(messages.count)
      writer.beginMessage(kind, number: number)
      for place in start..<end {
        let entry = entries[kind.rawValue][order[place]]
        let parcel = parcels[Int(entry.parcel)]
        switch kind.role {
        case .order: writer.writeOrder(parcel, entry.version)
        case .payment: writer.writePayment(parcel, entry.version)
        case .waybill: writer.writeWaybill(parcel, entry.version)
        case .list: writer.writeList(parcel, entry.version)
        }
      }
      writer.endMessage(kind, sender: parcels[Int(entries[kind.rawValue][order[start]].parcel)])
      messages.append((kind, begin..<writer.out.count))
      counts.messages += 1
      start = end
    }
  }
}

extension DocumentWriter {
  mutating func beginMessage(_ kind: MessageKind, number: UInt64) {
    out.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ceb:")
    out.append(kind.name)
    out.append("Message guid=\"")
    let high = Random.mix(settings.seed ^ Random.mix(number &+ Random.golden))
    out.append(guid: high, Random.mix(high ^ number))
    out.append("\" version=\"1.0\" xmlns:ceb=\"http://www.chinaport.gov.cn/ceb\">\n")
  }

  /// `BaseTransfer` of the first document's sender; a CEB621 must be signed.
  mutating func endMessage(_ kind: MessageKind, sender parcel: Parcel) {
    let world = world
    depth = 2
    out.append("\t<ceb:BaseTransfer>\n")
    let number: Int32
    switch kind.role {
    case .order:
      number = parcel.platform
      writeTransfer(world.platforms, Int(number))
    case .payment:
      number = parcel.paymentFirm
      writeTransfer(world.payments, Int(number))
    case .waybill:
      number = parcel.carrier
      writeTransfer(world.carriers, Int(number))
    case .list:
      number = parcel.agent
      writeTransfer(world.agents, Int(number))
    }
    field(.dxpMode, "DXP")
    field(.dxpId) {
      $0.append("DXPENT")
      $0.append(digits: UInt64(kind.role.rawValue) * 1_000 + UInt64(number), width: 10)
    }
    writeNote(sender: number)
    out.append("\t</ceb:BaseTransfer>\n")
    if kind == .list621 { writeSignature() }
    out.append("</ceb:")
    out.append(kind.name)
    out.append("Message>\n")
  }

  private mutating func writeTransfer(_ firms: borrowing Enterprises, _ index: Int) {
    open(.copCode)
    firms.codes.copy(index, to: &out)
    close(.copCode)
    open(.copName)
    firms.names.copy(index, to: &out)
    close(.copName)
  }

  /// Has the shape of a signature and signs nothing.
  private mutating func writeSignature() {
    out.append(
      """
      \t<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
      \t\t<ds:SignedInfo>
      \t\t\t<ds:CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"></ds:CanonicalizationMethod>
      \t\t\t<ds:SignatureMethod Algorithm="http://www.w3.org/2000/09/xmldsig#rsa-sha1"></ds:SignatureMethod>
      \t\t\t<ds:Reference URI="">
      \t\t\t\t<ds:DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"></ds:DigestMethod>
      \t\t\t\t<ds:DigestValue>AAAAAAAAAAAAAAAAAAAAAAAAAAA=</ds:DigestValue>
      \t\t\t</ds:Reference>
      \t\t</ds:SignedInfo>
      \t\t<ds:SignatureValue>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=</ds:SignatureValue>
      \t</ds:Signature>

      """)
  }
}
