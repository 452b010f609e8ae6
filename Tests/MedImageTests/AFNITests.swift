import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

@Suite struct AFNITests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func integers(_ name: String, _ values: [Int]) -> String {
    "\ntype = integer-attribute\nname = \(name)\ncount = \(values.count)\n "
      + values.map(String.init).joined(separator: " ") + "\n"
  }

  private func floats(_ name: String, _ values: [Double]) -> String {
    "\ntype  = float-attribute\nname  = \(name)\ncount = \(values.count)\n "
      + values.map { "\($0)" }.joined(separator: "  ") + "\n"
  }

  private func text(_ name: String, _ value: String) -> String {
    "\ntype = string-attribute\nname = \(name)\ncount = \(value.utf8.count + 1)\n'\(value)~\n"
  }

  private let matrix = [2.0, 0, 0, -10, 0, 3, 0, -20, 0, 0, 4, -30]

  private func head(
    _ size: [Int] = [2, 1, 1], types: [Int] = [1, 1], factors: [Double] = [], order: String? = "LSB_FIRST",
    rest: String? = nil
  ) -> String {
    integers("DATASET_RANK", [3, types.count]) + integers("DATASET_DIMENSIONS", size + [0, 0])
      + integers("BRICK_TYPES", types) + (factors.isEmpty ? "" : floats("BRICK_FLOAT_FACS", factors))
      + (order.map { text("BYTEORDER_STRING", $0) } ?? "") + (rest ?? floats("IJK_TO_DICOM_REAL", matrix))
  }

  private func pair(_ head: String, _ voxels: [UInt8], ending: String = "") throws -> URL {
    for old in ["", ".gz", ".bz2", ".Z"] {
      try? FileManager.default.removeItem(at: folder.file("a+orig.BRIK" + old))
    }
    _ = try folder.file("a+orig.BRIK" + ending, containing: voxels)
    return try folder.file("a+orig.HEAD", containing: Array(head.utf8))
  }

  @Test func valuesAndGeometry() throws {
    let time = integers("TAXIS_NUMS", [2, 0, 77001]) + floats("TAXIS_FLOATS", [0, 1500, 0, 0, 0])
    let labels = text("BRICK_LABS", "one~two")
    let url = try pair(
      head(rest: floats("IJK_TO_DICOM_REAL", matrix) + time + labels), [1, 0, 2, 0, 255, 255, 0, 1])
    let open = try ImageFile.open(url)
    #expect(open.header.shape == [2, 1, 1, 2] && open.header.type == .int16 && open.header.timeStep == 1.5)
    #expect(
      open.header.affine == Affine(i: [-2, 0, 0], j: [0, -3, 0], k: [0, 0, 4], origin: [10, 20, -30]))
    #expect(open.header.facts.contains(.init("BRICK_LABS", "one~two")))
    #expect(try open.scalarImage().voxels.elements == [1, 2, -1, 256])
    // The voxels' own name, and the other byte order.
    _ = try pair(head(order: "MSB_FIRST"), [0, 1, 0, 2, 255, 255, 1, 0])
    let image = try ScalarImage(contentsOf: folder.file("a+orig.BRIK"))
    #expect(image.voxels.elements == [1, 2, -1, 256])
  }

  @Test func orientationWithoutMatrix() throws {
    let rest =
      integers("ORIENT_SPECIFIC", [0, 5, 3]) + floats("ORIGIN", [-10, 20, -30]) + floats("DELTA", [2, -1, 3])
    let url = try pair(head(types: [0], rest: rest), [1, 2])
    #expect(
      try ImageFile.open(url).header.affine
        == Affine(i: [-2, 0, 0], j: [0, 0, -1], k: [0, -3, 0], origin: [10, 30, 20]))
    let bare = try ImageFile.open(pair(head(types: [0], order: nil, rest: ""), [1, 2])).header
    #expect(!bare.hasGeometry && bare.notes.count == 2)
  }

  @Test func scaleFactors() throws {
    let same = try ImageFile.open(pair(head(types: [0, 0], factors: [0.5, 0.5]), [1, 2, 3, 4]))
    #expect(same.header.type == .uint8 && same.header.rescale == Rescale(slope: 0.5, intercept: 0))
    #expect(try same.scalarImage().voxels.elements == [0.5, 1, 1.5, 2])
    let apart = try ImageFile.open(pair(head(types: [0, 0], factors: [0.5, 0]), [1, 2, 3, 4]))
    #expect(apart.header.type == .float64 && apart.header.rescale == .identity)
    #expect(try apart.scalarImage().voxels.elements == [0.5, 1, 3, 4])
    let mixed = try ImageFile.open(pair(head(types: [0, 1]), [1, 2, 3, 0, 255, 255]))
    #expect(
      try mixed.stored().voxels
        == .float64(VoxelBuffer(channels: 2, size: [2, 1, 1], elements: [1, 2, 3, -1])))
    // bzip2 of "\u{1}\u{2}\u{3}\u{4}".
    let packed: [UInt8] = [
      0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 0x86, 0xc8, 0xc8, 0x32, 0x00, 0x00, 0x00,
      0x40, 0x00, 0x3c, 0x00, 0x20, 0x00, 0x21, 0x9a, 0x68, 0x33, 0x4d, 0x13, 0x3c, 0x5d, 0xc9, 0x14, 0xe1,
      0x42, 0x42, 0x1b, 0x23, 0x20, 0xc8,
    ]
    for factors in [[], [2.0, 3]] {
      let image = try ScalarImage(
        contentsOf: pair(head(types: [0, 0], factors: factors), packed, ending: ".bz2"))
      #expect(image.voxels.elements == (factors.isEmpty ? [1, 2, 3, 4] : [2, 4, 9, 12]))
    }
  }

  @Test func colorsAndComplexNumbers() throws {
    let color = try ImageFile.open(pair(head(types: [6]), [1, 2, 3, 4, 5, 6]))
    #expect(color.header.components == .rgb && color.header.shape == [2, 1, 1])
    #expect(try color.scalarImage().voxels.elements == [1, 4, 2, 5, 3, 6])
    let numbers: [Float] = [1, 2, 3, 4]
    let complex = try ImageFile.open(
      pair(head(types: [5]), numbers.flatMap { RawNIfTI.bytes($0.bitPattern, false) }))
    #expect(complex.header.components == .complex)
    #expect(try complex.scalarImage().voxels.elements == [1, 3, 2, 4])
  }

  @Test func refusals() throws {
    refused(try pair(head(), [1, 2]), "BRIK", "8 bytes")
    refused(try pair(head([9999, 9999, 99_999_999]), [1]), "BRIK")
    refused(try pair(head([99_999_999, 99_999_999, 99_999_999]), [1]), "more than any")
    refused(try pair(head([0, 1, 1], types: [9], order: "PDP"), [1]), "3 problems", "DIMENSIONS", "PDP")
    refused(try pair(head(types: [0, 6]), [1]), "not mixed")
    refused(
      try pair(head(rest: floats("IJK_TO_DICOM_REAL", Array(repeating: 0, count: 12))), [1]), "geometry")
    refused(
      try pair(head() + "\ntype = integer-attribute\nname = X\ncount = 3\n 1 two\n", [1]), "two", "line")
    refused(try pair(head() + "\nnonsense\n", [1]), "nonsense")
    refused(try pair(head(), [1], ending: ".Z"), "gzip")
    let alone = try folder.file("b.HEAD", containing: Array(head().utf8))
    refused(alone, "missing", "one folder")
    refused(try folder.file("c.BRIK", containing: [1, 2, 3]), "no such file")
  }

  @Test func damagedBytesNeverCrash() throws {
    var random = RandomStream(seed: 11)
    let whole = Array(head(types: [0, 1], factors: [1, 2]).utf8)
    let url = try pair(head(), [UInt8](repeating: 3, count: 16))
    for _ in 0..<300 {
      let bytes = random.damaged(whole)
      try Data(bytes).write(to: url)
      _ = try? ScalarImage(contentsOf: url)
    }
  }
}
