import CScan

/// What makes a document a reject, and the rows that rejects become.
extension ColumnFiller {
  func complain(
    _ document: Int, _ reason: RejectReason, _ field: String, _ text: String
  ) {
    guard !complaints.contains(where: { $0.document == document }) else { return }
    complaints.append(
      Complaint(document: document, reason: reason, field: field, text: text))
  }

  /// Required elements are there.
  func checkPresence(_ kind: Kind, _ rows: borrowing SpanRows) {
    let check = checks[Int(kind.rawValue)]
    var line = 0
    for document in 0..<rows.documentCount {
      let lines = Int(rows.documentLines[document])
      let head = unsafe rows.heads.base + document * rows.headFields
      if unsafe isMissing(head, check.requiredHead) {
        report(document, kind.spec.headFields, check.requiredHead) {
          unsafe head[$0].length == TERN_ABSENT_LENGTH
        }
      }
      if check.needsLine, lines == 0 {
        let name = kind.spec.line ?? ""
        complain(document, .elementMissing, name, "<\(name)> is required")
      }
      for index in line..<line + lines {
        let row = unsafe rows.lines.base + index * rows.lineFields
        if unsafe isMissing(row, check.requiredLine) {
          report(document, kind.spec.lineFields, check.requiredLine) {
            unsafe row[$0].length == TERN_ABSENT_LENGTH
          }
        }
      }
      line += lines
    }
  }

  @inline(__always)
  func isMissing(_ row: UnsafePointer<tern_span>, _ required: [UInt32]) -> Bool {
    var missing: UInt32 = 0
    unsafe required.withUnsafeBufferPointer { required in
      for slot in 0..<required.count {
        missing |= unsafe (row[slot].length == TERN_ABSENT_LENGTH ? .max : 0) & required[slot]
      }
    }
    return missing != 0
  }

  func report(
    _ document: Int, _ fields: [Field], _ required: [UInt32], isAbsent: (Int) -> Bool
  ) {
    for slot in 0..<fields.count where required[slot] != 0 && isAbsent(slot) {
      complain(document, .elementMissing, fields[slot].name, "<\(fields[slot].name)> is required")
      return
    }
  }

  /// Keys of the document's identity are not empty. Numbers and times are seen to when they are read.
  func checkKeys(
    _ kind: Kind, _ rows: borrowing SpanRows
  ) {
    let check = checks[Int(kind.rawValue)]
    for alternatives in check.keys {
      for document in 0..<rows.documentCount {
        let row = document * rows.headFields
        let isEmpty = alternatives.allSatisfy { slot in
          rows.heads[row + slot].length == 0 || rows.heads[row + slot].length == TERN_ABSENT_LENGTH
        }
        if isEmpty {
          let name = kind.spec.headFields[alternatives[0]].name
          complain(document, .valueEmpty, name, "the key <\(name)> is empty")
        }
      }
    }
  }

  func rejectDocuments(
    _ kind: Kind, _ rows: borrowing SpanRows
  ) {
    let arena = unsafe UnsafePointer(rows.arena.base)
    for complaint in complaints.sorted(by: { $0.document < $1.document }) {
      let document = complaint.document
      var key = ""
      for slot in checks[Int(kind.rawValue)].names {
        let span = rows.heads[document * rows.headFields + slot]
        guard span.length != TERN_ABSENT_LENGTH, span.length > 0 else { continue }
        key = unsafe string(start_(span, message.base, arena), Int(span.length))
        break
      }
      let start = Int(rows.documentStarts[document])
      let end = Int(rows.documentEnds[document])
      unsafe batch.appendReject(
        source: message.source, offset: message.sourceOffset + start, kind: kind.name, key: key,
        field: complaint.field, reason: complaint.reason, message: complaint.text + note,
        encoding: encoding, original: unsafe UnsafeBufferPointer(start: message.base + start, count: end - start))
    }
  }
}
