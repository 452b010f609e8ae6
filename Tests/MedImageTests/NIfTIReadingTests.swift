import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

@Suite struct NIfTIReadingTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [false, true]) func bothByteOrders(isBigEndian: Bool) throws {
    let url = try folder.file("a.nii", containing: RawNIfTI.counting(isBigEndian: isBigEndian).file)
    let stored = try ImageFile.read(url)
    #expect(stored.voxels == .int16(VoxelBuffer(size: [3, 4, 5], elements: (0..<60).map { Int16($0) })))
    let image = try ScalarImage(contentsOf: url)
    #expect(image.voxels.elements == (0..<60).map { Float($0) })
    #expect(image.affine == Affine(spacing: [2, 3, 4], origin: [-10, -20, -30]))
    #expect(stored.header.format == "NIfTI-1")
  }

  @Test(arguments: [false, true]) func everyScalarType(isBigEndian: Bool) throws {
    // The values -3 or 3, 1, 2 in each type.
    func check<T: VoxelScalar & FixedWidthInteger>(_ type: T.Type, _ code: Int16) throws {
      var file = RawNIfTI.counting([3, 3, 1, 1, 1, 1, 1, 1], isBigEndian: isBigEndian)
      file.datatype = code
      let values: [T] = [T.isSigned ? 0 - 3 : 3, 1, 2]
      file.voxels = values.flatMap { RawNIfTI.bytes($0, isBigEndian) }
      let url = try folder.file("\(code).nii", containing: file.file)
      #expect(try ScalarImage(contentsOf: url).voxels.elements == values.map { Float($0) })
      #expect(try ImageFile.read(url).header.type == T.voxelType)
    }
    try check(UInt8.self, 2)
    try check(Int8.self, 256)
    try check(UInt16.self, 512)
    try check(Int16.self, 4)
    try check(UInt32.self, 768)
    try check(Int32.self, 8)
    try check(UInt64.self, 1280)
    try check(Int64.self, 1024)
    var file = RawNIfTI.counting([3, 2, 1, 1, 1, 1, 1, 1], isBigEndian: isBigEndian)
    file.datatype = 16
    file.voxels = [Float(1.5), -2].flatMap { RawNIfTI.bytes($0.bitPattern, isBigEndian) }
    var url = try folder.file("f.nii", containing: file.file)
    #expect(try ScalarImage(contentsOf: url).voxels.elements == [1.5, -2])
    file.datatype = 64
    file.voxels = [1.5, -2].flatMap { RawNIfTI.bytes($0.bitPattern, isBigEndian) }
    url = try folder.file("d.nii", containing: file.file)
    #expect(try ScalarImage(contentsOf: url).voxels.elements == [1.5, -2])
    #expect(
      try ImageFile.read(url).voxels == .float64(VoxelBuffer(size: [2, 1, 1], elements: [1.5, -2])))
  }

  @Test func scalingAndItsAbsence() throws {
    var file = RawNIfTI.counting([3, 3, 1, 1, 1, 1, 1, 1])
    (file.slope, file.intercept) = (2, -1)
    var url = try folder.file("s.nii", containing: file.file)
    #expect(try ScalarImage(contentsOf: url).voxels.elements == [-1, 1, 3])
    for slope in [Float(0), .nan, .infinity] {
      file.slope = slope
      url = try folder.file("n.nii", containing: file.file)
      #expect(try ScalarImage(contentsOf: url).voxels.elements == [0, 1, 2])
    }
  }

  @Test func timeAndVectorsBecomeChannels() throws {
    let file = RawNIfTI.counting([5, 2, 3, 1, 2, 3, 1, 1])
    let image = try ScalarImage(contentsOf: folder.file("5.nii", containing: file.file))
    #expect(image.channels == 6)
    #expect(image.size == [2, 3, 1])
    #expect(image.voxels[5, 1, 2, 0] == 35)
  }

  @Test func colorsAndComplexNumbersBecomeChannels() throws {
    var file = RawNIfTI.counting([4, 2, 1, 1, 2, 1, 1, 1])
    (file.datatype, file.bitpix) = (128, 24)
    file.voxels = Array(1...12)
    let url = try folder.file("rgb.nii", containing: file.file)
    let image = try ScalarImage(contentsOf: url)
    // Two volumes of two voxels: (1 2 3) (4 5 6), (7 8 9) (10 11 12).
    #expect(image.voxels.elements == [1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12])
    #expect(image.channels == 6)
    file.dims = [3, 1, 1, 1, 1, 1, 1, 1]
    file.datatype = 32
    file.voxels = [Float(3), -4].flatMap { RawNIfTI.bytes($0.bitPattern, false) }
    let complex = try ScalarImage(contentsOf: folder.file("c.nii", containing: file.file))
    #expect(complex.voxels.elements == [3, -4])
  }

  @Test func formsInOrderOfPreference() throws {
    var file = RawNIfTI.counting()
    file.qformCode = 1
    file.pixdim = [-1, 2, 3, 4, 0, 0, 0, 0]
    file.quaternion = [0, 0, 1]  // by 180° around z
    file.qoffset = [5, 6, 7]
    let url = folder.file("q.nii")
    try Data(file.file).write(to: url)
    #expect(try ScalarImage(contentsOf: url).affine.origin == [-10, -20, -30])
    file.sformCode = 0
    try Data(file.file).write(to: url)
    let expected = Affine(i: [-2, 0, 0], j: [0, -3, 0], k: [0, 0, -4], origin: [5, 6, 7])
    #expect(try ScalarImage(contentsOf: url).affine.largestDistance(to: expected, over: [3, 4, 5]) < 1e-5)
    file.qformCode = 0
    try Data(file.file).write(to: url)
    let image = try ImageFile.open(url)
    #expect(
      image.header.affine == Affine(i: [-2, 0, 0], j: [0, 3, 0], k: [0, 0, 4], origin: [2, -4.5, -8]))
    #expect(!image.header.hasGeometry)
  }

  @Test func pairs() throws {
    var file = RawNIfTI.counting()
    file.magic = "ni1"
    file.voxOffset = 0
    let header = try folder.file("p.hdr", containing: file.header)
    #expect(throws: ImageError.self) { try ScalarImage(contentsOf: header) }
    let voxels = try folder.file("p.img", containing: file.voxels)
    #expect(try ScalarImage(contentsOf: header).voxels.elements.last == 59)
    #expect(try ScalarImage(contentsOf: voxels).voxels.elements.last == 59)
  }

  @Test func extensionsAreKept() throws {
    var file = RawNIfTI.counting()
    file.flag = [1, 0, 0, 0]
    file.voxOffset = 384
    let block = RawNIfTI.bytes(Int32(32), false) + RawNIfTI.bytes(Int32(6), false) + Array("hello".utf8)
    file.voxels = block + [UInt8](repeating: 0, count: 32 - block.count) + file.voxels
    let url = try folder.file("e.nii", containing: file.file)
    let image = try ImageFile.read(url)
    #expect(image.header.extensions.map(\.code) == [6])
    #expect(image.header.extensions.first?.content.prefix(5) == Array("hello".utf8)[...])
    let copy = folder.file("copy.nii.gz")
    try ImageFile.write(image, to: copy)
    #expect(try ImageFile.read(copy).header.extensions == image.header.extensions)
    #expect(try ImageFile.read(copy).voxels == image.voxels)
  }

  @Test func labelsMustBeWhole() throws {
    var file = RawNIfTI.counting([3, 2, 2, 1, 1, 1, 1, 1])
    let url = folder.file("l.nii")
    try Data(file.file).write(to: url)
    #expect(try LabelMap(contentsOf: url).voxels.elements == [0, 1, 2, 3])
    file.slope = 0.5
    try Data(file.file).write(to: url)
    let error = #expect(throws: ImageError.self) { try LabelMap(contentsOf: url) }
    #expect(error?.description.contains("l.nii") == true)
    #expect(error?.description.contains("0.5 at voxel (1, 0, 0)") == true)
    file.slope = -1
    try Data(file.file).write(to: url)
    #expect(throws: ImageError.self) { try LabelMap(contentsOf: url) }
  }
}
