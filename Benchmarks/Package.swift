// swift-tools-version: 6.1
import PackageDescription

// Benchmarks beside peers; see RESULTS.md. A package of its own, so that users of the libraries never see it.
let deps = Context.packageDirectory + "/../.deps"

let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v14)],
  dependencies: [.package(name: "DeepMedicine", path: "..")],
  targets: [
    .executableTarget(
      name: "deepmed-bench", dependencies: [.product(name: "DeepMedicine", package: "DeepMedicine")],
      linkerSettings: [
        .unsafeFlags(["-L\(deps)/torch/lib", "-Xlinker", "-rpath", "-Xlinker", "\(deps)/torch/lib"])
      ])
  ],
  swiftLanguageModes: [.v6]
)
