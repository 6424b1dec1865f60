extension DocumentWriter {
  /// Surname and given name.
  mutating func writeName(_ name: Element, _ person: Person) {
    let world = world
    let bits = Random.mix(person.identity ^ 1)
    field(name) {
      world.surnames.copy(Int(person.surname), to: &$0)
      world.givenNames.copy(Int(bits % UInt64(world.givenNames.count)), to: &$0)
      if bits >> 60 > 3 {
        world.givenNames.copy(Int((bits >> 20) % UInt64(world.givenNames.count)), to: &$0)
      }
    }
  }

  /// Mainland mobile numbers begin with 13 to 19: one that begins with 100 reaches nobody.
  mutating func writeTelephone(_ name: Element, _ person: Person) {
    field(name) {
      $0.append("100")
      $0.append(digits: UInt64(person.telephone), width: 8)
    }
  }

  /// 18 characters with a right check character (GB 11643). Region 99 does not exist.
  mutating func writeIdNumber(_ name: Element, _ person: Person) {
    let bits = Random.mix(person.identity ^ 2)
    let birth = CivilDate(daysSince1970: Int64(bits % 16_436) - 3_653)
    let date = UInt64(birth.year * 10_000 + birth.month * 100 + birth.day)
    let region = 990_000 + (bits >> 20) % 10_000
    let body = (region * 100_000_000 + date) * 1_000 + UInt64(person.sequence)
    field(name) {
      $0.append(digits: body, width: 17)
      let check = Self.idCheckCharacter(body)
      $0.append(person.hasWrongCheck ? (check == UInt8(ascii: "0") ? 49 : 48) : check)
    }
  }

  /// GB 11643-1999: weights 2^(i−1) mod 11 from the right, ISO 7064 MOD 11-2.
  static func idCheckCharacter(_ body: UInt64) -> UInt8 {
    var rest = body
    var weight: UInt64 = 2
    var sum: UInt64 = 0
    for _ in 0..<17 {
      sum += rest % 10 * weight
      weight = weight * 2 % 11
      rest /= 10
    }
    let check = (12 - sum % 11) % 11
    return check == 10 ? UInt8(ascii: "X") : 48 + UInt8(check)
  }

  mutating func writeAddress(_ name: Element, _ person: Person) {
    let world = world
    let bits = Random.mix(person.identity ^ 3)
    let district = district(of: person)
    field(name) {
      world.districts.copy(district * 2 + 1, to: &$0)
      world.roads.copy(Int((bits >> 8) % UInt64(world.roads.count)), to: &$0)
      $0.append(integer: Int64(person.house) + 1)
      $0.append("号")
      world.communities.copy(Int((bits >> 16) % UInt64(world.communities.count)), to: &$0)
      $0.append(integer: Int64((bits >> 24) % 28 + 1))
      $0.append("幢")
      $0.append(integer: Int64((bits >> 32) % 30 + 1))
      $0.append(digits: (bits >> 40) % 4 + 1, width: 2)
      $0.append("室")
    }
  }

  mutating func writeDistrictCode(_ name: Element, _ person: Person) {
    let world = world
    let district = district(of: person)
    field(name) { world.districts.copy(district * 2, to: &$0) }
  }

  private func district(of person: Person) -> Int {
    Int(Random.mix(person.identity ^ 4) % UInt64(world.districts.count / 2))
  }
}
