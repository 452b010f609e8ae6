import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

@Suite struct NPZTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  let affine = Affine(i: [0.8, 0.6, 0], j: [1.2, -1.6, 0], k: [0, 0, 3], origin: [-7, 8.5, 2])

  @Test(arguments: [GzipWriter.Level.none, .fast]) func roundTrip(level: GzipWriter.Level) throws {
    for size in awkwardSizes {
      for channels in [1, 3] {
        let voxels = VoxelBuffer<Float>(
          channels: channels, size: size,
          elements: (0..<channels * size.voxelCount).map { Float($0) * 0.37 - 5 })
        try ScalarImage(voxels: voxels, affine: affine)
          .write(to: folder.file("a.npz"), options: WriteOptions(compression: level))
        let back = try ScalarImage(contentsOf: folder.file("a.npz"))
        #expect(back.voxels == voxels && back.affine == affine)
      }
    }
    let header = try ImageFile.open(folder.file("a.npz")).header
    #expect(header.hasGeometry && header.notes.isEmpty && header.facts.contains(.init("variable", "arr_0")))
  }

  @Test func withoutGeometry() throws {
    var header = ImageHeader(
      format: "memory", shape: [2, 1, 1], type: .uint8, affine: .identity, hasGeometry: false)
    header.hasGeometry = false
    let voxels = StoredVoxels.uint8(VoxelBuffer(size: [2, 1, 1], elements: [1, 2]))
    try ImageFile.write(StoredImage(header: header, voxels: voxels), to: folder.file("b.npz"))
    let back = try ImageFile.read(folder.file("b.npz"))
    #expect(back.voxels == voxels && !back.header.hasGeometry)
    // Of one more array the name is needed; the matrix alone is one too.
    try ScalarImage(voxels: VoxelBuffer(size: [2, 2, 1]), affine: affine).write(to: folder.file("c.npz"))
    let matrix = try ImageFile.open(folder.file("c.npz"), options: ReadOptions(variable: "affine"))
    #expect(matrix.header.shape == [4, 4])
    let error = #expect(throws: ImageError.self) {
      try ImageFile.open(folder.file("c.npz"), options: ReadOptions(variable: "x"))
    }
    #expect(error?.description.contains("arr_0 (2×2×1 float32), affine (4×4 float64)") == true)
  }

  @Test func damagedBytesNeverCrash() throws {
    var random = RandomStream(seed: 17)
    try ScalarImage(voxels: VoxelBuffer(size: [5, 4, 3], repeating: 2), affine: affine)
      .write(to: folder.file("a.npz"))
    let whole = [UInt8](try Data(contentsOf: folder.file("a.npz")))
    for _ in 0..<300 {
      let bytes = random.damaged(whole)
      _ = try? ScalarImage(contentsOf: folder.file("x.npz", containing: bytes))
    }
  }
}
