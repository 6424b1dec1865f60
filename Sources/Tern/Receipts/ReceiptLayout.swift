import TernCEB

/// How one kind of receipt is made from one kind of document: its elements in schema order, where
/// their values come from and how long they may be.
struct ReceiptLayout: Sendable {
  enum Value: Sendable {
    /// The receipt's own number, derived.
    case guid
    /// The list's own, in this column, or derived.
    case preNo(Int), invtNo(Int)
    /// The list's own; where a 622 needs one and there is none, the end of the receipt's `guid`.
    case copNo
    case paymentNumber
    case returnStatus, returnTime, returnInfo
    /// Position in `columns`; nil where the document has no such element.
    case column(Int?)
  }

  struct Element: Sendable {
    let open: [UInt8]
    let close: [UInt8]
    let value: Value
    /// Characters.
    let minLength: Int
    let maxLength: Int
    let isRequired: Bool
    let isNeverEmpty: Bool
  }

  let receipt: Kind
  /// The kind that it answers.
  let source: Kind
  let elements: [Element]
  /// Head columns of the document that are read.
  let columns: [String]
  /// Position of each key of the index in `columns`; nil where the kind has no such element.
  let keys: [Int?]
  let documentOpen: [UInt8]
  let documentClose: [UInt8]

  /// What names a document in the index, each with the elements that it may be.
  static let keyElements = [
    ["agentCode"], ["copNo"], ["ebpCode"], ["ebcCode"], ["orderNo"], ["payCode"],
    ["payNo", "payTransactionId"], ["logisticsCode"], ["logisticsNo"],
  ]
  /// Positions in `keyElements`.
  static let platformKey = 2
  static let sellerKey = 3

  /// The receipts of triplet documents and lists, in the order of `Kind`.
  static let answers: [(source: Kind, receipt: Kind)] = [
    (303, 304), (403, 404), (505, 506), (603, 604), (311, 312), (411, 412), (511, 512), (621, 622),
  ].map { (Kind(number: $0)!, Kind(number: $1)!) }

  init(_ source: Kind, _ receipt: Kind, _ spec: ReceiptSpec) {
    self.source = source
    self.receipt = receipt
    let schema = KindTables.headSchema(source)
    var columns = ["guid"]
    func column(_ names: [String]) -> Int? {
      guard let name = names.first(where: { schema.index(of: $0) != nil }) else { return nil }
      if let index = columns.firstIndex(of: name) { return index }
      columns.append(name)
      return columns.count - 1
    }
    elements = receipt.spec.headFields.map { field in
      let value: Value =
        switch field.name {
        case "guid": .guid
        case "preNo": .preNo(column(["preNo"])!)
        case "invtNo": .invtNo(column(["invtNo"])!)
        case "copNo": .copNo
        case "payNo", "payTransactionId": .paymentNumber
        case "returnStatus": .returnStatus
        case "returnTime": .returnTime
        case "returnInfo": .returnInfo
        default: .column(column([field.name]))
        }
      // The 2018 edition wants exactly 18, the later one up to 20.
      let isOld604 = field.name == "invtNo" && spec == .of2018
      return Element(
        open: Array("<ceb:\(field.name)>".utf8), close: Array("</ceb:\(field.name)>".utf8),
        value: value, minLength: isOld604 ? 18 : field.minLength,
        maxLength: isOld604
          ? 18 : spec == .of2018 ? field.maxLength2018 ?? field.maxLength : field.maxLength,
        isRequired: field.required,
        // The 2018 edition has it so of the platform too.
        isNeverEmpty: field.minLength > 0 || field.name == "ebpCode")
    }
    // A waybill's seller is no platform.
    let hasPlatform = schema.index(of: "ebpCode") != nil
    keys = Self.keyElements.enumerated().map { index, names in
      index == Self.sellerKey && !hasPlatform ? nil : column(names)
    }
    self.columns = columns
    documentOpen = Array("<ceb:\(receipt.spec.document)>".utf8)
    documentClose = Array("</ceb:\(receipt.spec.document)>\n".utf8)
  }
}
