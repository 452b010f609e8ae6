import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

/// MGH files put together byte by byte.
struct RawMGH {
  var dims: [Int32] = [2, 3, 4, 1]
  var type: Int32 = 4
  var isPlaced: Int16 = 1
  var voxels: [UInt8] = (0..<24).flatMap { RawNIfTI.bytes(Int16($0), true) }

  var file: [UInt8] {
    var b = RawNIfTI.bytes(Int32(1), true)
    for value in dims + [type, 0] { b += RawNIfTI.bytes(value, true) }
    b += RawNIfTI.bytes(isPlaced, true)
    // Spacing 1 2 3, coronal axes, the middle at (10, 20, 30).
    for value: Float in [1, 2, 3, -1, 0, 0, 0, 0, -1, 0, 1, 0, 10, 20, 30] {
      b += RawNIfTI.bytes(value.bitPattern, true)
    }
    return b + [UInt8](repeating: 0, count: 284 - b.count) + voxels
  }
}

@Suite struct MGHTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test func valuesAndGeometry() throws {
    let image = try ScalarImage(contentsOf: folder.file("a.mgh", containing: RawMGH().file))
    #expect(image.voxels.elements == (0..<24).map { Float($0) })
    // The middle, voxel (1, 1.5, 2), lies at (10, 20, 30).
    let expected = Affine(i: [-1, 0, 0], j: [0, 0, -2], k: [0, 3, 0], origin: [11, 14, 33])
    #expect(image.affine.largestDistance(to: expected, over: image.size) < 1e-6)
  }

  @Test func withoutGeometry() throws {
    var file = RawMGH()
    file.isPlaced = 0
    let header = try ImageFile.open(folder.file("b.mgh", containing: file.file)).header
    #expect(!header.hasGeometry)
    #expect(header.affine.spacing == [1, 1, 1])
    #expect(header.affine.orientation.description == "LIA")
  }

  @Test func refusals() throws {
    var file = RawMGH()
    file.type = 9
    #expect(throws: ImageError.self) {
      try ScalarImage(contentsOf: folder.file("c.mgh", containing: file.file))
    }
    file = RawMGH()
    file.dims[0] = 1 << 20
    #expect(throws: ImageError.self) {
      try ScalarImage(contentsOf: folder.file("c.mgh", containing: file.file))
    }
    #expect(throws: ImageError.self) {
      try ScalarImage(contentsOf: folder.file("d.mgz", containing: [1, 2]))
    }
  }
}
