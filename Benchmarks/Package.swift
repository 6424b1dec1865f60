// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.strictMemorySafety(), .treatAllWarnings(as: .error)]

/// Measures Tern stage by stage. A package of its own, so that who only uses Tern never builds the
/// benchmark library.
let package = Package(
  name: "Benchmarks",
  dependencies: [
    .package(name: "Tern", path: ".."),
    // Without its traits: intercepting malloc and reference counting would slow what is measured.
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    .executableTarget(
      name: "Stages",
      dependencies: [
        .product(name: "Benchmark", package: "benchmark"),
        .product(name: "Tern", package: "Tern"),
        .product(name: "TernIO", package: "Tern"),
        .product(name: "TernCEB", package: "Tern"),
        .product(name: "TernStore", package: "Tern"),
        .product(name: "TernMatch", package: "Tern"),
        .product(name: "TernRules", package: "Tern"),
        .product(name: "TernStats", package: "Tern"),
        .product(name: "TernGenerate", package: "Tern"),
      ],
      path: "Stages",
      swiftSettings: strict,
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    .executableTarget(
      name: "decode-tern",
      dependencies: [.product(name: "TernCEB", package: "Tern")],
      path: "peers/decode/tern",
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
