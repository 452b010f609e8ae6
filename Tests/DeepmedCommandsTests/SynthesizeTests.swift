import ArgumentParser
import Foundation
import MedImage
import MedRecord
import MedVoxel
import Testing

@testable import DeepmedCommands

@Suite struct SynthesizeTests {
  /// A folder with two tissue maps, stored as bytes; removed after the body.
  private func withMaps(_ body: (URL) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "synthesize-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let size = GridSize(16, 14, 12)
    for (name, inner, outer) in [("grey", 3.0, 6.0), ("white", 0.0, 3.0)] {
      var voxels = VoxelBuffer<Float>(size: size)
      for k in 0..<size.z {
        for j in 0..<size.y {
          for i in 0..<size.x {
            let r = length([Double(i) - 7.5, Double(j) - 6.5, Double(k) - 5.5])
            let share = min(max(outer - r, 0), 1) - (inner > 0 ? min(max(inner - r, 0), 1) : 0)
            voxels[0, i, j, k] = Float((share * 255).rounded(.down))
          }
        }
      }
      try ScalarImage(voxels: voxels, affine: Affine(spacing: [2, 2, 2])).write(
        to: folder.appending(path: name + ".nii"))
    }
    try await body(folder)
  }

  @Test func aFolderThatTheNextCommandReads() async throws {
    try await withMaps { folder in
      let (grey, white) = (folder.appending(path: "grey.nii").path, folder.appending(path: "white.nii").path)
      let output = folder.appending(path: "made")
      let options = ["--count", "3", "--held-out", "2", "--labels", "grey,white", "--kind", "maps"]
      var command = try Deepmed.DataCommand.Synthesize.parse([grey, white, "-o", output.path] + options)
      try await command.run()

      let dataset = try DatasetFolder(contentsOf: output)
      #expect(dataset.training.count == 3 && dataset.test.count == 2)
      #expect(dataset.classNames == ["background", "grey", "white"])
      for item in dataset.training {
        let image = try ScalarImage(contentsOf: item.images[0])
        let labels = try LabelMap(contentsOf: try #require(item.label))
        #expect(image.grid.difference(from: labels.grid) == nil)
        #expect(Set(labels.voxels.elements) == [0, 1, 2])
      }
      let files = FileManager.default
      #expect(try files.contentsOfDirectory(atPath: output.appending(path: "labelsTs").path).count == 2)
      #expect(
        try files.contentsOfDirectory(atPath: folder.path).sorted() == ["grey.nii", "made", "white.nii"])

      // The same arguments give the same voxels; an existing folder is not touched.
      await #expect(throws: ImageError.self) { try await command.run() }
      let again = folder.appending(path: "again")
      command = try Deepmed.DataCommand.Synthesize.parse([grey, white, "-o", again.path] + options)
      try await command.run()
      let name = "imagesTr/synthetic_001.nii.gz"
      #expect(
        try ScalarImage(contentsOf: again.appending(path: name))
          == ScalarImage(contentsOf: output.appending(path: name)))
    }
  }

  @Test func inputsThatDontFit() async throws {
    try await withMaps { folder in
      let grey = folder.appending(path: "grey.nii").path
      let output = folder.appending(path: "made").path
      for arguments in [
        [grey, "-o", output, "--labels", "one,two", "--kind", "maps"],
        [folder.appending(path: "absent.nii").path, "-o", output],
      ] {
        let command = try Deepmed.DataCommand.Synthesize.parse(arguments)
        await #expect(throws: (any Error).self) { try await command.run() }
      }
      #expect(!FileManager.default.fileExists(atPath: output))
    }
    #expect(throws: (any Error).self) {
      try Deepmed.DataCommand.Synthesize.parse(["a.nii", "-o", "x", "--count", "0"])
    }
    #expect(throws: (any Error).self) {
      try Deepmed.DataCommand.Synthesize.parse(["a.nii", "-o", "x", "--spacing", "0"])
    }
  }
}
