import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

@Suite struct DataCommandTests {
  /// Two tissue maps of a ball: a shell and its core.
  private func maps(_ folder: TemporaryFolder) throws -> [String] {
    let size = GridSize(16, 14, 12)
    return try [("grey", 3.0, 6.0), ("white", 0.0, 3.0)].map { name, inner, outer in
      var voxels = VoxelBuffer<Float>(size: size)
      for k in 0..<size.z {
        for j in 0..<size.y {
          for i in 0..<size.x {
            let radius = length([Double(i) - 7.5, Double(j) - 6.5, Double(k) - 5.5])
            voxels[0, i, j, k] = radius >= inner && radius < outer ? 1 : 0
          }
        }
      }
      let url = folder.file(name + ".nii.gz")
      try ScalarImage(voxels: voxels, affine: Affine(spacing: [2, 2, 2])).write(to: url)
      return url.path
    }
  }

  @Test func synthesizedScansGoIntoAPlan() throws {
    let folder = try TemporaryFolder()
    let maps = try maps(folder)
    let made = folder.file("made").path
    expectSuccess(
      try deepmed(
        "data", "synthesize", maps[0], maps[1], "-o", made, "--count", "3", "--held-out", "1", "--labels",
        "grey,white", "--kind", "maps"))
    expectSuccess(try deepmed("plan", made, "-o", folder.file("plan.json").path))
    expect(
      try deepmed("data", "synthesize", maps[0], "-o", made, "--kind", "maps"), fails: 64, saying: made,
      "not empty")
    expect(
      try deepmed("data", "synthesize", folder.file("absent.nii").path, "-o", folder.file("no").path),
      fails: 65,
      saying: "absent.nii")
    expect(
      try deepmed("data", "synthesize", maps[0], "-o", folder.file("plan.json/no").path, "--kind", "maps"),
      fails: 1,
      saying: folder.file("plan.json/no").path)
    #expect(try folder.names == ["grey.nii.gz", "made", "plan.json", "white.nii.gz"])
  }

  @Test func labelsFromMaps() throws {
    let folder = try TemporaryFolder()
    let maps = try maps(folder)
    let output = folder.file("labels.nii.gz")
    expectSuccess(try deepmed("data", "labels", maps[0], maps[1], "-o", output.path))
    let labels = try LabelMap(contentsOf: output)
    #expect(
      labels.voxels[0, 7, 6, 5] == 2 && labels.voxels[0, 12, 6, 5] == 1 && labels.voxels[0, 0, 0, 0] == 0)
  }
}
