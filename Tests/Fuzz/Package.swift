// swift-tools-version: 6.2
import PackageDescription

/// The fuzzer of the decoder: a package of its own, since all it contains is built with the
/// fuzzer's instrumentation. `run.sh` builds and runs it.
let strict: [SwiftSetting] = [.strictMemorySafety(), .treatAllWarnings(as: .error)]

let package = Package(
  name: "fuzz",
  targets: [
    // The sources themselves, by symbolic links.
    .target(name: "CScan", exclude: ["README.md"]),
    .target(name: "CXXHash"),
    .target(
      name: "TernCEB", dependencies: ["CScan", "CXXHash"], exclude: ["README.md"],
      swiftSettings: strict),
    .target(name: "CDriver"),
    .executableTarget(
      name: "Decode", dependencies: ["CDriver", "TernCEB"],
      swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]),
  ],
  swiftLanguageModes: [.v6]
)
