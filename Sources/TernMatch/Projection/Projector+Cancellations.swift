import TernCEB

extension Projector {
  /// A row per declared cancellation, by the identity of its list.
  mutating func projectCancellations(
    _ tables: KindTables, _ place: RowPlace, _ output: MatchTables
  ) {
    let heads = tables.heads
    guard heads.rowCount > 0 else { return }
    let direction = tables.kind.direction
    let common = CommonColumns(heads)
    let agentCode = heads.text("agentCode")
    let copNo = heads.text("copNo")
    let keys = direction == .import ? ListKeyColumns(heads) : nil

    output.cancellations.reserve(heads.rowCount * CancellationRow.wordCount)
    for row in 0..<heads.rowCount where common.isDeclared(row) {
      let number = copNo[row]
      let key: MatchKey
      if !number.isEmpty {
        key = listKey(agentCode[row], number, direction)
      } else if let keys, let platform = keys.platforms[row] {
        key = listKey(
          trade: tradeKey(platform, keys.orderNo[row], direction),
          waybill: waybillKey(keys.logisticsCode[row], keys.logisticsNo[row], direction), direction)
      } else {
        // An export names its list by `copNo` alone.
        continue
      }
      output.cancellations.appendReserved(
        CancellationRow(
          key: key, flags: common.flags(row), document: place.reference(row),
          appTime: common.appTime[row]))
    }
    extendLifetime(tables)
  }
}

/// What stands for a list's `copNo` where that is empty.
private struct ListKeyColumns {
  let platforms: PlatformColumns
  let orderNo: TextView
  let logisticsCode: TextView
  let logisticsNo: TextView

  init(_ heads: Table) {
    platforms = PlatformColumns(heads)
    orderNo = heads.text("orderNo")
    logisticsCode = heads.text("logisticsCode")
    logisticsNo = heads.text("logisticsNo")
  }
}
