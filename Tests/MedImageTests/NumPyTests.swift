import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

@Suite struct NumPyTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func npy(
    _ descr: String, _ isFortran: Bool, _ shape: String, _ data: [UInt8], version: UInt8 = 1
  ) throws -> URL {
    let order = isFortran ? "True" : "False"
    return try npy(
      "{'descr': '\(descr)', 'fortran_order': \(order), 'shape': (\(shape)), }\n", data, version: version)
  }

  private func npy(_ text: String, _ data: [UInt8] = [], version: UInt8 = 1) throws -> URL {
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [version, 0]
    let count = text.utf8.count
    bytes += [UInt8(count & 255), UInt8(count >> 8)] + (version > 1 ? [0, 0] : [])
    return try folder.file("a.npy", containing: bytes + Array(text.utf8) + data)
  }

  @Test func ordersAndVersions() throws {
    // [[[0, 1, 2], [3, 4, 5]]]: the axes are I, J, K.
    let c = try ScalarImage(contentsOf: npy("|u1", false, "1, 2, 3", Array(0..<6)))
    #expect(c.size == [1, 2, 3] && c.voxels.elements == [0, 3, 1, 4, 2, 5])
    let fortran = try ScalarImage(contentsOf: npy("|b1", true, "1, 2, 3", Array(0..<6), version: 2))
    #expect(fortran.size == [1, 2, 3] && fortran.voxels.elements == [0, 1, 2, 3, 4, 5])
    let big = try ScalarImage(contentsOf: npy(">i2", false, "2,", [1, 0, 255, 255], version: 3))
    #expect(big.size == [2, 1, 1] && big.voxels.elements == [256, -1])
    let channels = try ScalarImage(contentsOf: npy("|u1", false, "1, 2, 1, 3", Array(0..<6)))
    #expect(channels.channels == 3 && channels.voxels.elements == [0, 3, 1, 4, 2, 5])
    let header = try ImageFile.open(npy("|u1", false, "1, 2, 3", Array(0..<6))).header
    #expect(!header.hasGeometry && header.affine == .identity)
    let number = try ScalarImage(contentsOf: npy("<f4", false, "", [0, 0, 128, 63]))
    #expect(number.size == [1, 1, 1] && number.voxels.elements == [1])
  }

  @Test func complexNumbers() throws {
    let halves: [Float] = [1, 2, 3, 4]
    let data = halves.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
    let open = try ImageFile.open(npy("<c8", false, "1, 2", data))
    #expect(open.header.components == .complex)
    #expect(try open.scalarImage().voxels.elements == [1, 3, 2, 4])
    try ImageFile.write(open.stored(), to: folder.file("b.npy"))
    #expect(try ImageFile.read(folder.file("b.npy")).voxels == open.stored().voxels)
  }

  @Test func roundTrip() throws {
    for size in awkwardSizes {
      for channels in [1, 3] {
        let voxels = VoxelBuffer<Float>(
          channels: channels, size: size,
          elements: (0..<channels * size.voxelCount).map { Float($0) * 0.37 - 5 })
        try ScalarImage(voxels: voxels, affine: .identity).write(to: folder.file("a.npy"))
        #expect(try ScalarImage(contentsOf: folder.file("a.npy")).voxels == voxels)
      }
    }
    for type in VoxelType.allCases {
      let image = ScalarImage(
        voxels: VoxelBuffer(size: [3, 1, 1], elements: [0, 7, 100]), affine: .identity)
      try image.write(to: folder.file("t.npy"), options: WriteOptions(type: type))
      let stored = try ImageFile.read(folder.file("t.npy"))
      #expect(stored.header.type == type && stored.scalarImage().voxels == image.voxels)
    }
  }

  @Test func refusals() throws {
    refused(try npy("<i2", true, "2, 3", [1, 2, 3]), "12 bytes", "a.npy")
    refused(try npy("<i2", true, "99999, 99999, 9", [1, 2, 3]), "room for")
    refused(try npy("<i2", true, "99999999, 99999999, 99999999", []), "more than any")
    for descr in ["|O", "<f2", "<U4", "xf4", ""] {
      refused(try npy(descr, true, "1", [1, 2, 3, 4]), "descr")
    }
    refused(try npy("|u1", true, "0, 1", []), "shape")
    refused(try npy("|u1", true, "-1", []), "shape")
    refused(try npy("{}"), "3 problems")
    refused(try npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }"), "records")
    refused(try npy("|u1", true, "1", [1], version: 9), "version")
    refused(try folder.file("b.npy", containing: [0x93] + Array("NUMPY".utf8) + [1, 0, 255, 255]))
    refused(try folder.file("b.npy", containing: [0x93] + Array("NUMPY".utf8) + [1]))
  }

  @Test func damagedBytesNeverCrash() throws {
    var random = RandomStream(seed: 10)
    let whole = [UInt8](try Data(contentsOf: npy("<c8", false, "3, 2, 2", [UInt8](repeating: 1, count: 96))))
    for _ in 0..<300 {
      let bytes = random.damaged(whole)
      _ = try? ScalarImage(contentsOf: folder.file("x.npy", containing: bytes))
    }
  }
}
