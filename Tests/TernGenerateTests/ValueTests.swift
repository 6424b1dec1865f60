import Glibc
import TernTestSupport
import Testing

@testable import TernGenerate

@Suite("Values")
struct ValueTests {
  func text(_ write: (inout ByteBuffer) -> Void) -> String {
    var buffer = ByteBuffer()
    write(&buffer)
    return String(decoding: (0..<buffer.count).map { buffer[$0] }, as: UTF8.self)
  }

  @Test("Decimals keep their value in every form")
  func decimals() {
    let forms: [(Int64, Int, String)] = [
      (2_000_000, 0, "20"), (2_050_000, 0, "20.5"), (2_050_000, 2, "20.50"),
      (2_050_000, 5, "20.50000"), (5_000, 0, "0.05"), (1, 0, "0.00001"), (0, 0, "0"),
      (0, 2, "0.00"), (-150_000, 1, "-1.5"), (12_345, 2, "0.12345"),
      (9_223_372_036_854_775_807, 0, "92233720368547.75807"),
    ]
    for (value, fraction, expected) in forms {
      #expect(text { $0.append(decimalE5: value, fraction: fraction) } == expected)
    }
    var random = Random(seed: 3, index: 0)
    for _ in 0..<2_000 {
      let value = Int64(bitPattern: random.next()) >> Int64(random.below(60))
      let written = text { $0.append(decimalE5: value, fraction: random.below(6)) }
      #expect(Oracle.decimalE5(written) == Int128(value), "seed 3: \(value) became \(written)")
    }
  }

  @Test("Whole numbers are written in full")
  func integers() {
    for value: Int64 in [0, 9, 10, 99, 100, -1, 1_234_567_890, .max, .min] {
      #expect(text { $0.append(integer: value) } == "\(value)")
    }
  }

  @Test("Digits of every width, zeros in front, higher ones dropped")
  func digits() {
    var random = Random(seed: 17, index: 0)
    for _ in 0..<2_000 {
      let value = random.next() >> UInt64(random.below(64))
      let width = random.below(20) + 1
      let all = String(repeating: "0", count: 20) + "\(value)"
      #expect(
        text { $0.append(digits: value, width: width) } == all.suffix(width),
        "seed 17: \(value) in \(width)")
      #expect(value.decimalWidth == "\(value)".utf8.count, "seed 17: \(value)")
    }
    for value: UInt64 in [0, 9, 10, 9_999, 10_000, 99_999_999, 100_000_000, .max] {
      #expect(value.decimalWidth == "\(value)".utf8.count)
      #expect(text { $0.append(digits: value, width: value.decimalWidth) } == "\(value)")
    }
  }

  @Test("Every element has its tags, at both depths")
  func tags() {
    let tags = Tags()
    for element in Element.allCases {
      for depth in [2, 3] {
        let written = text {
          tags.open(element, depth: depth, to: &$0)
          $0.append("x")
          tags.close(element, to: &$0)
        }
        let tabs = String(repeating: "\t", count: depth)
        #expect(written == "\(tabs)<ceb:\(element)>x</ceb:\(element)>\n")
      }
    }
  }

  @Test("The order of keys is the one of a stable sort")
  func order() {
    var random = Random(seed: 23, index: 0)
    var order = KeyOrder()
    for count in [0, 1, 2, 255, 1_000] {
      let mask = UInt64.max >> UInt64(random.below(64))
      let keys = (0..<count).map { _ in random.next() & mask }
      order.sort(keys)
      let expected = keys.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
      #expect(keys.indices.map { order[$0] } == expected, "seed 23: \(count) keys")
    }
  }

  @Test("Words of any length are copied whole and no more")
  func words() {
    var words = Words()
    let all = (0..<200).map { String(repeating: "w", count: $0) + "\($0)" }
    for word in all { words.append(word) }
    #expect(
      text { out in for index in all.indices { words.copy(index, to: &out) } } == all.joined())
  }

  @Test("Times agree with a count of days, year by year")
  func times() {
    var random = Random(seed: 5, index: 0)
    for _ in 0..<500 {
      let time = Int64(random.below(4_000_000_000))
      let written = text { $0.append(time: time) }
      #expect(Oracle.seconds(written) == Int(time), "seed 5: \(time) became \(written)")
    }
    #expect(CivilDate(20_240_229) != nil)
    #expect(CivilDate(20_230_229) == nil && CivilDate(20_261_301) == nil && CivilDate(7) == nil)
  }

  @Test("Guids are 36 upper-case characters")
  func guids() {
    let guid = text { $0.append(guid: 0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210) }
    #expect(guid == "01234567-89AB-4DEF-BEDC-BA9876543210")
  }

  @Test("Check characters: a published example of each kind")
  func checkCharacters() {
    // GB 11643: the standard's own example.
    #expect(DocumentWriter.idCheckCharacter(11_010_519_491_231_002) == UInt8(ascii: "X"))
    // GB 32100: code of a public body, as printed in its register.
    #expect(
      Enterprises.creditCheckCharacter(Array("91350100M000100Y4".utf8)) == UInt8(ascii: "3"))
  }

  @Test("Numbers of buyers have a right check character, birth and length")
  func identityNumbers() throws {
    var settings = GenerateSettings(lists: 300, seed: 11)
    settings.exportPercent = 0
    for document in Oracle.parse(try Corpus(settings).xml).documents {
      guard let number = document.fields["buyerIdNumber"] else { continue }
      let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
      let sum = zip(number.utf8, weights).reduce(0) { $0 + (Int($1.0) - 48) * $1.1 }
      #expect(number.utf8.count == 18)
      #expect(Array("10X98765432".utf8)[sum % 11] == number.utf8.last)
      #expect(Oracle.seconds(number.dropFirst(6).prefix(8) + "000000") != nil)
    }
  }

  @Test("Codes of firms are all different; credit codes have 18 characters of the alphabet")
  func firms() {
    let world = World(GenerateSettings(lists: 1_000_000, seed: 9))
    var codes: Set<String> = []
    var count = 0
    func collect(_ firms: borrowing Enterprises) {
      for index in 0..<firms.count {
        let code = firms.codes[index]
        codes.insert(code)
        count += 1
        if code.utf8.count == 18 {
          let check = Enterprises.creditCheckCharacter(Array(code.utf8.dropLast()))
          #expect(check == code.utf8.last)
        } else {
          #expect(code.utf8.count == 10)
        }
      }
    }
    collect(world.sellers)
    collect(world.platforms)
    collect(world.payments)
    collect(world.carriers)
    collect(world.agents)
    #expect(codes.count == count)
    #expect(world.surnames.count == 64 && Set((0..<64).map { world.surnames[$0] }).count == 64)
  }

  @Test("Codes of goods, countries, units and offices are in the reference tables")
  func references() throws {
    guard let headings = shared("reference/hs2022.csv"), let units = shared("reference/units.csv"),
      let countries = shared("reference/countries.csv"),
      let districts = shared("reference/customs_districts.csv")
    else {
      try Test.cancel("no ../shared/reference beside the repository")
    }
    func column(_ path: String) throws -> Set<String> {
      let text = try #require(readText(path))
      return Set(text.split(separator: "\n").map { String($0.prefix { $0 != "," }) })
    }
    func padded(_ unit: Int16) -> String { String(String(Int(unit) + 1_000).dropFirst()) }
    let (known, knownUnits) = (try column(headings), try column(units))
    for good in Good.exports + Good.imports {
      let code = "\(good.code)"
      #expect(code.utf8.count == 10 && known.contains(String(code.prefix(4))), "\(code)")
      for unit in [good.unit, good.unit1, good.unit2] where unit != 0 {
        #expect(knownUnits.contains(padded(unit)))
      }
    }
    let world = World(GenerateSettings(lists: 1, seed: 1))
    let (knownCountries, knownDistricts) = (try column(countries), try column(districts))
    for index in 0..<world.destinations.count {
      #expect(knownCountries.contains(world.destinations[index]))
    }
    for index in 0..<world.origins.count { #expect(knownCountries.contains(world.origins[index])) }
    for index in 0..<world.customsOffices.count {
      #expect(knownDistricts.contains(String(world.customsOffices[index].prefix(2))))
    }
  }

  @Test("Zipf draws favour low ranks and reach high ones")
  func zipf() {
    let zipf = Zipf(count: 5_000)
    var random = Random(seed: 1, index: 1)
    var counts = [Int](repeating: 0, count: 5_000)
    for _ in 0..<200_000 { counts[zipf.draw(&random)] += 1 }
    #expect(counts[0] > counts[1] && counts[1] > counts[9] && counts[9] > counts[99])
    #expect(counts[4_000...].reduce(0, +) > 1_000)
  }
}
