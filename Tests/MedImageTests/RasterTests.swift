import Foundation
import MedTestSupport
import MedVoxel
import Testing

@testable import MedImage

@Suite struct RasterTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// 5 by 4 pixels with the value `3·i + 10·j + 60·c`.
  private func sample<T: VoxelScalar>(_ type: T.Type, channels: Int) -> StoredImage {
    var elements: [T] = []
    for c in 0..<channels {
      for j in 0..<4 { for i in 0..<5 { elements.append(T(nearest: Double(3 * i + 10 * j + 60 * c))) } }
    }
    return StoredImage(
      header: ImageHeader(
        format: "memory", shape: [5, 4, 1] + (channels == 1 ? [] : [channels]), type: T.voxelType,
        affine: .identity),
      voxels: stored(VoxelBuffer(channels: channels, size: [5, 4, 1], elements: elements)))
  }

  private func stored<T: VoxelScalar>(_ voxels: VoxelBuffer<T>) -> StoredVoxels {
    StoredVoxels.filled(type: T.voxelType, channels: voxels.channels, size: voxels.size) { target in
      voxels.withUnsafeBuffer { target.copyBytes(from: UnsafeRawBufferPointer($0)) }
    }
  }

  private func image(_ bytes: [UInt8], _ name: String) throws -> StoredImage {
    try ImageFile.read(folder.file(name, containing: bytes))
  }

  @Test func writtenPicturesAreReadBack() throws {
    for channels in [1, 3] {
      for original in [
        sample(UInt8.self, channels: channels), sample(UInt16.self, channels: channels),
      ] {
        let png = try image(Raster.encode(original, as: .png), "a.png")
        #expect(png.voxels == original.voxels)
        #expect(png.header.components == (channels == 3 && png.header.type == .uint8 ? .rgb : .scalar))
        #expect(png.header.format == "PNG")
        #expect(!png.header.hasGeometry)
      }
      for original in [
        sample(UInt8.self, channels: channels), sample(UInt16.self, channels: channels),
        sample(Int16.self, channels: channels), sample(Int32.self, channels: channels),
        sample(Float.self, channels: channels),
      ] {
        for isCompressed in [true, false] {
          let bytes = try Raster.encode(original, as: .tiff, isCompressed: isCompressed)
          #expect(try image(bytes, "a.tif").voxels == original.voxels, "\(original.voxels.type)")
        }
      }
    }
  }

  @Test func axesRunRightAndDown() throws {
    let scan = try image(Raster.encode(sample(UInt8.self, channels: 3), as: .png), "a.png").scalarImage()
    #expect(scan.size == [5, 4, 1])
    #expect(scan.voxels[2, 4, 1, 0] == 12 + 10 + 120)
    // Right is the patient's left, which is negative in RAS+; down is posterior.
    #expect(scan.affine == Affine(i: [-1, 0, 0], j: [0, -1, 0], k: [0, 0, 1]))
  }

  @Test func namesDontMatter() throws {
    let bytes = try Raster.encode(sample(UInt8.self, channels: 1), as: .png)
    for name in ["a.tif", "b.jpg", "c", "d.nii"] { #expect(try image(bytes, name).header.format == "PNG") }
    #expect(throws: ImageError.self) { try image(Array("no picture".utf8), "e.png") }
    let packed = try bytes.withBytes { raw throws(ImageError) in
      try GzipWriter.compress(raw, level: .fast).flatMap { $0 }
    }
    #expect(try image(packed, "a.png.gz").voxels == sample(UInt8.self, channels: 1).voxels)
  }

  @Test func aChangedFileIsReadAnew() throws {
    let url = folder.file("a.png")
    for channels in [1, 3, 1] {
      try Data(Raster.encode(sample(UInt8.self, channels: channels), as: .png)).write(to: url)
      #expect(try ImageFile.read(url).header.channels == channels)
    }
  }

  @Test func plainPortableMaps() throws {
    let gray = try image(Array("P2 3 2 255 0 1 2 10 11 12\n".utf8), "a.pgm")
    #expect(gray.voxels == .uint8(VoxelBuffer(size: [3, 2, 1], elements: [0, 1, 2, 10, 11, 12])))
    let wide = try image(Array("P5 2 1 65535\n".utf8) + [1, 2, 3, 4], "b.pgm")
    #expect(wide.voxels == .uint16(VoxelBuffer(size: [2, 1, 1], elements: [0x102, 0x304])))
  }

  @Test func labelMapsOfPictures() throws {
    let map = try LabelMap(
      contentsOf: folder.file(
        "a.png", containing: Raster.encode(sample(UInt8.self, channels: 1), as: .png)))
    #expect(map.voxels[0, 4, 3, 0] == 42)
    let colors = try folder.file(
      "b.png", containing: Raster.encode(sample(UInt8.self, channels: 3), as: .png))
    #expect(throws: ImageError.self) { try LabelMap(contentsOf: colors) }
  }

  /// A GIF of 2 by 2 pixels with the colors 0, 1, 1, 0 of a table of two.
  private func gif(_ first: [UInt8], _ second: [UInt8], canvas: [UInt8] = [2, 0, 2, 0]) -> [UInt8] {
    // Codes of three bits: clear (4), 0, 1, 1, then four bits: 0, end (5).
    Array("GIF87a".utf8) + canvas + [0x80, 0, 0] + first + second
      + [0x2C, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, 3, 0x44, 0x02, 0x05, 0, 0x3B]
  }

  @Test func palettesOfGIF() throws {
    let mask = try image(gif([0, 0, 0], [255, 255, 255]), "a.gif")
    #expect(mask.header.channels == 1)
    #expect(mask.voxels == .uint8(VoxelBuffer(size: [2, 2, 1], elements: [0, 255, 255, 0])))
    let swapped = try image(gif([255, 255, 255], [0, 0, 0]), "b.gif")
    #expect(swapped.voxels == .uint8(VoxelBuffer(size: [2, 2, 1], elements: [255, 0, 0, 255])))
    let colors = try image(gif([0, 0, 0], [255, 0, 9]), "c.gif")
    #expect(colors.header.components == .rgb)
    #expect(colors.scalarImage().voxels[2, 1, 0, 0] == 9)
    // No table at all: numbers are grays.
    let bare = try image(
      Array("GIF87a".utf8) + [2, 0, 2, 0, 0, 0, 0]
        + [0x2C, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, 3, 0x44, 0x02, 0x05, 0, 0x3B], "e.gif")
    #expect(bare.voxels == .uint8(VoxelBuffer(size: [2, 2, 1], elements: [0, 1, 1, 0])))
    // Gray colors in the pixels, others in the table only.
    let unused = try image(
      Array("GIF87a".utf8) + [2, 0, 2, 0, 0x81, 0, 0] + [0, 0, 0, 255, 255, 255, 200, 0, 0, 0, 200, 0]
        + [0x2C, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, 3, 0x44, 0x02, 0x05, 0, 0x3B], "d.gif")
    #expect(unused.voxels == mask.voxels)
  }

  /// 3 by 5 pixels, interlaced, on a canvas of 4 by 6, with a comment before and a second frame behind.
  @Test func framesOfGIF() throws {
    let head: [UInt8] =
      Array("GIF89a".utf8) + [4, 0, 6, 0, 0x81, 0, 0] + [9, 9, 9, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    let comment: [UInt8] = [0x21, 0xFE, 2, 65, 66, 0]
    // Rows 0, 4, 2, 1, 3 of the colors 1, 2, 3, 1, 2: codes of three bits, the table cleared before it grows.
    var bits: [UInt8] = []
    for (index, color) in [1, 1, 1, 2, 2, 2, 3, 3, 3, 1, 1, 1, 2, 2, 2].enumerated() {
      for code in index % 2 == 0 ? [4, color] : [color] { bits += (0..<3).map { UInt8(code >> $0 & 1) } }
    }
    bits += [1, 0, 1]
    let data = stride(from: 0, to: bits.count, by: 8).map { start in
      bits[start..<min(start + 8, bits.count)].enumerated().reduce(UInt8(0)) { $0 | $1.element << $1.offset }
    }
    func frame(_ flags: UInt8) -> [UInt8] {
      [0x2C, 1, 0, 1, 0, 3, 0, 5, 0, flags, 2, UInt8(data.count)] + data + [0]
    }
    let file = try folder.file("i.gif", containing: head + comment + frame(0x40) + frame(0) + [0x3B])
    let read = try ImageFile.read(file, options: ReadOptions(page: 0))
    #expect(
      read.voxels
        == .uint8(
          VoxelBuffer(
            size: [4, 6, 1],
            elements: [
              9, 9, 9, 9, 9, 1, 1, 1, 9, 1, 1, 1, 9, 3, 3, 3, 9, 2, 2, 2, 9, 2, 2, 2,
            ])))
    let both = try ImageFile.read(file)
    #expect(both.header.shape == [4, 6, 1, 2])
    #expect(both.voxels.value(at: 24 + 4 * 2 + 1) == 2)
    #expect(throws: ImageError.self) { try ImageFile.read(file, options: ReadOptions(page: 2)) }
    try refused(
      head + [0x2C, 2, 0, 1, 0, 3, 0, 5, 0, 0, 2, UInt8(data.count)] + data + [0, 0x3B], "out.gif", "outside")
    try refused(
      head + [0x2C, 0, 0, 0, 0, 4, 0, 6, 0, 0, 2, UInt8(data.count)] + data + [0, 0x3B], "few.gif",
      "15 of 24 pixels")
  }

  private func refused(_ bytes: [UInt8], _ name: String, _ words: String...) throws {
    let url = try folder.file(name, containing: bytes)
    let error = #expect(throws: ImageError.self, "\(name)") { try ImageFile.read(url) }
    for word in words + [name] {
      #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
    }
  }

  @Test func truncatedFiles() throws {
    let original = sample(UInt16.self, channels: 3)
    for format in [Raster.Format.png, .tiff] {
      let bytes = try Raster.encode(original, as: format)
      for count in [8, 20, bytes.count / 2, bytes.count - (format == .png ? 20 : 200)] {
        try refused(Array(bytes.prefix(count)), "cut.\(format.rawValue)")
      }
    }
    try refused(Array(gif([0, 0, 0], [9, 9, 9]).prefix(30)), "cut.gif")
  }

  @Test func liesAboutSize() throws {
    var large = gif([0, 0, 0], [255, 0, 0], canvas: [255, 255, 255, 255])
    large.replaceSubrange(24..<28, with: [255, 255, 255, 255])
    try refused(large, "lie.gif", "more than")
    try refused(Array("P5 60000 60000 255\n".utf8) + [1, 2, 3], "lie.pgm", "more than")
    var png = try Raster.encode(sample(UInt8.self, channels: 1), as: .png)
    png.replaceSubrange(16..<24, with: [0, 1, 0, 0, 0, 1, 0, 0])
    try refused(png, "lie.png")
  }

  @Test func damagedBytesNeverCrash() throws {
    var random = RandomStream(seed: 8)
    let files = [
      try Raster.encode(sample(UInt8.self, channels: 3), as: .png),
      try Raster.encode(sample(UInt16.self, channels: 1), as: .tiff), gif([0, 0, 0], [255, 255, 255]),
      Array("P6 2 2 255\n".utf8) + [UInt8](repeating: 7, count: 12),
    ]
    for whole in files {
      for _ in 0..<80 {
        let bytes = random.damaged(whole)
        _ = try? ScalarImage(contentsOf: folder.file("x.bin", containing: bytes))
      }
    }
  }

  @Test func whatFormatsCannotHold() throws {
    #expect(throws: ImageError.self) { try Raster.encode(sample(Float.self, channels: 1), as: .png) }
    #expect(throws: ImageError.self) { try Raster.encode(sample(UInt8.self, channels: 1), as: .jpeg) }
  }
}
