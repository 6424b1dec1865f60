import TernCEB

extension SegmentReader {
  /// Reads one row group into a table that was read into before, by the names of its columns, in place of what it
  /// has. Texts that are kept by their distinct values come so. Without rows if the group is not there.
  public func read(
    _ id: TableID, group: Int, into table: CodedTable, decoder: inout ColumnDecoder
  ) throws(StoreError) {
    guard let schema = schema(of: id) else {
      throw .misuse(path: path, what: "no table \(id.rawValue)")
    }
    table.removeAll()
    let wanted = try positions(table.schema.columns.map(\.name), in: schema)
    guard let found = find(group, of: id) else { return }
    try fetch(found, of: id, columns: wanted, decoder: &decoder) {
      (block, start, place, decoder) throws(StoreError) in
      guard decoder.isByValue(block) else {
        return try decode(block, at: start, into: table.column(at: place), decoder: &decoder)
      }
      let (values, codes) = table.coded(at: place)
      do throws(BlockFault) {
        try checkSum(of: block, at: start, in: decoder.input.view)
        try decoder.decodeCodes(block, start: start, values: values, codes: codes)
      } catch {
        throw damage(block, error)
      }
    }
  }

  /// Reads a column of whole numbers, of each the lowest byte: for those that are below 256. Empty if the group is not
  /// there.
  public func readBytes(
    _ id: TableID, group: Int, column: String, decoder: inout ColumnDecoder
  ) throws(StoreError) -> [UInt8] {
    guard let schema = schema(of: id) else {
      throw .misuse(path: path, what: "no table \(id.rawValue)")
    }
    let position = try positions([column], in: schema)[0]
    guard schema.columns[position].type == .integer else {
      throw .misuse(path: path, what: "\(column) has no whole numbers")
    }
    var bytes: [UInt8] = []
    guard let found = find(group, of: id) else { return bytes }
    try fetch(found, of: id, columns: [position], decoder: &decoder) {
      (block, start, _, decoder) throws(StoreError) in
      try check(block, at: start, decoder: &decoder)
      do throws(BlockFault) {
        bytes = try decoder.decodeBytes(block, start: start)
      } catch {
        throw damage(block, error)
      }
    }
    return bytes
  }
}
