/// Everything that lists share: firms, goods, places. Made from the settings alone, never changed.
final class World: Sendable {
  let sellers: Enterprises
  let platforms: Enterprises
  let payments: Enterprises
  let carriers: Enterprises
  let agents: Enterprises

  let surnames = Words(Vocabulary.surnames)
  let givenNames = Words(Vocabulary.givenNames)
  /// Code and name alternate.
  let districts = Words(Vocabulary.districts)
  let roads = Words(Vocabulary.roads)
  let communities = Words(Vocabulary.communities)
  let foreignPlatforms = Words(Vocabulary.foreignPlatforms)
  let goodsInfo = Words(Vocabulary.goodsInfo)
  let customsOffices = Words(Vocabulary.customsOffices)
  let destinations = Words(Vocabulary.destinations)
  let origins = Words(Vocabulary.origins)
  let destinationZipf: Zipf
  let originZipf: Zipf

  let exportGoods = Good.exports + Good.ruledExports
  let importGoods = Good.imports + Good.ruledImports

  /// A small corpus has fewer sellers, so that it too has some with many lists.
  init(_ settings: GenerateSettings) {
    let seed = settings.seed
    sellers = Enterprises(
      .seller, count: min(max(settings.lists / 4, 100), 5_000), seed: seed, extra: OddSeller.allCases)
    platforms = Enterprises(.platform, count: 24, seed: seed)
    payments = Enterprises(.payment, count: 12, seed: seed)
    carriers = Enterprises(.carrier, count: 40, seed: seed)
    agents = Enterprises(.agent, count: 60, seed: seed)
    destinationZipf = Zipf(count: Words(Vocabulary.destinations).count)
    originZipf = Zipf(count: Words(Vocabulary.origins).count)
  }

  func good(_ line: Line, isExport: Bool) -> Good {
    isExport ? exportGoods[Int(line.good)] : importGoods[Int(line.good)]
  }
}
