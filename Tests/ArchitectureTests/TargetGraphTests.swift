import Foundation
import Testing

/// Who may import whom. A new arrow is a decision: it belongs into Documentation/Decisions first.
private let allowed: [String: Set<String>] = [
  "CDeflate": [], "CISAL": [], "CPNG": [], "CTorch": [], "CGDCM": [], "CVips": [], "CExpat": [],
  "CVoxelKernels": [],
  "MedVoxel": ["CVoxelKernels"],
  "MedImage": ["MedVoxel", "CGDCM", "CVips", "CDeflate", "CISAL", "CPNG", "CExpat"],
  "MedTransform": ["MedImage"],
  "MedMetric": ["MedVoxel"],
  "MedTensor": ["CTorch", "CVoxelKernels", "MedVoxel"],
  "MedCheckpoint": ["MedVoxel"],
  "MedNet": ["MedTensor", "MedCheckpoint"],
  "MedRecord": ["MedVoxel"],
  "MedReport": ["MedRecord", "MedImage"],
  "MedCatalog": ["MedVoxel", "Yams", "GRDB"],
  "MedDataset": ["MedCatalog", "MedRecord", "MedImage", "MedVoxel"],
  "MedStudy": ["MedImage", "MedTransform", "MedMetric", "MedRecord"],
  "MedEngine": ["MedStudy", "MedImage", "MedTensor", "MedNet", "MedCheckpoint", "MedRecord"],
  "DeepMedicine": [
    "MedVoxel", "MedImage", "MedTransform", "MedMetric", "MedTensor", "MedNet", "MedRecord", "MedReport",
    "MedEngine", "MedCheckpoint", "MedStudy", "MedCatalog", "MedDataset",
  ],
  "DeepmedCommands": [
    "MedStudy", "MedImage", "MedTransform", "MedMetric", "MedRecord", "MedReport", "MedCheckpoint",
    "MedCatalog", "MedDataset", "ArgumentParser",
  ],
  "deepmed": ["DeepmedCommands"],
  "deepmed-torch": ["DeepmedCommands", "MedEngine"],
  "deepmed-parity": ["DeepMedicine"],
  "Examples": ["DeepMedicine"],
]

/// Targets that reach libtorch, directly or through others: `deepmed` must not be among them, since loading it costs
/// a quarter of a second.
private let torchUsers: Set<String> = [
  "CTorch", "MedTensor", "MedNet", "MedEngine", "DeepMedicine", "deepmed-torch", "deepmed-parity",
  "Examples",
]

struct TargetGraphTests {
  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Target names to the names of what they depend on, as the package manifest says.
  private static func graph() throws -> [String: Set<String>] {
    let scratch = FileManager.default.temporaryDirectory.appending(path: "graph-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: scratch) }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "swift", "package", "--package-path", root.path, "--scratch-path", scratch.path, "dump-package",
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let package = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let targets = try #require(package["targets"] as? [[String: Any]])
    var graph: [String: Set<String>] = [:]
    for target in targets where target["type"] as? String != "test" {
      let name = try #require(target["name"] as? String)
      let dependencies = target["dependencies"] as? [[String: [Any]]] ?? []
      graph[name] = Set(dependencies.flatMap { $0.values.compactMap { $0.first as? String } })
    }
    return graph
  }

  @Test func everyArrowIsAllowed() throws {
    let graph = try Self.graph()
    for (name, dependencies) in graph where name != "MedTestSupport" {
      let permitted = try #require(allowed[name], "the target \(name) is missing in the table")
      #expect(dependencies.subtracting(permitted) == [], "\(name) imports what it may not")
    }
  }

  @Test func theCommandLineStartsWithoutLibtorch() throws {
    let graph = try Self.graph()
    func reachesTorch(_ name: String) -> Bool {
      name == "CTorch" || (graph[name] ?? []).contains { reachesTorch($0) }
    }
    for name in graph.keys where name != "MedTestSupport" {
      #expect(reachesTorch(name) == torchUsers.contains(name), "\(name)")
    }
  }
}
