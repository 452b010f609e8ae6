// swift-tools-version: 6.1
import PackageDescription

// Fuzz targets, built and run by `scripts/fuzz`, which names the fuzzer's runtime library.
let runtime = Context.environment["DEEPMED_FUZZER_RUNTIME"] ?? ""

let package = Package(
  name: "Fuzz",
  platforms: [.macOS(.v14)],
  dependencies: [.package(name: "DeepMedicine", path: "..")],
  targets: [
    .target(name: "CFuzzer"),
    .executableTarget(
      name: "fuzz-readers",
      dependencies: [
        "CFuzzer", .product(name: "MedImage", package: "DeepMedicine"),
        .product(name: "MedCheckpoint", package: "DeepMedicine"),
      ],
      linkerSettings: [.unsafeFlags(["-Xlinker", runtime]), .linkedLibrary("stdc++")]),
  ],
  swiftLanguageModes: [.v6]
)
