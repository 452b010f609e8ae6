// swift-tools-version: 6.1
import PackageDescription

// Fuzz targets: one executable for each reader, built with libFuzzer by `scripts/fuzz`. Each hands its inputs to a
// reader; its seeds come from `FuzzSeeds`.

/// Target → the libraries it tries.
let targets = [
  ("FuzzSafetensors", ["MedCheckpoint"]),
  ("FuzzTorchFile", ["MedCheckpoint"]),
  ("FuzzNIfTI", ["MedImage"]),
  ("FuzzMGH", ["MedImage"]),
  ("FuzzMetaImage", ["MedImage"]),
  ("FuzzNRRD", ["MedImage"]),
  ("FuzzNumPy", ["MedImage"]),
  ("FuzzAFNI", ["MedImage"]),
  ("FuzzPARREC", ["MedImage"]),
  ("FuzzECAT", ["MedImage"]),
  ("FuzzDICOM", ["MedImage"]),
  ("FuzzPNG", ["MedImage"]),
  ("FuzzRaster", ["MedImage"]),
  ("FuzzTIFF", ["MedImage"]),
  ("FuzzSlide", ["MedImage"]),
  ("FuzzAVI", ["MedImage"]),
  ("FuzzLIDC", ["MedDataset"]),
  ("FuzzAnnotationXML", ["MedImage"]),
  ("FuzzAnnotationJSON", ["MedImage"]),
  ("FuzzAnnotationText", ["MedImage"]),
]

func products(_ names: [String]) -> [Target.Dependency] {
  names.map { .product(name: $0, package: "DeepMedicine") }
}

let package = Package(
  name: "Fuzz",
  platforms: [.macOS(.v14)],
  dependencies: [.package(name: "DeepMedicine", path: "..")],
  targets: [
    .target(name: "FuzzDriver", dependencies: products(["MedImage", "MedVoxel"])),
    .executableTarget(name: "FuzzSeeds", dependencies: products(["MedCheckpoint", "MedDataset", "MedImage", "MedVoxel"])),
  ] + targets.map { .executableTarget(name: $0, dependencies: ["FuzzDriver"] + products($1)) },
  swiftLanguageModes: [.v6]
)
