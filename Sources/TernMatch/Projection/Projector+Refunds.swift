import TernCEB

extension Projector {
  /// A row per declared return. Its identity is `agentCode`, `invtNo` and its own number (`coElNo` of an
  /// export, `copNo` of an import), or `guid` where that is empty.
  mutating func projectRefunds(_ tables: KindTables, _ place: RowPlace, _ output: MatchTables) {
    let heads = tables.heads
    guard heads.rowCount > 0 else { return }
    let direction = tables.kind.direction
    let common = CommonColumns(heads)
    let guid = heads.text("guid")
    let agentCode = heads.text("agentCode")
    let number = heads.text(direction == .import ? "copNo" : "coElNo")
    let invtNo = heads.text("invtNo")

    output.refunds.reserve(heads.rowCount * RefundRow.wordCount)
    for row in 0..<heads.rowCount where common.isDeclared(row) {
      let own = number[row]
      digester.begin(own.isEmpty ? .refundByGuid : .refund, direction)
      digester.append(agentCode[row])
      digester.append(invtNo[row])
      digester.append(own.isEmpty ? guid[row] : own)
      let key = MatchKey(digester.digest128, direction)
      digester.begin(.invtNo, direction)
      digester.append(invtNo[row])
      output.refunds.appendReserved(
        RefundRow(
          key: key, flags: common.flags(row), document: place.reference(row),
          appTime: common.appTime[row], list: digester.digest128))
    }
    extendLifetime(tables)
  }
}
