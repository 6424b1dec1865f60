/// A kind of firm: codes, names and how unevenly the work is spread over them.
struct Enterprises: ~Copyable, Sendable {
  var codes = Words()
  var names = Words()
  /// Two capital letters that the firm's own numbers begin with.
  var prefixes = Words()
  let zipf: Zipf

  enum Trade: Int {
    case seller, platform, payment, carrier, agent

    fileprivate var suffixes: [String] {
      switch self {
      case .seller:
        [
          "电子商务有限公司", "贸易有限公司", "科技有限公司", "进出口有限公司", "跨境电商有限公司",
          "供应链有限公司", "实业有限公司", "国际贸易(集团)有限公司",
        ]
      case .platform: ["网络技术有限公司", "电子商务平台有限公司", "信息科技股份有限公司"]
      case .payment: ["支付有限公司", "网络支付科技有限公司", "数字支付服务有限公司"]
      case .carrier: ["速递物流有限公司", "国际货运代理有限公司", "快递有限公司", "物流股份有限公司"]
      case .agent: ["报关有限公司", "国际物流有限公司", "供应链管理有限公司", "关务服务有限公司"]
      }
    }
  }

  /// How many there are, without the odd ones behind them.
  let count: Int

  init(_ trade: Trade, count: Int, seed: UInt64, extra: [OddSeller] = []) {
    zipf = Zipf(count: count)
    self.count = count
    let cities = Words(Vocabulary.companyCities)
    let first = Words(Vocabulary.companyFirst)
    let second = Words(Vocabulary.companySecond)
    let suffixes = trade.suffixes
    for index in 0..<count + extra.count {
      var random = Random(
        seed: seed ^ 0x656e_7465_7270, index: UInt64(trade.rawValue << 32 | index))
      let name =
        cities[random.below(cities.count)] + first[random.below(first.count)]
        + second[random.below(second.count)] + suffixes[random.below(suffixes.count)]
      names.append(name)
      // Firms registered long ago still declare with the ten digits that the customs gave them.
      let isOld = random.isTrue(percent: 25)
      if index >= count {
        codes.append(extra[index - count].code(Self.creditCode(trade, index, &random)))
      } else {
        codes.append(
          isOld
            ? Self.customsCode(trade, index, &random) : Self.creditCode(trade, index, &random))
      }
      prefixes.append(Self.prefix(trade, index))
    }
  }

  /// Ten characters: region, zone, kind of enterprise, and a number that is unique in this corpus.
  private static func customsCode(_ trade: Trade, _ index: Int, _ random: inout Random) -> String {
    let regions = ["4403", "3301", "3302", "4401", "3101", "1101", "3502", "4101", "5001", "5101"]
    let number = String(trade.rawValue * 100_000 + index + 1_000_000).dropFirst()
    return regions[random.below(regions.count)] + number
  }

  /// Unified social credit code, GB 32100-2015, with the organisation code's own check character
  /// (GB 11714) inside.
  private static func creditCode(_ trade: Trade, _ index: Int, _ random: inout Random) -> String {
    let regions = [
      "440300", "330100", "330200", "440100", "310000", "110108", "350200", "410100", "500000",
      "510100", "370200", "320500",
    ]
    let number = String(trade.rawValue * 100_000 + index + 1_000_000).dropFirst()
    let organisation = "MA" + number
    var sum = 0
    for (character, weight) in zip(organisation.utf8, [3, 7, 9, 10, 5, 8, 4, 2]) {
      let value = character < 65 ? Int(character) - 48 : Int(character) - 55
      sum += value * weight
    }
    let check = 11 - sum % 11
    let organisationCheck = check == 10 ? "X" : check == 11 ? "0" : "\(check)"
    let body = "91" + regions[random.below(regions.count)] + organisation + organisationCheck
    return body + String(UnicodeScalar(creditCheckCharacter(Array(body.utf8))))
  }

  /// Check character of the first 17 characters of a unified social credit code, GB 32100-2015.
  static func creditCheckCharacter(_ body: [UInt8]) -> UInt8 {
    let alphabet = Array("0123456789ABCDEFGHJKLMNPQRTUWXY".utf8)
    var weight = 1
    var sum = 0
    for character in body {
      sum += (alphabet.firstIndex(of: character) ?? 0) * weight
      weight = weight * 3 % 31
    }
    return alphabet[(31 - sum % 31) % 31]
  }

  private static func prefix(_ trade: Trade, _ index: Int) -> String {
    let letters = Array("ABCDEFGHJKLMNPQRSTUVWXYZ".utf8)
    let number = index * 7 + trade.rawValue * 131
    return String(
      decoding: [letters[number / letters.count % letters.count], letters[number % letters.count]],
      as: UTF8.self)
  }
}
