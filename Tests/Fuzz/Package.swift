// swift-tools-version: 6.2
import PackageDescription

/// The fuzzers: a package of its own, since all it contains is built with the fuzzer's
/// instrumentation. `run.sh` builds and runs them.
let strict: [SwiftSetting] = [.strictMemorySafety(), .treatAllWarnings(as: .error)]

/// A program of libFuzzer. Its start stands in `CDriver`, its seeds in `seeds/<name>`.
func fuzzer(_ name: String, of module: Target.Dependency) -> Target {
  .executableTarget(
    name: name, dependencies: ["CDriver", module],
    swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])])
}

let package = Package(
  name: "fuzz",
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
    .target(name: "CDriver"),
    fuzzer("Archive", of: "TernIO"),
    // What the fuzzers of messages compare.
    .target(name: "FuzzSupport", dependencies: ["TernCEB"], swiftSettings: strict),
    fuzzer("Decode", of: "FuzzSupport"),
    fuzzer("Tables", of: "TernCEB"),
    fuzzer("Unwrap", of: "FuzzSupport"),
  ],
  swiftLanguageModes: [.v6]
)
