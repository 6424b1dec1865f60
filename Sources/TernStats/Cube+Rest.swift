/// Cells that are counted as one: of the entities that are not kept, all of one period, currency, rate and, where
/// quantities are asked for, unit. A
/// list that touches several of them counts once there, which no sum over cells would give.
struct CubeRest: Sendable {
  let kept: Set<[String]>
  /// Where each number of the last level is counted.
  private(set) var targets: [UInt32] = []
  /// The first cell seen with these codes stands for all.
  private var shared: [[UInt32]: UInt32] = [:]
  private(set) var stands: Set<UInt32> = []

  init(_ kept: Set<[String]>) { self.kept = kept }

  func target(_ number: UInt32) -> UInt32 { targets[Int(number)] }

  func redirect(_ numbers: inout [UInt32]) {
    for i in numbers.indices { numbers[i] = targets[Int(numbers[i])] }
  }

  /// The next number is counted by itself.
  mutating func keep() { targets.append(UInt32(targets.count)) }

  /// The next number is counted with all of these codes.
  mutating func share(_ codes: [UInt32]) {
    let number = UInt32(targets.count)
    let target = shared[codes] ?? number
    shared[codes] = target
    stands.insert(target)
    targets.append(target)
  }
}

extension Cube {
  /// Decides where the next new cell is counted.
  mutating func placeInRest(_ number: UInt32) {
    let codes = codes(number, level: levels.count - 1)
    let values = valueLevels.map { levels[$0].values.string(codes[$0]) }
    let currency = levels[currencyLevel].values.string(codes[currencyLevel])
    if rest!.kept.contains(plan.entity(values, currency: currency)) { return rest!.keep() }
    var common = [UInt32(codes[currencyLevel])]
    if let rateLevel { common.append(UInt32(codes[rateLevel])) }
    for (place, level) in valueLevels.enumerated() where isKeptInRest(place) {
      common.append(UInt32(codes[level]))
    }
    rest!.share(common)
  }

  /// Rows of the rest have the value of this dimension.
  func isKeptInRest(_ place: Int) -> Bool {
    plan.isOfRest(dimensions[place]) || plan.isSeries && place == dimensions.count - 1
  }

  /// Of each dimension its level.
  var valueLevels: [Int] {
    dimensions.map { dimension in levels.firstIndex { $0.subject == .dimension(dimension) }! }
  }

  /// The codes on the way to a number of a level.
  func codes(_ number: UInt32, level last: Int) -> [Int] {
    var codes = [Int](repeating: 0, count: last + 1)
    var number = Int(number)
    for level in (0...last).reversed() {
      codes[level] = levels[level].prefixes.code(number)
      number = levels[level].prefixes.parent(number)
    }
    return codes
  }

  /// Numbers of the periods in which lists were counted.
  func periods(_ period: Period) -> [Int64] {
    guard let level = levels.first(where: { $0.subject == .dimension(period.dimension) }) else { return [] }
    return (0..<level.values.count).compactMap { period.number(ofText: level.values.string($0)) }
  }
}
