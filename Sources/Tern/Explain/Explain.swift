import TernCEB
import TernMatch
import TernReference
import TernRules
import TernStore

extension Engine {
  /// Everything that the store knows of one order, list or waybill number: the lists that carry it with
  /// their documents in all versions, verdict and evidence, what happened later and what the customs
  /// answered, documents without a list, and rejects.
  ///
  /// Cost: up to four look-ups in the segments' indexes (see `NumberSearch`), then of the row groups of the
  /// documents found all columns. Memory: these documents, at most `NumberSearch.placesMax` a look-up.
  /// Verdicts are those of the last reconcile; where documents have come since, it says so instead.
  public func explain(
    _ query: ExplainQuery, in path: String
  ) throws(TernError) -> Explanation {
    let store = try storing { () throws(StoreError) in try Store.open(path) }
    let segments = try store.openSegments(threads: settings.threads)
    let verdicts: StoredVerdicts?
    do throws(TernError) {
      let result = try ResultFile.open(store)
      let entries = try storedSettings(store)
      verdicts = StoredVerdicts(
        lists: JudgedLists(result, segments: segments), rules: RuleSettings(entries: entries),
        referenceHash: entries["reference"] ?? "")
    } catch .notReconciled {
      verdicts = nil
    }
    let secret = Secret(bytes: Array(store.key.bytes[..<16]))
    var collection = DocumentCollection(
      search: NumberSearch(segments: segments, secret: secret, threads: settings.threads),
      loader: try DocumentLoader(store, segments: segments), reference: settings.reference)
    return try collection.explain(query, store: path, verdicts)
  }
}

/// The documents found so far, and the search for those that belong to them.
struct DocumentCollection: ~Copyable {
  let search: NumberSearch
  var loader: DocumentLoader
  let reference: ReferenceData
  private var documents: [StoredDocument] = []
  private var places: Set<DocumentPlace> = []
  private var searched: Numbers = [:]
  private var isCut = false

  init(search: NumberSearch, loader: consuming DocumentLoader, reference: ReferenceData) {
    self.search = search
    self.loader = loader
    self.reference = reference
  }

  /// Of more lists the first are told.
  private static let storiesMax = 50

  mutating func explain(
    _ query: ExplainQuery, store: String, _ verdicts: StoredVerdicts?
  ) throws(TernError) -> Explanation {
    var explanation = Explanation(query: query, store: store, rules: verdicts?.rules)
    var wanted: Numbers = [:]
    for number in query.numbers { wanted[number] = [query.number] }
    // Each round follows the numbers of what the one before has found: the list's documents, their
    // receipts, and what names the list by a number that a receipt gave it.
    var subjects: [[StoredDocument]] = []
    while try collect(wanted) {
      subjects = lists(query)
      explanation.moreListCount = max(subjects.count - Self.storiesMax, 0)
      subjects = Array(subjects.prefix(Self.storiesMax))
      wanted = numbers(subjects.joined(), query)
    }
    explanation.isCut = isCut

    var told: Set<ObjectIdentifier> = []
    if let verdicts {
      explanation.tables =
        verdicts.referenceHash == reference.contentHash
        ? .same : reference.isEmpty ? .notGiven : .different
      var reader = JudgedLists.Reader(verdicts.lists)
      for lists in subjects {
        var story = try story(lists, verdicts.rules, &told) { (list) throws(TernError) in
          try verdicts(list.place, &reader)
        }
        try addEvidence(to: &story, verdicts, &reader)
        explanation.stories.append(story)
      }
    } else {
      for lists in subjects {
        explanation.stories.append(try story(lists, nil, &told) { _ in nil })
      }
    }
    let others = documents.filter { document in
      !told.contains(ObjectIdentifier(document))
        && query.elements.contains { document.carries($0, query.number) }
    }
    explanation.others = VersionGroup.groups(others)
    try addRejects(to: &explanation)
    return explanation
  }

  /// Loads what carries a number that was not looked for before. False if there is no such number.
  private mutating func collect(_ wanted: Numbers) throws(TernError) -> Bool {
    var new: Numbers = [:]
    for (element, numbers) in wanted {
      let unknown = numbers.subtracting(searched[element] ?? []).filter { !$0.isEmpty }
      if unknown.isEmpty { continue }
      new[element] = unknown
      searched[element, default: []].formUnion(unknown)
    }
    if new.isEmpty { return false }
    let found = try search.find(new)
    isCut = isCut || found.isCut
    documents += try loader.load(found.places.filter { places.insert($0).inserted })
    documents.sort { $0.place < $1.place }
    return true
  }

  /// The lists that carry the number in any version, with all their versions.
  private func lists(_ query: ExplainQuery) -> [[StoredDocument]] {
    let identities = Set(documents.filter { isSubject($0, query) }.compactMap(\.identity))
    return grouped(
      documents.filter { $0.kind.role == .list && $0.identity.map(identities.contains) == true },
      by: \.identity)
  }

  /// A list that carries the number, or that a receipt for the number names.
  private func isSubject(_ document: StoredDocument, _ query: ExplainQuery) -> Bool {
    guard document.kind.role == .list else { return false }
    if query.elements.contains(where: { document.carries($0, query.number) }) { return true }
    guard case .list(let number) = query else { return false }
    if isSame(document.derivedInvtNo, number) { return true }
    return documents.contains {
      $0.answersLists && $0.carries("invtNo", number) && $0.names(document, invtNos: [])
    }
  }

  /// What may lead to further documents of these lists.
  private func numbers(_ lists: some Sequence<StoredDocument>, _ query: ExplainQuery) -> Numbers {
    var wanted: Numbers = [:]
    func add(_ number: IndexedNumber, _ value: String) { wanted[number, default: []].insert(value) }
    func add(_ number: IndexedNumber, of document: StoredDocument) {
      add(number, document.text(number.rawValue))
    }
    if case .list(let number) = query {
      for receipt in documents where receipt.answersLists && receipt.carries("invtNo", number) {
        add(.copNo, of: receipt)
      }
    }
    for list in lists {
      for number in [IndexedNumber.orderNo, .logisticsNo, .copNo, .invtNo] { add(number, of: list) }
      add(.invtNo, list.derivedInvtNo)
      for document in documents {
        if document.answersLists, document.names(list, invtNos: []) { add(.invtNo, of: document) }
        if document.kind == .payment411, document.tradeKey == list.tradeKey {
          add(.payTransactionId, of: document)
        }
      }
    }
    return wanted
  }

  private mutating func addRejects(to explanation: inout Explanation) throws(TernError) {
    var keys: Set<String> = [explanation.query.number]
    for story in explanation.stories {
      for element in ["orderNo", "logisticsNo", "copNo", "invtNo"] { keys.insert(story.list.text(element)) }
    }
    let found = try search.rejects(keys)
    explanation.moreRejectCount = max(found.count - Self.rejectsMax, 0)
    for place in found.prefix(Self.rejectsMax) {
      explanation.rejects.append(
        try loader.reject(segment: place.segment, group: place.group, row: place.row))
    }
  }

  private static let rejectsMax = 100
}

// MARK: - One list

extension DocumentCollection {
  /// Everything that belongs to the versions of one list.
  private func story(
    _ lists: [StoredDocument], _ rules: RuleSettings?, _ told: inout Set<ObjectIdentifier>,
    _ verdict: (StoredDocument) throws(TernError) -> StoredVerdict?
  ) throws(TernError) -> ListStory {
    let versions = VersionGroup(lists)
    let list = versions.counting ?? versions.versions.last!.document
    var story = ListStory(lists: versions, list: list)
    if let counting = versions.counting { story.verdict = try verdict(counting) }
    func all(_ role: Role, _ isIts: (StoredDocument) -> Bool) -> [StoredDocument] {
      documents.filter { $0.kind.role == role && $0.kind.direction == list.kind.direction && isIts($0) }
    }
    story.orders = VersionGroup(all(.order) { $0.tradeKey == list.tradeKey })
    story.payments = VersionGroup.groups(
      all(.payment) {
        $0.tradeKey == list.tradeKey
          || $0.tradeKey == nil && isSame($0.text("orderNo"), list.text("orderNo"))
      })
    story.waybills = VersionGroup.waybills(all(.waybill) { $0.waybillKey == list.waybillKey })
    story.waybill = story.nearestWaybill(to: list)
    let neighbours = all(.list) {
      $0.identity != list.identity
        && ($0.tradeKey == list.tradeKey || $0.waybillKey == list.waybillKey)
    }
    if rules == nil {
      story.rivals = VersionGroup.groups(neighbours).compactMap(\.counting)
    } else {
      // A cancelled list is as absent for every other.
      for neighbour in neighbours {
        guard let its = try verdict(neighbour), its.disposition != .cancelled else { continue }
        story.rivals.append(neighbour)
      }
    }
    addLater(to: &story, all)
    for document in story.documents { told.insert(ObjectIdentifier(document)) }
    return story
  }

  /// What was compared, and what returns were found to have.
  private mutating func addEvidence(
    to story: inout ListStory, _ verdicts: StoredVerdicts, _ reader: inout JudgedLists.Reader
  ) throws(TernError) {
    for refund in story.refunds.compactMap(\.counting) {
      story.returnFindings[ObjectIdentifier(refund)] = try verdicts.returnFinding(refund)
    }
    story.creditClass = reference.enterprises?[story.list.text("ebcCode")]?.creditClass
    guard let verdict = story.verdict, verdict.disposition != .cancelled else { return }
    let use = AnnualUse(segments: search.segments, secret: search.secret, verdicts: verdicts)
    story.annualUsedE5 = try use.beforeE5(story.list, &loader, &reader)
    let given = story.listCase
    story.evidence = evidence(
      verdict.findings, of: given, settings: verdicts.rules, reference: reference)
    story.checks = checks(
      verdict.findings, of: given, settings: verdicts.rules, reference: reference)
  }

  /// Cancellations, returns, notices and receipts that name the list, its documents, or these.
  private func addLater(
    to story: inout ListStory, _ all: (Role, (StoredDocument) -> Bool) -> [StoredDocument]
  ) {
    let list = story.list
    let own = Set(story.lists.versions.map { $0.document.text("invtNo") })
    let derived = list.derivedInvtNo
    var invtNos = own.union([derived]).subtracting([""])
    story.officialStatus = all(.receipt) { $0.answersLists && $0.names(list, invtNos: invtNos) }
      .sorted { $0.text("returnTime") < $1.text("returnTime") }
    let official = Set(story.officialStatus.map { $0.text("invtNo") }).subtracting([""])
    invtNos.formUnion(official)
    // A return names the one that the list goes by: its own, the customs', or Tern's.
    story.invtNos =
      derived.isEmpty ? [list.text("invtNo")] : official.isEmpty ? [derived] : official
    story.cancellations = VersionGroup.groups(all(.cancellation) { $0.identity == list.identity })
    story.refunds = VersionGroup.groups(all(.refund) { story.invtNos.contains($0.text("invtNo")) })
    story.notices = all(.notice) { $0.names(list, invtNos: invtNos) }
    story.otherReceipts = all(.receipt) { receipt in
      if receipt.answersLists { return false }
      let payments = story.payments.flatMap(\.versions).map(\.document)
      return receipt.names(list, invtNos: invtNos)
        || payments.contains { receipt.answers(payment: $0) }
    }.sorted { ($0.kind.rawValue, $0.text("returnTime")) < ($1.kind.rawValue, $1.text("returnTime")) }
  }
}

extension ListStory {
  /// Every document that the story tells of.
  var documents: [StoredDocument] {
    let groups = [lists, orders] + payments + waybills + cancellations + refunds
    return groups.flatMap { $0.versions.map(\.document) } + notices + officialStatus + otherReceipts
  }
}

extension StoredDocument {
  /// A receipt of lists: it tells their official status.
  var answersLists: Bool { kind.spec.number == 604 || kind.spec.number == 622 }

  /// Whether a notice or receipt is about the list, its order or its waybill. Keys that it leaves out do not
  /// contradict.
  func names(_ list: StoredDocument, invtNos: Set<String>) -> Bool {
    guard kind.direction == list.kind.direction else { return false }
    func agrees(_ element: String) -> Bool {
      let own = text(element)
      return own.isEmpty || isSame(own, list.text(element))
    }
    let number = kind.spec.number
    switch number {
    case 604, 622, 606, 624:
      let isNamed = carries("copNo", list.text("copNo")) && agrees("agentCode")
      return isNamed || !invtNos.isDisjoint(with: [text("invtNo")])
    case 304, 312:
      return carries("orderNo", list.text("orderNo")) && (agrees("ebpCode") || agrees("ebcCode"))
    case 404: return carries("orderNo", list.text("orderNo")) && agrees("ebcCode")
    case 412: return false
    default:
      if carries("logisticsNo", list.text("logisticsNo")), agrees("logisticsCode") { return true }
      return invtNos.contains { carries("invtNo", $0) }
    }
  }

  /// Whether a CEB412 is for this payment.
  func answers(payment: StoredDocument) -> Bool {
    kind.spec.number == 412 && payment.kind == .payment411
      && carries("payTransactionId", payment.text("payTransactionId"))
      && isSame(text("payCode"), payment.text("payCode"))
  }
}
