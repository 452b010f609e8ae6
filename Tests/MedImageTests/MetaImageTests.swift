import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

@Suite struct MetaImageTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// Oblique, anisotropic, left-handed.
  let affine = Affine(i: [0.8, 0.6, 0], j: [1.2, -1.6, 0], k: [0, 0, 3], origin: [-7, 8.5, 2])

  private func mhd(_ name: String, _ lines: [String], _ data: [UInt8] = []) throws -> URL {
    try folder.file(name, containing: Array((lines.joined(separator: "\n") + "\n").utf8) + data)
  }

  private func head(_ size: String = "2 3 2", _ type: String = "MET_SHORT", _ rest: [String]) -> [String] {
    ["ObjectType = Image", "NDims = \(size.split(separator: " ").count)", "DimSize = \(size)"]
      + ["ElementType = \(type)"] + rest
  }

  @Test func geometryIsLPS() throws {
    let url = try mhd(
      "a.mha",
      head(
        "2 3 2", "MET_UCHAR",
        [
          "Offset = 10 20 30", "TransformMatrix = 0 1 0 1 0 0 0 0 1", "ElementSpacing = 2 3 4",
          "ElementDataFile = LOCAL",
        ]), Array(0..<12))
    let image = try ScalarImage(contentsOf: url)
    #expect(image.voxels.elements == (0..<12).map { Float($0) })
    #expect(image.affine == Affine(i: [0, -2, 0], j: [-3, 0, 0], k: [0, 0, 4], origin: [-10, -20, 30]))
    // Two axes: the third is made up.
    let flat = try mhd(
      "b.mha",
      head("2 2", "MET_UCHAR", ["Position = 1 2", "ElementSize = 2 3", "ElementDataFile = LOCAL"]),
      [1, 2, 3, 4])
    #expect(
      try ScalarImage(contentsOf: flat).affine
        == Affine(i: [-2, 0, 0], j: [0, -3, 0], k: [0, 0, 1], origin: [-1, -2, 0]))
  }

  @Test func byteOrdersTypesAndText() throws {
    let big = try mhd(
      "a.mha", head("2 1 1", "MET_SHORT", ["BinaryDataByteOrderMSB = True", "ElementDataFile = LOCAL"]),
      [1, 2, 255, 255])
    #expect(try ScalarImage(contentsOf: big).voxels.elements == [258, -1])
    let text = try mhd(
      "t.mha",
      head("3 1 1", "MET_FLOAT", ["BinaryData = False", "ElementDataFile = LOCAL", "1.5 -2e1", "nan"]))
    let values = try ScalarImage(contentsOf: text).voxels.elements
    #expect(values[0] == 1.5 && values[1] == -20 && values[2].isNaN)
    let long = try mhd(
      "l.mha", head("1 1 1", "MET_LONG", ["ElementDataFile = LOCAL"]), [255, 255, 255, 255])
    #expect(try ImageFile.read(long).voxels == .int32(VoxelBuffer(size: [1, 1, 1], elements: [-1])))
  }

  @Test func channelsOfAVoxel() throws {
    let url = try mhd(
      "c.mha", head("2 2", "MET_UCHAR", ["ElementNumberOfChannels = 3", "ElementDataFile = LOCAL"]),
      Array(0..<12))
    let image = try ScalarImage(contentsOf: url)
    #expect(image.channels == 3 && image.size == [2, 2, 1])
    #expect(image.voxels.elements == [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11])
  }

  @Test func detachedFiles() throws {
    // Voxels that begin as gzip does are voxels.
    _ = try folder.file(
      "one.raw", containing: [9, 0x1f, 0x8b, 2, 3])
    let one = try mhd(
      "one.mhd", head("2 2 1", "MET_UCHAR", ["HeaderSize = -1", "ElementDataFile = one.raw"]))
    #expect(try ScalarImage(contentsOf: one).voxels.elements == [31, 139, 2, 3])
    for index in 0..<3 {
      _ = try folder.file("s\(5 + 2 * index).raw", containing: [0, UInt8(index), UInt8(index) + 10])
    }
    let rest = ["HeaderSize = 1"]
    let pattern = try mhd(
      "p.mhd", head("2 1 3", "MET_UCHAR", rest + ["ElementDataFile = s%d.raw 5 9 2"]))
    let list = try mhd(
      "l.mhd", head("2 1 3", "MET_UCHAR", rest + ["ElementDataFile = LIST", "s5.raw", "s7.raw", "s9.raw"]))
    for url in [pattern, list] {
      #expect(try ScalarImage(contentsOf: url).voxels.elements == [0, 10, 1, 11, 2, 12])
    }
    refused(
      try mhd("q.mhd", head("2 1 3", "MET_UCHAR", rest + ["ElementDataFile = LIST", "s5.raw", "s7.raw"])),
      "2 files")
  }

  @Test(arguments: [GzipWriter.Level.none, .fast, .small]) func roundTrip(level: GzipWriter.Level) throws {
    for size in awkwardSizes {
      for channels in [1, 3] {
        let voxels = VoxelBuffer<Float>(
          channels: channels, size: size,
          elements: (0..<channels * size.voxelCount).map { Float($0) * 0.37 - 5 })
        try ScalarImage(voxels: voxels, affine: affine)
          .write(to: folder.file("a.mha"), options: WriteOptions(compression: level))
        let back = try ScalarImage(contentsOf: folder.file("a.mha"))
        #expect(back.voxels == voxels)
        #expect(back.affine.largestDistance(to: affine, over: size) < 1e-9)
      }
    }
  }

  @Test func seriesAndColorsStayThemselves() throws {
    var header = ImageHeader(format: "memory", shape: [2, 1, 1, 3], type: .uint8, affine: affine)
    let voxels = StoredVoxels.uint8(VoxelBuffer(channels: 3, size: [2, 1, 1], elements: [1, 2, 3, 4, 5, 6]))
    header.timeStep = 2.5
    try ImageFile.write(StoredImage(header: header, voxels: voxels), to: folder.file("t.mha"))
    let series = try ImageFile.read(folder.file("t.mha"))
    #expect(series.header.shape == [2, 1, 1, 3] && series.header.timeStep == 2.5 && series.voxels == voxels)
    header = ImageHeader(format: "memory", shape: [2, 1, 1], components: .rgb, type: .uint8, affine: affine)
    try ImageFile.write(
      StoredImage(header: header, voxels: voxels), to: folder.file("c.mha"),
      options: WriteOptions(compression: .none))
    #expect(try Array(Data(contentsOf: folder.file("c.mha"))).suffix(6) == [1, 3, 5, 2, 4, 6])
    #expect(try ImageFile.read(folder.file("c.mha")).voxels == voxels)
  }

  @Test func scalingsAreAppliedOrRefused() throws {
    var header = ImageHeader(format: "memory", shape: [2, 1, 1], type: .uint16, affine: affine)
    header.rescale = Rescale(slope: 1, intercept: -1024)
    let voxels = StoredVoxels.uint16(VoxelBuffer(size: [2, 1, 1], elements: [0, 3000]))
    let scan = StoredImage(header: header, voxels: voxels)
    try ImageFile.write(scan, to: folder.file("s.mha"))
    let back = try ImageFile.read(folder.file("s.mha"))
    #expect(back.voxels == .int16(VoxelBuffer(size: [2, 1, 1], elements: [-1024, 1976])))
    let error = #expect(throws: ImageError.self) {
      try ImageFile.write(scan, to: folder.file("u.mha"), options: WriteOptions(type: .uint8))
    }
    #expect(error?.description.contains("without a scaling") == true)
    header = ImageHeader(
      format: "memory", shape: [1, 1, 1], components: .complex, type: .uint16, affine: affine)
    let complex = StoredImage(
      header: header, voxels: .uint16(VoxelBuffer(channels: 2, size: [1, 1, 1], elements: [1, 2])))
    #expect(throws: ImageError.self) { try ImageFile.write(complex, to: folder.file("u.mha")) }
    #expect(throws: ImageError.self) { try ImageFile.write(scan, to: folder.file("u.xyz")) }
    #expect(!(try folder.names.contains("u.mha")))
  }

  @Test func refusals() throws {
    let local = "ElementDataFile = LOCAL"
    refused(try mhd("a.mha", head("2 3 2", "MET_SHORT", [local]), [1, 2, 3]), "24 bytes", "a.mha")
    refused(try mhd("a.mha", head("99999999 99999999 99999999", "MET_SHORT", [local])), "more than any")
    refused(try mhd("a.mha", head("99999 99999 9", "MET_SHORT", [local])), "has room for")
    refused(
      try mhd("a.mha", head("99999 99999 9", "MET_SHORT", ["CompressedData = True", local])), "room for")
    refused(try mhd("a.mha", head("2 0 2", "MET_OTHER", [local])), "2 problems", "DimSize", "MET_OTHER")
    refused(try mhd("a.mha", ["ObjectType = Tube", "NDims = 3", local]), "Tube")
    refused(try mhd("a.mha", ["ObjectType = Image", "NDims = 3"]), "ElementDataFile")
    refused(try mhd("a.mha", ["nonsense"]), "nonsense")
    refused(try mhd("a.mha", head("1 1 1", "MET_CHAR", ["ElementSpacing = 0 1 1", local]), [1]), "geometry")
    refused(try mhd("a.mha", head("1 1 1", "MET_CHAR", ["Offset = 0 x", local]), [1]), "Offset")
    refused(
      try mhd("a.mha", head("9 9 9", "MET_CHAR", ["CompressedData = True", local]), [1, 2, 3]), "damaged")
    refused(
      try mhd("a.mha", head("2 1 1", "MET_UCHAR", ["BinaryData = False", local, "1 300"])), "300")
    for name in ["../x.raw", "/etc/passwd", "a/../../x", "~/x", "..\\x", "C:\\x"] {
      refused(try mhd("a.mhd", head("1 1 1", "MET_CHAR", ["ElementDataFile = \(name)"])), "header's folder")
    }
    for pattern in ["%s%d 1 2 1", "%n 1 1 1", "%d 1 99999999999 1", "%d 2 1 1", "%d 1 2 0", "%999d 1 1 1"] {
      refused(try mhd("a.mhd", head("1 1 1", "MET_CHAR", ["ElementDataFile = \(pattern)"])))
    }
    refused(try mhd("a.mhd", head("1 1 1", "MET_CHAR", ["ElementDataFile = none.raw"])), "none.raw")
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("loop.raw").path, withDestinationPath: "loop.raw")
    refused(try mhd("a.mhd", head("1 1 1", "MET_CHAR", ["ElementDataFile = loop.raw"])), "loop.raw")
  }

  @Test func damagedBytesNeverCrash() throws {
    var random = RandomStream(seed: 8)
    try ScalarImage(voxels: VoxelBuffer(size: [5, 4, 3], repeating: 2), affine: affine)
      .write(to: folder.file("a.mha"))
    let whole = [UInt8](try Data(contentsOf: folder.file("a.mha")))
    for _ in 0..<200 {
      let bytes = random.damaged(whole)
      _ = try? ScalarImage(contentsOf: folder.file("x.mha", containing: bytes))
    }
  }
}
