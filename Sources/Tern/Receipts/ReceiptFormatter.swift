import TernCEB

/// Writes receipts of one layout, and their rows of the index, into pieces: an end after each.
///
/// Values fit the schema by construction: what is too long is cut, what is required and lacking is
/// `无`, what is optional and does not fit is left out.
struct ReceiptFormatter {
  static let none = Array("无".utf8)

  let layout: ReceiptLayout
  private let returnTime: [UInt8]
  private var document: [UInt8] = []
  private var index: [UInt8] = []

  /// - Parameter asOf: seconds, China Standard Time.
  init(_ layout: ReceiptLayout, asOf: Int64) {
    self.layout = layout
    returnTime = Array((timeText(asOf) + "000").utf8)
  }

  /// One document's values: a row of a table, or what could be read of a rejected one.
  struct Values {
    /// By `ReceiptLayout.columns`; empty where the document does not say.
    var columns: [[UInt8]]
    /// Where a rejected document stood.
    var place: (source: String, offset: Int64)?

    init(_ columns: [[UInt8]], place: (source: String, offset: Int64)? = nil) {
      self.columns = columns
      self.place = place
    }

    /// `columns` are the layout's.
    init(_ columns: [TextColumn], row: Int) {
      self.columns = columns.map { unsafe Array($0.unsafeValue(row)) }
    }
  }

  /// - Parameter returnInfo: is cut to what the schema takes.
  mutating func append(
    _ values: Values, returnStatus: String, returnInfo: String, to piece: OutputPiece
  ) {
    let numbers = numbers(values)
    document.removeAll(keepingCapacity: true)
    document += layout.documentOpen
    for element in layout.elements {
      switch element.value {
      case .guid: append(element, Array(numbers.guid.utf8))
      case .preNo: append(element, Array(numbers.preNo.utf8))
      case .invtNo: append(element, Array(numbers.invtNo.utf8))
      case .copNo:
        let own = key(1, values)
        append(element, own.isEmpty && element.isNeverEmpty ? Array(numbers.guid.utf8.suffix(20)) : own)
      case .paymentNumber:
        // A payment without a number goes by its guid.
        let own = key(6, values)
        append(element, own.isEmpty && element.isNeverEmpty ? values.columns[0] : own)
      case .returnStatus: append(element, Array(returnStatus.utf8))
      case .returnTime: append(element, returnTime)
      case .returnInfo: append(element, Array(returnInfo.utf8))
      case .column(let column): append(element, column.map { values.columns[$0] } ?? [])
      }
    }
    document += layout.documentClose
    piece.bytes.append(contentsOf: document)
    piece.ends.append(piece.bytes.count)
    appendIndex(values, numbers, returnStatus)
    piece.bytes.append(contentsOf: index)
    piece.ends.append(piece.bytes.count)
  }

  private mutating func append(_ element: ReceiptLayout.Element, _ given: [UInt8]) {
    var value = given.prefix(characters: element.maxLength)
    if element.isRequired {
      if value.isEmpty && element.isNeverEmpty { value = Self.none[...] }
    } else if value.isEmpty || value.count < given.count || value.characterCount < element.minLength {
      return
    }
    document += element.open
    unsafe value.withUnsafeBufferPointer { unsafe XMLText.append($0, to: &document) }
    document += element.close
  }

  // MARK: - Numbers

  private struct Numbers {
    var guid: String
    var preNo = ""
    var invtNo = ""
  }

  /// A key of the index by its position in `ReceiptLayout.keyElements`.
  private func key(_ index: Int, _ values: Values) -> [UInt8] {
    layout.keys[index].map { values.columns[$0] } ?? []
  }

  private func platform(_ values: Values) -> [UInt8] {
    let code = key(ReceiptLayout.platformKey, values)
    return code.isEmpty || code == Self.none ? key(ReceiptLayout.sellerKey, values) : code
  }

  private func numbers(_ values: Values) -> Numbers {
    // With the document's own guid: a carrier's number may stand for several waybills. And a rejected
    // document must not have the guid of one that counts.
    let place = values.place.map { "rejected \($0.source):\($0.offset)" } ?? ""
    func contentNumber() -> String {
      let keys = ReceiptLayout.keyElements.indices.map { key($0, values) }
      return contentGuid([Array("\(layout.receipt.name) \(place)".utf8), values.columns[0]] + keys)
    }
    guard layout.source.role == .list else { return Numbers(guid: contentNumber()) }
    let derived = DerivedNumbers(
      layout.source.direction, agentCode: key(0, values), copNo: key(1, values),
      platform: platform(values), orderNo: key(4, values), logisticsCode: key(7, values),
      logisticsNo: key(8, values))
    var numbers = Numbers(
      guid: values.place == nil ? derived.guid : contentNumber(), preNo: derived.preNo,
      invtNo: derived.invtNo)
    for element in layout.elements {
      switch element.value {
      case .preNo(let column):
        if let own = element.fitting(values.columns[column]) { numbers.preNo = own }
      case .invtNo(let column):
        if let own = element.fitting(values.columns[column]) { numbers.invtNo = own }
      default: break
      }
    }
    return numbers
  }

  // MARK: - Index

  static let indexColumns = [
    "file", "kind", "agentCode", "copNo", "platform", "orderNo", "payCode", "payNo",
    "logisticsCode", "logisticsNo", "preNo", "invtNo", "guid", "returnStatus", "source", "offset",
  ]

  /// All but the file.
  private mutating func appendIndex(_ values: Values, _ numbers: Numbers, _ returnStatus: String) {
    index.removeAll(keepingCapacity: true)
    func cell(_ value: [UInt8]) {
      index.append(UInt8(ascii: ","))
      unsafe value.withUnsafeBufferPointer { unsafe TextFormats.appendCSV($0, to: &index) }
    }
    cell(Array(layout.receipt.name.utf8))
    for key in [0, 1] { cell(self.key(key, values)) }
    cell(platform(values))
    for key in 4...8 { cell(self.key(key, values)) }
    for text in [numbers.preNo, numbers.invtNo, numbers.guid, returnStatus] { cell(Array(text.utf8)) }
    cell(Array((values.place?.source ?? "").utf8))
    cell(Array((values.place.map { String($0.offset) } ?? "").utf8))
    index.append(0x0A)
  }
}

extension ReceiptLayout.Element {
  /// The value if it is there and has a length that the schema takes.
  fileprivate func fitting(_ value: [UInt8]) -> String? {
    let count = value.characterCount
    guard count > 0 && count >= minLength && count <= maxLength else { return nil }
    return String(decoding: value, as: UTF8.self)
  }
}

extension Collection where Element == UInt8 {
  /// Characters of UTF-8 text: code points, as XML schemas count.
  var characterCount: Int { reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) } }
}

extension [UInt8] {
  /// At most so many characters of UTF-8 text from the start; 0 = all.
  func prefix(characters limit: Int) -> ArraySlice<UInt8> {
    if limit == 0 || count <= limit { return self[...] }
    var seen = 0
    for index in indices where self[index] & 0xC0 != 0x80 {
      if seen == limit { return self[..<index] }
      seen += 1
    }
    return self[...]
  }
}
