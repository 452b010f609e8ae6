import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

@Suite struct NIfTIWritingTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// Oblique, anisotropic, left-handed.
  let affine = Affine(i: [0.8, 0.6, 0], j: [1.2, -1.6, 0], k: [0, 0, 3], origin: [-7, 8.5, 2])

  @Test(arguments: ["a.nii", "a.nii.gz", "a.hdr", "a.img.gz"]) func roundTrip(name: String) throws {
    for size in awkwardSizes {
      for channels in [1, 3] {
        let voxels = VoxelBuffer<Float>(
          channels: channels, size: size,
          elements: (0..<channels * size.voxelCount).map { Float($0) * 0.37 - 5 })
        let image = ScalarImage(voxels: voxels, affine: affine)
        try image.write(to: folder.file(name))
        let back = try ScalarImage(contentsOf: folder.file(name))
        #expect(back.voxels == voxels)
        #expect(back.affine.largestDistance(to: affine, over: size) < 1e-4)
        let header = try ImageFile.open(folder.file(name)).header
        #expect(header.nifti?.qformCode == 1 && header.nifti?.sformCode == 1)
        // The quaternion says the same as the matrix.
        #expect(header.nifti?.qform.largestDistance(to: affine, over: size) ?? 1 < 1e-4)
      }
    }
  }

  @Test func everyTypeKeepsItsValues() throws {
    let image = ScalarImage(
      voxels: VoxelBuffer(size: [3, 1, 1], elements: [0, 7, 100]), affine: .identity)
    for type in VoxelType.allCases {
      let url = folder.file("\(type).nii")
      try image.write(to: url, options: WriteOptions(type: type))
      let stored = try ImageFile.read(url)
      #expect(stored.header.type == type)
      #expect(stored.header.rescale.isIdentity)
      #expect(stored.scalarImage().voxels == image.voxels)
    }
  }

  @Test func fractionsInAnIntegerTypeAreScaled() throws {
    let image = ScalarImage(
      voxels: VoxelBuffer(size: [3, 1, 1], elements: [-0.5, 0.25, 1.5]), affine: .identity)
    let url = folder.file("s.nii")
    try image.write(to: url, options: WriteOptions(type: .int16))
    let back = try ScalarImage(contentsOf: url).voxels.elements
    // Half a step of 2/65535.
    for (a, b) in zip(back, [-0.5, 0.25, 1.5]) { #expect(abs(Double(a) - b) < 1.6e-5) }
    let broken = ScalarImage(voxels: VoxelBuffer(size: [1, 1, 1], repeating: .nan), affine: .identity)
    #expect(throws: ImageError.self) { try broken.write(to: url, options: WriteOptions(type: .uint8)) }
  }

  @Test func labelsTakeTheSmallestType() throws {
    for (largest, type) in [(UInt16(255), VoxelType.uint8), (256, .uint16)] {
      let map = LabelMap(voxels: VoxelBuffer(size: [2, 1, 1], elements: [0, largest]), affine: .identity)
      try map.write(to: folder.file("l.nii.gz"))
      #expect(try ImageFile.open(folder.file("l.nii.gz")).header.type == type)
      #expect(try LabelMap(contentsOf: folder.file("l.nii.gz")) == map)
    }
  }

  @Test func longAxesNeedVersionTwo() throws {
    let image = ScalarImage(voxels: VoxelBuffer(size: [40_000, 1, 1], repeating: 2), affine: affine)
    try image.write(to: folder.file("long.nii.gz"))
    let header = try ImageFile.open(folder.file("long.nii.gz")).header
    #expect(header.format == "NIfTI-2")
    #expect(header.shape == [40_000, 1, 1])
    #expect(try ScalarImage(contentsOf: folder.file("long.nii.gz")).voxels == image.voxels)
  }

  @Test func shearHasNoQuaternion() throws {
    let sheared = Affine(i: [1, 0, 0], j: [0.5, 1, 0], k: [0, 0, 1])
    let image = ScalarImage(voxels: VoxelBuffer(size: [2, 2, 2]), affine: sheared)
    try image.write(to: folder.file("s.nii"))
    let header = try ImageFile.open(folder.file("s.nii")).header
    #expect(header.nifti?.qformCode == 0)
    #expect(header.affine == sheared)
  }

  @Test func manyMembersAreOneContent() throws {
    // Three members of 1 MiB and a rest.
    let voxels = VoxelBuffer<UInt16>(size: [1200, 1400, 1], repeating: 9)
    let map = LabelMap(voxels: voxels, affine: .identity)
    try map.write(to: folder.file("m.nii.gz"), options: WriteOptions(type: .uint16))
    #expect(try LabelMap(contentsOf: folder.file("m.nii.gz")) == map)
    #expect(try ImageFile.open(folder.file("m.nii.gz")).header.shape == [1200, 1400, 1])
  }

  @Test func refusesOtherNames() throws {
    let image = ScalarImage(voxels: VoxelBuffer(size: [1, 1, 1]), affine: .identity)
    let error = #expect(throws: ImageError.self) { try image.write(to: folder.file("a.xyz")) }
    #expect(error?.cause == .usage)
  }
}
