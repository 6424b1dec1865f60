// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is built the same way: strict concurrency (language mode 6),
/// strict memory safety, and no warning is let through.
let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

/// The modules in the order data moves through them; each knows only those before it.
let package = Package(
  name: "tern",
  products: [
    .library(name: "Tern", targets: ["Tern"]),
    // The single modules, for benchmarks and for services that need one stage.
    .library(name: "TernIO", targets: ["TernIO"]),
    .library(name: "TernCEB", targets: ["TernCEB"]),
    .library(name: "TernReference", targets: ["TernReference"]),
    .library(name: "TernStore", targets: ["TernStore"]),
    .library(name: "TernMatch", targets: ["TernMatch"]),
    .library(name: "TernRules", targets: ["TernRules"]),
    .library(name: "TernStats", targets: ["TernStats"]),
    .library(name: "TernSettings", targets: ["TernSettings"]),
    .library(name: "TernGenerate", targets: ["TernGenerate"]),
    .executable(name: "tern", targets: ["tern-cli"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
  ],
  targets: [
    // System libraries and C kernels.
    .target(name: "CLiburing", linkerSettings: [.linkedLibrary("uring")]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CArchive"),
    .target(name: "CXXHash"),
    .target(name: "CUnpack"),
    .target(name: "CSHA256", linkerSettings: [.linkedLibrary(":libcrypto.a")]),
    .target(name: "CScan", exclude: ["README.md"]),

    // The way of the data.
    .target(
      name: "TernIO", dependencies: ["CLiburing", "CZstd", "CZlib", "CXXHash", "CArchive"], exclude: ["README.md"],
      swiftSettings: strict),
    .target(
      name: "TernCEB", dependencies: ["CScan", "CXXHash"], exclude: ["README.md", "Catalogue/README.md"],
      swiftSettings: strict),
    .target(
      name: "TernStore", dependencies: ["TernCEB", "CZstd", "CXXHash", "CUnpack"], exclude: ["README.md"], swiftSettings: strict),
    .target(
      name: "TernReference", dependencies: ["TernCEB", "CSHA256"], exclude: ["README.md"], swiftSettings: strict),
    .target(name: "TernMatch", dependencies: ["TernCEB"], exclude: ["README.md"], swiftSettings: strict),
    .target(
      name: "TernRules", dependencies: ["TernCEB", "TernReference", "TernMatch"], exclude: ["README.md"],
      swiftSettings: strict),
    .target(name: "TernStats", dependencies: ["TernCEB"], exclude: ["README.md"], swiftSettings: strict),
    .target(name: "TernGenerate", exclude: ["README.md"], swiftSettings: strict),
    .target(
      name: "Tern",
      dependencies: [
        "TernIO", "TernCEB", "TernReference", "TernStore", "TernMatch", "TernRules", "TernStats", "CXXHash",
      ],
      exclude: [
        "README.md", "Alerts/README.md", "Explain/EXAMPLES.md", "Explain/README.md",
        "Export/README.md", "Extract/README.md", "Opportunities/README.md", "Receipts/README.md",
        "Scorecard/README.md",
        "Report/README.md", "Returns/README.md", "Summarize/README.md",
      ],
      swiftSettings: strict),
    .target(
      name: "TernSettings", dependencies: ["Tern", "TernRules", .product(name: "Yams", package: "Yams")],
      exclude: ["README.md"], swiftSettings: strict),
    .executableTarget(
      name: "tern-cli",
      dependencies: [
        "Tern", "TernSettings", "TernGenerate", "TernCEB", "TernReference", "TernIO", "TernRules", "TernStats", "TernStore",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // Tests.
    .target(name: "TernTestSupport", path: "Tests/TernTestSupport", swiftSettings: strict),
    .testTarget(
      name: "TernIOTests",
      dependencies: ["TernIO", "CLiburing", "CZlib", "CZstd", "TernTestSupport"],
      swiftSettings: strict),
    .systemLibrary(
      name: "CLibXML2", path: "Tests/CLibXML2", pkgConfig: "libxml-2.0",
      providers: [.apt(["libxml2-dev"])]),
    .testTarget(
      name: "TernCEBTests", dependencies: ["TernCEB", "CScan", "CLibXML2", "TernTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "TernStoreTests", dependencies: ["TernStore", "CUnpack", "TernTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "TernMatchTests", dependencies: ["TernMatch", "TernTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "TernReferenceTests", dependencies: ["TernReference", "TernTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "TernRulesTests", dependencies: ["TernRules", "TernTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "TernStatsTests", dependencies: ["TernStats", "TernTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "TernGenerateTests", dependencies: ["TernGenerate", "TernTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "TernSettingsTests", dependencies: ["TernSettings", "TernRules", "TernTestSupport"],
      swiftSettings: strict),
    .testTarget(name: "TernTests", dependencies: ["Tern", "TernTestSupport"], swiftSettings: strict),
    .testTarget(
      name: "Conformance", dependencies: ["Tern", "tern-cli", "TernGenerate", "TernTestSupport"],
      exclude: ["Oracle"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
