// swift-tools-version: 6.2
import PackageDescription

/// The fuzzers: a package of its own, since all it contains is built with the fuzzer's
/// instrumentation. `run.sh` builds and runs them.
let strict: [SwiftSetting] = [.strictMemorySafety(), .treatAllWarnings(as: .error)]

/// A program of libFuzzer. Its start stands in `CDriver`, its seeds in `seeds/<name>`.
func fuzzer(_ name: String, of modules: Target.Dependency...) -> Target {
  .executableTarget(
    name: name, dependencies: ["CDriver"] + modules,
    swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])])
}

let package = Package(
  name: "fuzz",
  dependencies: [.package(url: "https://github.com/jpsim/Yams", from: "6.2.0")],
  targets: [
    // The sources themselves, by symbolic links.
    .target(name: "CLiburing", linkerSettings: [.linkedLibrary("uring")]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd"),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib"),
    .target(name: "CArchive"),
    .target(name: "CScan", exclude: ["README.md"]),
    .target(name: "CXXHash"),
    .target(
      name: "TernIO", dependencies: ["CLiburing", "CZstd", "CZlib", "CXXHash", "CArchive"],
      exclude: ["README.md"], swiftSettings: strict),
    .target(
      name: "TernCEB", dependencies: ["CScan", "CXXHash"], exclude: ["README.md", "Catalogue/README.md"],
      swiftSettings: strict),
    .target(name: "CSHA256", linkerSettings: [.linkedLibrary(":libcrypto.a")]),
    .target(
      name: "TernReference", dependencies: ["TernCEB", "CSHA256"], exclude: ["README.md"], swiftSettings: strict),
    .target(name: "TernMatch", dependencies: ["TernCEB"], exclude: ["README.md"], swiftSettings: strict),
    .target(
      name: "TernRules", dependencies: ["TernCEB", "TernReference", "TernMatch"], exclude: ["README.md"],
      swiftSettings: strict),
    // All that a rules file needs of it.
    .target(name: "Tern", swiftSettings: strict),
    .target(
      name: "TernSettings", dependencies: ["Tern", "TernRules", .product(name: "Yams", package: "Yams")],
      exclude: ["README.md"], swiftSettings: strict),
    .target(name: "CUnpack"),
    // With its assertions, which say when a view is left.
    .target(
      name: "TernStore", dependencies: ["TernCEB", "CUnpack", "CXXHash", "CZstd"], exclude: ["README.md"],
      swiftSettings: strict + [.unsafeFlags(["-assert-config", "Debug", "-enable-testing"])]),
    .target(name: "CDriver"),
    fuzzer("Archive", of: "TernIO"),
    fuzzer("Blocks", of: "TernStore"),
    // What the fuzzers of messages compare.
    .target(name: "FuzzSupport", dependencies: ["TernCEB"], swiftSettings: strict),
    fuzzer("Decode", of: "FuzzSupport"),
    fuzzer("Reference", of: "TernReference"),
    fuzzer("Rules", of: "TernSettings"),
    fuzzer("Tables", of: "TernCEB"),
    fuzzer("Unwrap", of: "FuzzSupport"),
  ],
  swiftLanguageModes: [.v6]
)
