// swift-tools-version: 6.2
import PackageDescription

/// Measures reading alone. A package of its own: it needs one module and no benchmark library.
let package = Package(
  name: "ReadBench",
  dependencies: [.package(name: "Tern", path: "../..")],
  targets: [
    .executableTarget(
      name: "read-bench",
      dependencies: [.product(name: "TernIO", package: "Tern")],
      path: "Sources",
      swiftSettings: [.strictMemorySafety(), .treatAllWarnings(as: .error)])
  ],
  swiftLanguageModes: [.v6]
)
