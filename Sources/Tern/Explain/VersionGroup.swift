import TernCEB
import TernMatch

/// Why a version counts or does not.
enum VersionStatus: String {
  case counts
  /// `appStatus` is not 2.
  case draft
  /// A later version counts.
  case older
  /// The last version, and it deletes the document.
  case deletion
  /// The last version is a delete.
  case deleted
  /// Equal in content to one received before.
  case repeated
  /// An import payment without a platform: it can match nothing.
  case unmatched
}

/// All versions of one identity and what they come to (domain: "Which documents count").
struct VersionGroup {
  /// By `appTime`, then as received; those without a status of their own at the end.
  private(set) var versions: [(document: StoredDocument, status: VersionStatus)] = []
  private(set) var counting: StoredDocument?
  /// Two new ones of different `guid` since the last delete: the later and the earlier.
  private(set) var duplicate: (own: StoredDocument, other: StoredDocument)?

  /// `documents` in received order, all of one identity.
  init(_ documents: [StoredDocument]) {
    var declared: [StoredDocument] = []
    var others: [(StoredDocument, VersionStatus)] = []
    for document in documents {
      if !document.isDeclared {
        others.append((document, .draft))
      } else if document.identity == nil {
        others.append((document, .unmatched))
      } else {
        declared.append(document)
      }
    }
    // A stable sort keeps received order on ties.
    let sorted = declared.enumerated().sorted {
      ($0.element.appTime ?? 0, $0.offset) < ($1.element.appTime ?? 0, $1.offset)
    }.map(\.element)
    var seen: Set<KeyDigest> = []
    var distinct: [StoredDocument] = []
    for document in sorted {
      if seen.insert(document.contentDigest).inserted {
        distinct.append(document)
      } else {
        others.append((document, .repeated))
      }
    }
    var new: StoredDocument?
    for document in distinct {
      if document.isDelete {
        (new, duplicate) = (nil, nil)
      } else if document.text("appType") == "1" {
        if let new, new.text("guid") != document.text("guid") { duplicate = (document, new) }
        new = document
      }
    }
    let last = distinct.last
    if let last, !last.isDelete { counting = last }
    for document in distinct {
      let isLast = document === last
      let status: VersionStatus =
        if last?.isDelete == true { isLast ? .deletion : .deleted } else { isLast ? .counts : .older }
      versions.append((document, status))
    }
    versions += others.map { (document: $0.0, status: $0.1) }
  }

  /// Groups by identity; documents without one stand alone. In order of their first documents.
  static func groups(_ documents: [StoredDocument]) -> [VersionGroup] {
    grouped(documents, by: \.identity).map { VersionGroup($0) }
  }

  /// The waybills that one number has stood for: carriers may use it again after 183 days.
  static func waybills(_ documents: [StoredDocument]) -> [VersionGroup] {
    let declared = documents.filter(\.isDeclared).enumerated().sorted {
      ($0.element.appTime ?? 0, $0.offset) < ($1.element.appTime ?? 0, $1.offset)
    }.map(\.element)
    var runs: [[StoredDocument]] = []
    for document in declared {
      if let last = runs.last?.last, let appTime = document.appTime, let before = last.appTime,
        appTime - before <= waybillReuseSeconds
      {
        runs[runs.count - 1].append(document)
      } else {
        runs.append([document])
      }
    }
    let drafts = documents.filter { !$0.isDeclared }
    return runs.map { VersionGroup($0) } + drafts.map { VersionGroup([$0]) }
  }
}

/// Elements with equal keys together, in order of first appearance; those without a key alone.
func grouped<Element, Key: Hashable>(_ elements: [Element], by key: (Element) -> Key?) -> [[Element]] {
  var places: [Key: Int] = [:]
  var groups: [[Element]] = []
  for element in elements {
    guard let key = key(element) else {
      groups.append([element])
      continue
    }
    if let place = places[key] {
      groups[place].append(element)
    } else {
      places[key] = groups.count
      groups.append([element])
    }
  }
  return groups
}

extension StoredDocument {
  /// Equal for equal parsed content; the secret does not matter, since nothing is kept.
  fileprivate var contentDigest: KeyDigest {
    let tables = KindTables(kind, heads: row.head.table, lines: row.lines.first?.table)
    return versionFacts(
      of: tables, row: row.head.row, secret: Secret(bytes: Array(repeating: 0, count: 16))
    ).content
  }
}
