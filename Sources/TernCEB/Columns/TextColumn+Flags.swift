extension TextColumn {
  /// A byte for each row: what `judge` says of its value. Nil where that is 0 for all.
  public func flags(_ judge: (Bytes) -> UInt8) -> [UInt8]? {
    let view = TextView(self)
    var any: UInt8 = 0
    let flags = (0..<count).map { row in
      let flag = judge(view[row])
      any |= flag
      return flag
    }
    extendLifetime(self)
    return any == 0 ? nil : flags
  }
}
