import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

/// What every writer promises, in every format that has one.
@Suite struct WritingTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  static let names = ["a.nii", "a.nii.gz", "a.hdr", "a.mha", "a.mhd", "a.nrrd", "a.nhdr", "a.mgh", "a.mgz"]

  static let affine = Affine(i: [-1, 0.2, 0], j: [0.1, 2, 0.3], k: [0, -0.2, 3], origin: [10, -20, 30])

  private func image(_ type: VoxelType, channels: Int = 1, low: Double, high: Double) throws -> StoredImage {
    let size: GridSize = [3, 4, 5]
    let count = channels * size.voxelCount
    let values = (0..<count).map { Float((low + (high - low) * Double($0) / Double(count - 1)).rounded()) }
    let voxels = VoxelBuffer<Float>(channels: channels, size: size) { target in
      for (index, value) in values.enumerated() { target[index] = value }
    }
    return try StoredImage(ScalarImage(voxels: voxels, affine: Self.affine)).converted(to: type)
  }

  @Test(arguments: names, [VoxelType.uint8, .int16, .int32, .float32])
  func typesAndGeometryAreKept(_ name: String, _ type: VoxelType) throws {
    let image = try image(type, low: type == .uint8 ? 0 : -100, high: 200)
    for compression in [GzipWriter.Level.none, .fast] {
      try ImageFile.write(image, to: folder.file(name), options: WriteOptions(compression: compression))
      let read = try ImageFile.read(folder.file(name))
      let difference = ImageDifference(image, read, tolerance: .init(millimeters: 1e-4))
      #expect(difference.isNone && difference.storage == nil && difference.placement == nil, "\(difference)")
      #expect(ImageFile.losses(of: image.header, writing: folder.file(name)).isEmpty)
    }
  }

  @Test(arguments: names) func channelsAreKept(_ name: String) throws {
    let image = try image(.float32, channels: 3, low: -1000, high: 1000)
    try ImageFile.write(image, to: folder.file(name))
    #expect(
      ImageDifference(image, try ImageFile.read(folder.file(name)), tolerance: .init(millimeters: 1e-4))
        .isNone)
  }

  /// Wider types go into the smallest that holds them, and no value changes.
  @Test(arguments: [
    (VoxelType.int8, -128.0, 127.0, VoxelType.int16), (.uint16, 0, 65535, .int32), (.uint32, 0, 200, .uint8),
    (.float64, -3, 70000, .int32),
  ]) func typesThatMGHLacks(_ type: VoxelType, low: Double, high: Double, expected: VoxelType) throws {
    let image = try image(type, low: low, high: high)
    try ImageFile.write(image, to: folder.file("a.mgz"))
    let read = try ImageFile.read(folder.file("a.mgz"))
    #expect(read.header.type == expected)
    #expect(ImageDifference(image, read, tolerance: .init(millimeters: 1e-4)).isNone)
  }

  @Test func valuesThatMGHCannotHoldAreRefused() throws {
    let image = try image(.uint32, low: 0, high: 4e9)
    #expect { try ImageFile.write(image, to: folder.file("a.mgz")) } throws: {
      "\($0)".contains("whole numbers up to")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.file("a.mgz").path))
  }

  @Test func lossesAreTold() throws {
    var header = try image(.float64, low: 0, high: 1).header
    header.rescale = Rescale(slope: 2, intercept: 1)
    (header.timeStep, header.components) = (2, .rgb)
    header.extensions = [.init(code: 4, content: [1])]
    var nifti = NIfTIHeader()
    (nifti.intentCode, nifti.descrip) = (1002, "x")
    header.nifti = nifti
    func losses(_ name: String) -> Int { ImageFile.losses(of: header, writing: folder.file(name)).count }
    #expect(losses("a.nii.gz") == 0)
    #expect(losses("a.mha") == 4)
    #expect(losses("a.nhdr") == 3)
    #expect(losses("a.mgz") == 6)
    #expect(losses("a.npy") == 6)
  }

  @Test func smallestType() throws {
    for (low, high, type) in [
      (0.0, 255.0, VoxelType.uint8), (-1, 100, .int8), (0, 256, .uint16), (-1, 300, .int16),
      (0, 70000, .uint32),
    ] {
      let image = try image(.float64, low: low, high: high)
      let small = try image.inSmallestType()
      #expect(small.header.type == type)
      #expect(ImageDifference(image, small).isNone)
    }
    var scaled = try image(.int16, low: 0, high: 100)
    scaled.header.rescale = Rescale(slope: 2, intercept: -1000)
    #expect(try scaled.inSmallestType().header.rescale.isIdentity)
    #expect(ImageDifference(scaled, try scaled.inSmallestType()).isNone)
    scaled.header.rescale = Rescale(slope: 0.5, intercept: 0)
    #expect(try scaled.inSmallestType() == scaled)
  }
}

@Suite struct ImageDifferenceTests {
  private func image(_ values: [Float], affine: Affine = .identity) -> StoredImage {
    StoredImage(
      ScalarImage(
        voxels: VoxelBuffer(size: [values.count, 1, 1]) { target in
          for (index, value) in values.enumerated() { target[index] = value }
        }, affine: affine))
  }

  @Test func values() throws {
    let difference = ImageDifference(
      image([1, 2, 3, .nan]), image([1, 2.5, 1, .nan]), tolerance: .init(absolute: 0.5))
    let values = try #require(difference.values)
    #expect(values.compared == 4 && values.different == 1 && values.largest == 2)
    #expect(values.place == [2, 0, 0, 0] && values.first == 3 && values.second == 1)
    #expect(abs(values.meanDistance - 0.625) < 1e-12)
    #expect(!difference.isNone)
    #expect(ImageDifference(image([1, .nan]), image([1, 2])).values?.largest == .infinity)
    #expect(ImageDifference(image([100]), image([101]), tolerance: .init(relative: 0.01)).isNone)
  }

  @Test func geometryAndShape() {
    let moved = Affine(spacing: [1, 1, 1], origin: [0.5, 0, 0])
    #expect(ImageDifference(image([1]), image([1], affine: moved)).geometry != nil)
    #expect(ImageDifference(image([1]), image([1], affine: moved), tolerance: .init(millimeters: 1)).isNone)
    let difference = ImageDifference(image([1]), image([1, 2]))
    #expect(difference.shape != nil && difference.values == nil && !difference.isNone)
  }
}

@Suite struct ImageFindingsTests {
  private func doubts(_ change: (inout RawNIfTI) -> Void) throws -> String {
    var file = RawNIfTI.counting()
    change(&file)
    return try ImageFindings(ImageFile.open(FileSource(memory: file.file, name: "a.nii"))).doubts
      .joined(separator: "\n")
  }

  @Test func doubtsAreTold() throws {
    #expect(try doubts { _ in } == "")
    #expect(try doubts { $0.srow = [2, 1, 0, 0, 0, 3, 0, 0, 0, 0, 4, 0] }.contains("meet at"))
    #expect(try doubts { $0.srow = [2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 400, 0] }.contains("400 mm long along K"))
    #expect(try doubts { $0.srow = [0.1, 0, 0, 0, 0, 3, 0, 0, 0, 0, 4, 0] }.contains("factor of 40"))
    #expect(
      try doubts {
        $0.qformCode = 1
        $0.qoffset = [5, 0, 0]
      }.contains("sform and qform lie"))
    #expect(try doubts { $0.bitpix = 8 }.contains("bitpix is 8, expected 16"))
    #expect(try doubts { $0.voxels = [UInt8](repeating: 1, count: 120) }.contains("all values are 257"))
    #expect(
      try doubts {
        ($0.datatype, $0.bitpix) = (16, 32)
        $0.voxels = (0..<60).flatMap { RawNIfTI.bytes((Float($0) / ($0 == 7 ? 0 : 1)).bitPattern, false) }
      }.contains("1 values are NaN or infinite"))
  }
}
