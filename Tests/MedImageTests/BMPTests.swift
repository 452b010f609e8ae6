import Foundation
import MedVoxel
import MedTestSupport
import Testing

@testable import MedImage

/// Bitmaps made by hand, and pictures that claim too much.
@Suite struct BMPTests {
  private func number(_ value: Int, _ count: Int = 4) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private func bmp(
    _ width: Int, _ height: Int, bits: Int, compression: Int = 0, palette: [UInt8] = [], masks: [Int] = [],
    _ pixels: [UInt8]
  ) -> [UInt8] {
    let start = 54 + masks.count * 4 + palette.count
    var bytes: [UInt8] = Array("BM".utf8)
    bytes += number(start + pixels.count) + number(0) + number(start)
    bytes += number(40) + number(width) + number(height) + number(1, 2)
    bytes += number(bits, 2) + number(compression) + number(pixels.count)
    bytes += number(2000) + number(4000) + number(palette.count / 4) + number(0)
    for mask in masks { bytes += number(mask) }
    return bytes + palette + pixels
  }

  private func read(_ bytes: [UInt8], _ name: String = "a.bmp") throws -> StoredImage {
    try ImageFile.open(FileSource(memory: bytes, name: name)).stored()
  }

  private func colors(_ image: StoredImage, _ i: Int, _ j: Int) -> [Int] {
    let scan = image.scalarImage()
    return (0..<scan.channels).map { Int(scan.voxels[$0, i, j, 0]) }
  }

  @Test func everyDepth() throws {
    // Rows run upwards: the second row of the file is the first of the picture.
    let full = try read(bmp(2, 2, bits: 24, [1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0]))
    #expect(colors(full, 0, 0) == [9, 8, 7] && colors(full, 1, 1) == [6, 5, 4])
    #expect(abs(full.header.affine.spacing.x - 0.5) < 1e-9 && abs(full.header.affine.spacing.y - 0.25) < 1e-9)
    let down = try read(bmp(1, -2, bits: 32, [1, 2, 3, 0, 4, 5, 6, 0]))
    #expect(colors(down, 0, 0) == [3, 2, 1] && down.header.components == .rgb)
    let five = try read(bmp(2, 1, bits: 16, [0xff, 0x7f, 0x00, 0x7c]))
    #expect(colors(five, 0, 0) == [255, 255, 255] && colors(five, 1, 0) == [255, 0, 0])
    let six = try read(
      bmp(2, 1, bits: 16, compression: 3, masks: [0xf800, 0x7e0, 0x1f], [0xe0, 0x07, 0x1f, 0x00]))
    #expect(colors(six, 0, 0) == [0, 255, 0] && colors(six, 1, 0) == [0, 0, 255])
    let table: [UInt8] = [0, 0, 0, 0, 90, 90, 90, 0, 7, 7, 7, 0, 255, 255, 255, 0]
    let gray = try read(bmp(3, 1, bits: 4, palette: table, [0x12, 0x30, 0, 0]))
    #expect(gray.header.components == .scalar)
    #expect((0..<3).map { gray.voxels.value(at: $0) } == [90, 7, 255])
    let one = try read(bmp(3, 1, bits: 1, palette: Array(table[..<8]), [0b0100_0000, 0, 0, 0]))
    #expect((0..<3).map { one.voxels.value(at: $0) } == [0, 90, 0])
    #expect(throws: ImageError.self) { try read(bmp(1, 1, bits: 8, palette: table, [9, 0, 0, 0])) }
  }

  @Test func runLengths() throws {
    let table = (0..<16).flatMap { index -> [UInt8] in [UInt8](repeating: UInt8(index * 10), count: 3) + [0] }
    // Three of color 5, the end of the row; two of their own, passing one, the end.
    let eight = try read(
      bmp(4, 2, bits: 8, compression: 1, palette: table, [3, 5, 0, 0, 0, 3, 1, 2, 3, 0, 0, 1]))
    #expect((0..<8).map { eight.voxels.value(at: $0) } == [10, 20, 30, 0, 50, 50, 50, 0])
    let four = try read(bmp(4, 1, bits: 4, compression: 2, palette: table, [3, 0x12, 0, 0, 0, 1]))
    #expect((0..<4).map { four.voxels.value(at: $0) } == [10, 20, 10, 0])
    #expect(throws: ImageError.self) {
      try read(bmp(4, 9, bits: 8, compression: 1, palette: table, [3, 5, 0, 0, 0, 9, 1]))
    }
  }

  @Test func liesAndDamage() throws {
    #expect(throws: ImageError.self) {
      try read(bmp(1 << 29, 1 << 29, bits: 8, compression: 1, palette: [0, 0, 0, 0], [0, 1]))
    }
    #expect(throws: ImageError.self) { try read(Array(bmp(2, 2, bits: 24, [1, 2, 3]).prefix(40))) }
    var random = RandomStream(seed: 6)
    let whole = bmp(4, 2, bits: 8, compression: 1, palette: [0, 0, 0, 0], [3, 0, 0, 0, 0, 1])
    for _ in 0..<100 {
      let bytes = random.damaged(whole)
      _ = try? read(bytes)
    }
  }

  @Test func claimsAreReadBeforeDecoding() throws {
    // JPEG 2000: 2³⁰ pixels a side in a codestream of 60 bytes.
    var codestream: [UInt8] = [0xff, 0x4f, 0xff, 0x51, 0, 41, 0, 0, 0x40, 0, 0, 0, 0x40, 0, 0, 0]
    codestream += [UInt8](repeating: 0, count: 8) + [0x40, 0, 0, 0, 0x40, 0, 0, 0]
    codestream += [UInt8](repeating: 0, count: 8) + [0, 1, 7, 1, 1] + [UInt8](repeating: 0, count: 12)
    let j2k = #expect(throws: ImageError.self) { try read(codestream, "a.j2k") }
    #expect(j2k?.description.contains("more than the file can hold") == true)
    // WebP: 16,777,216 pixels a side.
    let webp: [UInt8] =
      Array("RIFF".utf8) + number(22) + Array("WEBPVP8X".utf8) + number(10) + number(0)
      + [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
    #expect(throws: ImageError.self) { try read(webp, "a.webp") }
    // JPEG of 12 bits, and lossless.
    for (kind, precision) in [(UInt8(0xc1), UInt8(12)), (0xc3, 8)] {
      let jpeg: [UInt8] = [0xff, 0xd8, 0xff, kind, 0, 11, precision, 0, 8, 0, 8, 1, 1, 0x11, 0, 0xff, 0xd9]
      let error = #expect(throws: ImageError.self) { try read(jpeg, "a.jpg") }
      #expect(error?.description.contains("not decoded") == true)
    }
  }

  @Test func jpegOnlyWhenAsked() throws {
    let header = ImageHeader(format: "memory", shape: [8, 8, 1], type: .uint8, affine: .identity)
    let image = StoredImage(header: header, voxels: .uint8(VoxelBuffer(size: [8, 8, 1], repeating: 100)))
    let error = #expect(throws: ImageError.self) { try Raster.encode(image, as: .jpeg) }
    #expect(error?.cause == .usage)
    let back = try read(Raster.encode(image, as: .jpeg, quality: 95), "a.jpg")
    #expect(abs(back.voxels.value(at: 9) - 100) <= 1)
  }
}
