import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

@Suite struct DICOMPixelTests {
  private func read(_ data: DICOMBytes, palettes: Bool = false) throws -> ScalarImage {
    let options = ReadOptions(dicom: DICOMOptions(appliesPalettes: palettes))
    return try ImageFile.open(FileSource(memory: data.file, name: "x.dcm"), options: options).scalarImage()
  }

  private func error(_ data: DICOMBytes) -> String {
    let error = #expect(throws: ImageError.self) { try read(data) }
    return error?.description ?? ""
  }

  @Test func packedBits() throws {
    // Ten pixels a frame: the second frame begins in the midst of a byte.
    for syntax in [DICOMBytes.Syntax.explicit, .implicit, .bigEndian] {
      var data = DICOMBytes(syntax)
      data.image(5, 2, frames: 2, bits: 1)
      data.pixels(syntax == .bigEndian ? [0xfd, 0x01, 0, 0x0f] : [0x01, 0xfd, 0x0f, 0])
      let expected: [Float] = [1, 0, 0, 0, 0, 0, 0, 0, 1, 0] + [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
      #expect(try read(data).voxels.elements == expected)
    }
  }

  @Test func twelvePackedBits() throws {
    var data = DICOMBytes()
    data.image(2, 1, bits: 12)
    data.pixels([0x23, 0x61, 0x45])
    #expect(try read(data).voxels.elements == [0x123, 0x456])
  }

  @Test func floats() throws {
    var single = DICOMBytes()
    single.image(2, 1, bits: 32)
    single.add(0x7fe0_0008, "OF", single.bytes(Float(1.5)) + single.bytes(Float(-2.25)))
    let image = try ImageFile.open(FileSource(memory: single.file, name: "x.dcm"))
    #expect(image.header.type == .float32)
    #expect(try image.scalarImage().voxels.elements == [1.5, -2.25])
    var double = DICOMBytes(.bigEndian)
    double.image(1, 1, bits: 64)
    double.add(0x7fe0_0009, "OD", double.bytes(3.25))
    #expect(try read(double).voxels.elements == [3.25])
  }

  @Test func wideNumbersInEitherOrder() throws {
    for syntax in [DICOMBytes.Syntax.implicit, .bigEndian] {
      var data = DICOMBytes(syntax)
      data.image(2, 1, bits: 32, isSigned: true)
      data.pixels(data.bytes(Int32(-70_000)) + data.bytes(Int32(70_001)))
      #expect(try read(data).voxels.elements == [-70_000, 70_001])
    }
  }

  @Test func colorsByPlane() throws {
    var data = DICOMBytes()
    data.image(2, 1, bits: 8, samples: 3, photometric: "RGB", isPlanar: true)
    data.pixels([1, 2, 3, 4, 5, 6], "OB")
    #expect(try read(data).voxels.elements == [1, 2, 3, 4, 5, 6])
  }

  @Test func luminanceAndDifferences() throws {
    var full = DICOMBytes()
    full.image(2, 1, bits: 8, samples: 3, photometric: "YBR_FULL")
    full.pixels([100, 128, 128, 76, 85, 255], "OB")
    // Gray stays; the second is red.
    #expect(try read(full).voxels.elements == [100, 254, 100, 0, 100, 0])
    var pairs = DICOMBytes()
    pairs.image(2, 1, bits: 8, samples: 3, photometric: "YBR_FULL_422")
    pairs.pixels([100, 50, 128, 128], "OB")
    #expect(try read(pairs).voxels.elements == [100, 50, 100, 50, 100, 50])
    var partial = DICOMBytes()
    partial.image(2, 1, bits: 8, samples: 3, photometric: "YBR_PARTIAL_422")
    partial.pixels([16, 235, 128, 128], "OB")
    #expect(try read(partial).voxels.elements == [0, 255, 0, 255, 0, 255])
  }

  @Test func palettes() throws {
    var data = DICOMBytes()
    data.image(3, 1, bits: 8, photometric: "PALETTE COLOR")
    for color in 0..<3 { data.short(0x0028_1101 + UInt32(color), 2, 10, 16) }
    for color in 0..<3 {
      data.add(0x0028_1201 + UInt32(color), "OW", data.bytes(UInt16(0x0101 * (color + 1))) + [0xff, 0xff])
    }
    data.pixels([9, 10, 11], "OB")
    #expect(try read(data).voxels.elements == [9, 10, 11])
    let colors = try read(data, palettes: true)
    #expect(colors.channels == 3)
    #expect(colors.voxels.elements == [1, 1, 255, 2, 2, 255, 3, 3, 255])
  }

  @Test func segmentedPalettes() throws {
    var data = DICOMBytes()
    data.image(5, 1, bits: 8, photometric: "PALETTE COLOR")
    for color in 0..<3 { data.short(0x0028_1101 + UInt32(color), 5, 0, 16) }
    // One entry, then three up to 1000 in equal steps, then the first segment again.
    let words: [UInt16] = [0, 1, 100, 1, 3, 1000, 2, 1, 0, 0]
    for color in 0..<3 { data.add(0x0028_1221 + UInt32(color), "OW", words.flatMap { data.bytes($0) }) }
    data.pixels([0, 1, 2, 3, 4], "OB")
    let red = try read(data, palettes: true).voxels.elements.prefix(5)
    #expect(Array(red) == [100, 400, 700, 1000, 100])
  }

  @Test func damagedPalettes() throws {
    var data = DICOMBytes()
    data.image(1, 1, bits: 8, photometric: "PALETTE COLOR")
    for color in 0..<3 { data.short(0x0028_1101 + UInt32(color), 5, 0, 16) }
    // A segment that leads to itself without end.
    for color in 0..<3 {
      data.add(0x0028_1221 + UInt32(color), "OW", [2, 0, 0xff, 0xff, 0, 0, 0, 0])
    }
    data.pixels([0], "OB")
    #expect(throws: ImageError.self) { try read(data, palettes: true) }
  }

  @Test func runsOfEqualBytes() throws {
    // Two frames of two pixels with three samples of 16 bits: six segments each, the high byte first.
    var data = DICOMBytes(.runLength)
    data.image(2, 1, frames: 2, bits: 16, samples: 3, photometric: "RGB")
    func frame(_ base: UInt8) -> [UInt8] {
      var (header, segments) = (data.bytes(UInt32(6)), [UInt8]())
      for segment in 0..<6 {
        header += data.bytes(UInt32(64 + segments.count))
        // A run of two, or two bytes as they are.
        segments += segment % 2 == 0 ? [0xff, base] : [1, UInt8(segment), UInt8(segment + 1)]
      }
      return header + [UInt8](repeating: 0, count: 64 - header.count) + segments
    }
    data.fragments([frame(1), frame(2)])
    let image = try read(data)
    #expect(image.size == [2, 1, 2] && image.channels == 3)
    #expect(image.voxels[0, 0, 0, 0] == 256 + 1 && image.voxels[0, 1, 0, 0] == 256 + 2)
    #expect(image.voxels[2, 1, 0, 1] == 512 + 6)
    var cut = DICOMBytes(.runLength)
    cut.image(2, 1, bits: 16, samples: 3, photometric: "RGB")
    cut.fragments([Array(frame(1).dropLast(4))])
    #expect(error(cut).contains("cut off"))
  }

  @Test func unknownCodingsAreNamed() {
    var data = DICOMBytes(.unknown)
    data.image(1, 1, bits: 8)
    data.fragments([[1, 2, 3, 4]])
    #expect(error(data).contains("JPEG XL (1.2.840.10008.1.2.4.110)"))
  }

  @Test func headersThatLie() {
    var data = DICOMBytes()
    data.image(65_535, 65_535, frames: 30_000)
    data.pixels([0, 0])
    #expect(error(data).contains("frames"))
    var empty = DICOMBytes()
    empty.pixels([0, 0])
    let text = error(empty)
    #expect(text.contains("Rows") && text.contains("Columns") && text.contains("BitsAllocated"))
  }
}
