/// The tables that the truth of `RuleBook.full` holds for: exactly what the corpus uses.
struct ReferenceTables {
  /// CSV by file name.
  let files: [(name: String, text: String)]

  init(_ world: World) {
    var files: [(name: String, text: String)] = []
    func add(_ name: String, _ header: String, _ rows: [String]) {
      files.append((name, ([header] + rows).map { $0 + "\n" }.joined()))
    }
    func codes(_ text: StaticString) -> [String] {
      let words = Words(text)
      return stride(from: 0, to: words.count, by: 2).map { "\(words[$0]),\(words[$0 + 1])" }
    }
    add("countries.csv", "code,name", codes(Vocabulary.countryNames))
    add("customs_districts.csv", "prefix,name", codes(Vocabulary.customsDistricts))
    add("units.csv", "code,name", codes(Vocabulary.unitNames))
    add("transport_modes.csv", "code,name", ["2,水路运输", "4,公路运输", "5,航空运输", "7,保税区"])
    add(
      "trade_modes.csv", "code,name",
      [
        "9610,跨境贸易电子商务", "1210,保税跨境贸易电子商务", "1239,保税跨境贸易电子商务A",
        "9710,跨境电子商务企业对企业直接出口", "9810,跨境电子商务出口海外仓", "9661,零售出口退货(一般)",
      ])
    add("currencies.csv", "code,name", ["116,日本元", "142,人民币", "300,欧元", "303,英镑", "502,美元"])
    add(
      "rates.csv", "currency,cny_per_unit", ["116,0.05", "142,1", "300,7.8", "303,9.2", "502,7.2"])

    var headings: [String: String] = [:]
    var tariff: [String: String] = [:]
    func goods(_ all: [Good], _ flags: (Int) -> String) {
      for (place, good) in all.enumerated() {
        let code = "\(good.code)"
        let heading = String(code.prefix(4))
        if headings[heading] == nil { headings[heading] = "\(good.name)" }
        if tariff[code] == nil { tariff[code] = flags(place) }
      }
    }
    // Imports first: what both directions trade in is on the positive list.
    goods(world.importGoods) { place in
      switch place - Good.imports.count {
      case Good.Ruled.importLicence: "1,0,0,1"
      case Good.Ruled.importUnlisted: "0,0,0,0"
      default: "0,0,0,1"
      }
    }
    goods(world.exportGoods) { place in
      switch place - Good.exports.count {
      case Good.Ruled.exportLicence: "1,0,0,0"
      case Good.Ruled.exportDuty: "0,1,0,0"
      case Good.Ruled.exportRefund: "0,0,1,0"
      default: "0,0,0,0"
      }
    }
    func sorted(_ rows: [String: String], _ between: String) -> [String] {
      rows.sorted { $0.key < $1.key }.map { $0.key + between + $0.value }
    }
    add("hs2022.csv", "code,level,description", sorted(headings, ",4,"))
    add("tariff.csv", "gcode,licence,exportDuty,refund,positiveList", sorted(tariff, ","))

    // Of ten firms one is certified; only firms in default are on the blacklist.
    var rows: [String] = []
    func register(_ firms: borrowing Enterprises, _ range: Range<Int>, isBlacklisted: Bool = false) {
      for place in range {
        let creditClass = isBlacklisted ? "失信" : place % 10 == 0 ? "高级认证" : "注册登记"
        rows.append(
          "\(firms.codes[place]),\(firms.names[place]),\(creditClass),\(isBlacklisted ? 1 : 0)")
      }
    }
    register(world.sellers, 0..<world.sellers.count)
    for odd in OddSeller.allCases where odd != .unregistered {
      let place = world.sellers.count + odd.rawValue
      register(world.sellers, place..<place + 1, isBlacklisted: odd == .blacklisted)
    }
    register(world.platforms, 0..<world.platforms.count)
    register(world.payments, 0..<world.payments.count)
    register(world.carriers, 0..<world.carriers.count)
    register(world.agents, 0..<world.agents.count)
    add("enterprises.csv", "code,name,creditClass,blacklisted", rows)
    self.files = files
  }

  /// Writes them to a folder, which is made.
  func write(to folder: String) throws(GenerateError) {
    try Folder.create(folder)
    for (name, text) in files {
      var bytes = ByteBuffer()
      bytes.append(string: text)
      var file = try File(creating: "\(folder)/\(name)")
      try file.write(bytes, 0..<bytes.count)
      try file.close()
    }
  }
}
