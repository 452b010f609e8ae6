// swift-tools-version: 6.1
import PackageDescription

// A table of targets; products and test targets follow from it. `scripts/setup` fills `.deps/` with the
// headers and libraries that no package manager puts on the default search path (libtorch, GDCM).

enum Language { case swift, c, cxx }

struct Module {
  var name: String
  var imports: [String] = []
  var packages: [Target.Dependency] = []
  var language = Language.swift
  var headers: [String] = []
  var libraries: [String] = []
  var resources: [Resource] = []
  var isTested = true
  var path: String?
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")

let libraries: [Module] = [
  Module(name: "CVoxelKernels", language: .c, isTested: false),
  Module(
    name: "CTorch", language: .cxx,
    headers: ["../../.deps/torch/include", "../../.deps/torch/include/torch/csrc/api/include"],
    libraries: ["torch_cpu", "c10"], isTested: false),
  Module(
    name: "CGDCM", language: .cxx, headers: ["../../.deps/gdcm/include"],
    libraries: ["gdcmMSFF", "gdcmDSED", "gdcmDICT", "gdcmCommon"], isTested: false),
  // Opens libvips at run time: nothing to link.
  Module(name: "CVips", language: .c, isTested: false),
  Module(name: "MedVoxel", imports: ["CVoxelKernels"]),
  Module(
    name: "MedImage",
    imports: ["MedVoxel", "CGDCM", "CVips", "CDeflate", "CISAL", "CPNG", "CExpat"]),
  Module(name: "MedTransform", imports: ["MedImage"]),
  Module(name: "MedMetric", imports: ["MedVoxel"]),
  Module(name: "MedTensor", imports: ["CTorch", "CVoxelKernels", "MedVoxel"]),
  Module(name: "MedCheckpoint", imports: ["MedVoxel"]),
  Module(name: "MedNet", imports: ["MedTensor", "MedCheckpoint"]),
  Module(name: "MedRecord", imports: ["MedVoxel"]),
  Module(name: "MedReport", imports: ["MedRecord", "MedImage"]),
  Module(
    name: "MedCatalog", imports: ["MedVoxel"], packages: [yams, grdb],
    resources: [.copy("Resources"), .copy("SiteResources")]),
  Module(
    name: "MedDataset", imports: ["MedCatalog", "MedRecord", "MedImage", "MedVoxel"]),
  Module(name: "MedStudy", imports: ["MedImage", "MedTransform", "MedMetric", "MedRecord"]),
  Module(
    name: "MedEngine",
    imports: ["MedStudy", "MedImage", "MedTensor", "MedNet", "MedCheckpoint", "MedRecord"]),
  Module(
    name: "DeepMedicine",
    imports: [
      "MedVoxel", "MedImage", "MedTransform", "MedMetric", "MedTensor", "MedCheckpoint", "MedNet",
      "MedRecord",
      "MedReport", "MedCatalog", "MedDataset", "MedStudy", "MedEngine",
    ], isTested: false),
  Module(
    name: "DeepmedCommands",
    imports: [
      "MedStudy", "MedImage", "MedTransform", "MedMetric", "MedRecord", "MedReport", "MedCheckpoint",
      "MedCatalog", "MedDataset",
    ],
    packages: [argumentParser]),
]

let executables: [Module] = [
  Module(name: "deepmed", imports: ["DeepmedCommands"]),
  Module(name: "deepmed-torch", imports: ["DeepmedCommands", "MedEngine"], isTested: false),
  Module(name: "deepmed-parity", imports: ["DeepMedicine"]),
  Module(name: "Examples", imports: ["DeepMedicine"], isTested: false, path: "Examples"),
]

let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"), .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
]

// The libraries themselves carry no unsafe flags, so that any package can depend on them. Executables and
// tests of this package find libtorch in `.deps` at link time and at run time.
let deps = Context.packageDirectory + "/.deps"
let linkTorch: [LinkerSetting] = [
  .unsafeFlags(["-L\(deps)/torch/lib", "-Xlinker", "-rpath", "-Xlinker", "\(deps)/torch/lib"])
]

extension Module {
  var dependencies: [Target.Dependency] { imports.map { .byName(name: $0) } + packages }

  var library: Target {
    .target(
      name: name, dependencies: dependencies, resources: resources.isEmpty ? nil : resources,
      cSettings: language == .c ? [.define("NDEBUG")] : nil,
      cxxSettings: headers.isEmpty ? nil : headers.map { .headerSearchPath($0) },
      swiftSettings: language == .swift ? swiftSettings : nil,
      linkerSettings: libraries.isEmpty ? nil : libraries.map { .linkedLibrary($0) })
  }

  var executable: Target {
    .executableTarget(
      name: name, dependencies: dependencies, path: path, swiftSettings: swiftSettings,
      linkerSettings: linkTorch)
  }

  var test: Target {
    .testTarget(
      name: name + "Tests", dependencies: [.byName(name: name), "MedTestSupport"],
      swiftSettings: swiftSettings, linkerSettings: linkTorch)
  }
}

let package = Package(
  name: "DeepMedicine",
  platforms: [.macOS(.v14)],
  products: libraries.filter { $0.language == .swift }.map { .library(name: $0.name, targets: [$0.name]) }
    + executables.filter { $0.path == nil }.map { .executable(name: $0.name, targets: [$0.name]) },
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CDeflate", pkgConfig: "libdeflate",
      providers: [.apt(["libdeflate-dev"]), .brew(["libdeflate"])]),
    .systemLibrary(
      name: "CISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"]), .brew(["isa-l"])]),
    .systemLibrary(
      name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"]), .brew(["expat"])]),
    .systemLibrary(
      name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .target(
      name: "MedTestSupport", dependencies: ["MedVoxel", "MedImage", "MedTransform"],
      path: "Tests/MedTestSupport",
      swiftSettings: swiftSettings),
  ]
    + libraries.map(\.library) + executables.map(\.executable)
    + (libraries + executables).filter(\.isTested).map(\.test)
    + [.testTarget(name: "ArchitectureTests", swiftSettings: swiftSettings)],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11,
  cxxLanguageStandard: .cxx20
)
