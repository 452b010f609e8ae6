// swift-tools-version: 6.1
import PackageDescription

// Two programs: `FuzzReaders` hands libFuzzer's inputs to one of the readers, `FuzzSeeds` writes the inputs that it starts
// from. `scripts/fuzz` builds and runs both.

func products(_ names: [String]) -> [Target.Dependency] {
  names.map { .product(name: $0, package: "DeepMedicine") }
}

let libraries = products(["MedCheckpoint", "MedDataset", "MedImage", "MedVoxel"])

let package = Package(
  name: "Fuzz",
  platforms: [.macOS(.v14)],
  dependencies: [.package(name: "DeepMedicine", path: "..")],
  targets: [
    .executableTarget(name: "FuzzReaders", dependencies: libraries),
    .executableTarget(name: "FuzzSeeds", dependencies: libraries),
  ],
  swiftLanguageModes: [.v6]
)
