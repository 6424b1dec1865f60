import TernCEB
import Testing

@testable import TernReference

/// The bytes of a text for the time of a call.
func withBytes<Result>(_ text: String, _ body: (Bytes) -> Result) -> Result {
  var text = text
  return text.withUTF8 { unsafe body(Bytes($0)) }
}

func reference(_ files: [(String, String)]) throws(ReferenceError) -> ReferenceData {
  try ReferenceData(contents: files.map { (name: $0.0, bytes: Array($0.1.utf8)) })
}

/// What a table that cannot be used says.
func refusal(_ name: String, _ text: String) -> String? {
  do throws(ReferenceError) {
    _ = try reference([(name, text)])
    return nil
  } catch {
    return "\(error)"
  }
}

@Suite("Reference tables")
struct ReferenceTests {
  @Test("codes are found byte for byte, and by name")
  func codes() throws {
    let data = try reference([("countries.csv", "code,name\n502,美国\n110,\"中国, 香港\"\n")])
    let countries = try #require(data.codes(.country))
    #expect(withBytes("502") { countries.contains($0) })
    for other in ["", "50", "5020", "503", " 502", "12345678"] {
      #expect(withBytes(other) { !countries.contains($0) }, "\(other)")
    }
    #expect(countries.name(of: "110") == "中国, 香港")
    #expect(data.codes(.currency) == nil)
    #expect(data.files == [.init(name: "countries.csv", rows: 2, sha256: data.files[0].sha256)])
  }

  @Test("the content hash is that of sha256sum over the folder")
  func contentHash() throws {
    let data = try reference([("units.csv", "code,name\n")])
    #expect(data.files[0].sha256 == sha256Text(Array("code,name\n".utf8)))
    #expect(data.contentHash == sha256Text(Array("\(data.files[0].sha256)  units.csv\n".utf8)))
    // FIPS 180-4, example of one block.
    #expect(
      sha256Text(Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test("a rate holds from its first to its last day, and 142 is always 1")
  func rates() throws {
    let data = try reference([
      ("rates.csv", "currency,cny_per_unit,valid_from,valid_to\n502,7.1,20260101,20260131\n502,7.25,20260203,\n116,0.048,,\n")
    ])
    let rates = try #require(data.rates)
    func rate(_ currency: String, _ year: Int64, _ month: Int64, _ day: Int64, second: Int64 = 0) -> Int64? {
      let seconds = daysSince1970(year: year, month: month, day: day)! * 86_400 + second
      return withBytes(currency) { rates.rate(currency: $0, at: seconds)?.cnyPerUnitE8 }
    }
    #expect(rate("502", 2025, 12, 31, second: 86_399) == nil)
    #expect(rate("502", 2026, 1, 1) == 710_000_000)
    #expect(rate("502", 2026, 1, 31, second: 86_399) == 710_000_000)
    #expect(rate("502", 2026, 2, 1) == nil)
    #expect(rate("502", 2099, 2, 1) == 725_000_000)
    #expect(rate("116", 1969, 12, 31) == 4_800_000)
    #expect(rate("142", 1900, 1, 1) == 100_000_000)
    #expect(rate("300", 2026, 1, 1) == nil)
    #expect(withBytes("142") { RateTable.yuanOnly.rate(currency: $0, at: 0) == .one })
    #expect(withBytes("502") { RateTable.yuanOnly.rate(currency: $0, at: 0) == nil })
  }

  @Test("the tariff is found by ten digits alone")
  func tariff() throws {
    let data = try reference([
      ("tariff.csv", "gcode,licence,exportDuty,refund,positiveList\n0106201100,1,0,0,0\n6109100021,0,1,1,1\n")
    ])
    let tariff = try #require(data.tariff)
    #expect(withBytes("0106201100") { tariff[$0] } == [.licenceBit])
    #expect(withBytes("6109100021") { tariff[$0] } == [.exportDutyBit, .refundBit, .positiveListBit])
    for other in ["106201100", "0106", "010620110O", "00106201100", ""] {
      #expect(withBytes(other) { tariff[$0] } == nil, "\(other)")
    }
  }

  @Test("headings are four digits, chapters are none")
  func headings() throws {
    let data = try reference([("hs2022.csv", "code,level,description\n01,2,Animals\n0101,4,Horses\n010121,6,x\n")])
    let headings = try #require(data.headings)
    #expect(withBytes("0101") { headings.containsHeading(of: $0) })
    #expect(withBytes("0101999999") { headings.containsHeading(of: $0) })
    #expect(withBytes("0102210000") { !headings.containsHeading(of: $0) })
    #expect(withBytes("01") { !headings.containsHeading(of: $0) })
    #expect(headings.description(of: "01") == "Animals")
  }

  @Test("an enterprise has its class and its mark")
  func enterprises() throws {
    let data = try reference([
      ("enterprises.csv", "\u{FEFF}code,name,creditClass,blacklisted\r\n91A,甲,AA,0\r\n3301B,\"乙 \"\"二\"\"\",,1\r\n")
    ])
    let register = try #require(data.enterprises)
    #expect(register["91A"] == Enterprise(name: "甲", creditClass: "AA", isBlacklisted: false))
    #expect(register["3301B"] == Enterprise(name: "乙 \"二\"", creditClass: "", isBlacklisted: true))
    #expect(register["91a"] == nil)
    #expect(register.creditClasses == ["", "AA"])
    let place = try #require(withBytes("91A") { register.place(of: $0) })
    #expect(register.creditClasses[register.creditClass(place)] == "AA")
  }

  @Test("codes and quotes are bytes, whatever characters they make")
  func bytes() throws {
    let (composed, decomposed) = ("\u{E9}", "e\u{301}")
    let rates = try #require(try reference([("rates.csv", "currency,cny_per_unit\n\(composed),2\n\(decomposed),3\n")]).rates)
    #expect(withBytes(composed) { rates.rate(currency: $0, at: 0)?.cnyPerUnitE8 } == 200_000_000)
    #expect(withBytes(decomposed) { rates.rate(currency: $0, at: 0)?.cnyPerUnitE8 } == 300_000_000)
    let units = try #require(try reference([("units.csv", "code,name\n001,\"a\"\"\u{301}b\"\n")]).codes(.unit))
    #expect(units.name(of: "001")?.utf8.elementsEqual("a\"\u{301}b".utf8) == true)
  }

  @Test("what is wrong with a table names the file, the line and what is expected")
  func refusals() {
    #expect(refusal("countries.csv", "") == "countries.csv: the file is empty; a header code,name is expected")
    #expect(refusal("countries.csv", "kod,name\n") == "countries.csv, line 1: the header has no column code; it has kod, name")
    #expect(refusal("countries.csv", "code,name\n1\n") == "countries.csv, line 2: the row has 1 cells and the header 2")
    #expect(refusal("units.csv", "code,name\n001,a\n\n001,b\n") == "units.csv, line 4: the code '001' is there twice: keep one row")
    #expect(refusal("tariff.csv", "gcode,licence,exportDuty,refund,positiveList\n12,0,0,0,0\n") == "tariff.csv, line 2: the gcode '12' is not of 10 digits")
    #expect(refusal("tariff.csv", "gcode,licence,exportDuty,refund,positiveList\n0106201100,yes,0,0,0\n") == "tariff.csv, line 2: licence 'yes': 0 or 1 is expected")
    #expect(refusal("hs2022.csv", "code,description\n0101,a\n010121,x\n0101,b\n") == "hs2022.csv, line 4: the code '0101' is there twice: keep one row")
    #expect(refusal("rates.csv", "currency,cny_per_unit\n502,7,2\n")?.contains("line 2") == true)
    for value in ["0", "-1", "7e0", "1234567", "1.123456789", "", "7."] {
      #expect(refusal("rates.csv", "currency,cny_per_unit\n502,\(value)\n")?.hasPrefix("rates.csv, line 2: cny_per_unit '\(value)'") == true, "\(value)")
    }
    #expect(refusal("rates.csv", "currency,cny_per_unit\n142,2\n") == "rates.csv, line 2: 142 is the yuan: its rate is 1")
    #expect(refusal("rates.csv", "currency,cny_per_unit,valid_from,valid_to\n502,7,20260101,20260201\n502,8,20260201,\n") == "rates.csv, line 3: the rates of 502 overlap with line 2: give each its days")
    #expect(refusal("rates.csv", "currency,cny_per_unit,valid_from,valid_to\n502,7,20260230,\n") == "rates.csv, line 2: '20260230': a real date YYYYMMDD is expected")
    #expect(refusal("enterprises.csv", "code,name,creditClass,blacklisted\nA,\"b,c,0\n")?.hasPrefix("enterprises.csv, line 2: the quote") == true)
    #expect(refusal("other.csv", "a\n") != nil)
  }
}
