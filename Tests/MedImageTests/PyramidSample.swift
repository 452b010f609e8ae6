import Foundation
import MedVoxel

@testable import MedImage

/// A tiled pyramid in TIFF, made by hand: tiles of 16 pixels, each level half as wide as the one before.
struct PyramidSample {
  enum Layout { case pages, subpages }

  var width = 100
  var height = 70
  var levels = 3
  var layout = Layout.pages
  var description = ""
  /// 7: JPEG; 1: plain.
  var compression = 1
  var isBig = false
  /// Of level 0, pixels a centimeter; 0.25 µm each.
  var resolution = 40_000.0
  var color: @Sendable (_ level: Int, _ x: Int, _ y: Int) -> SIMD3<UInt8> = { level, x, y in
    [UInt8(x % 256), UInt8(y % 256), UInt8(level * 50)]
  }
  /// Tiles that are left out.
  var isMissing: @Sendable (_ level: Int, _ column: Int, _ row: Int) -> Bool = { _, _, _ in false }

  func size(_ level: Int) -> (width: Int, height: Int) { (max(1, width >> level), max(1, height >> level)) }

  func bytes() throws -> [UInt8] {
    var file = ByteWriter(count: isBig ? 16 : 8)
    file.integer(UInt32(isBig ? 0x2b_4949 : 0x2a_4949), at: 0)
    if isBig { file.integer(UInt16(8), at: 4) }
    var bytes = file.bytes
    func pad() { while bytes.count % 8 != 0 { bytes.append(0) } }
    var places: [(offsets: [Int], counts: [Int])] = []
    for level in 0..<levels {
      let size = size(level)
      var (offsets, counts): ([Int], [Int]) = ([], [])
      for row in 0..<(size.height + 15) / 16 {
        for column in 0..<(size.width + 15) / 16 {
          let tile = isMissing(level, column, row) ? [] : try tile(level, column, row)
          offsets.append(tile.isEmpty ? 0 : bytes.count)
          counts.append(tile.count)
          bytes += tile
        }
      }
      places.append((offsets, counts))
    }
    pad()
    // The last pages first, so that where they lie is known.
    var (next, first, subpages): (Int, Int, [Int]) = (0, 0, [])
    for level in (0..<levels).reversed() {
      var block = TIFFDirectoryWriter(at: bytes.count, isBig: isBig)
      let size = size(level)
      block.add(254, .long, [level > 0 ? 1 : 0])
      block.add(256, .long, [size.width])
      block.add(257, .long, [size.height])
      block.add(258, .short, [8, 8, 8])
      block.add(259, .short, [compression])
      block.add(262, .short, [compression == 7 ? 6 : 2])
      if level == 0, !description.isEmpty { block.add(270, text: Array(description.utf8) + [0]) }
      block.add(277, .short, [3])
      block.add(282, ratio: resolution / Double(1 << level))
      block.add(283, ratio: resolution / Double(1 << level))
      block.add(296, .short, [3])
      block.add(322, .long, [16])
      block.add(323, .long, [16])
      block.add(324, .offset, places[level].offsets)
      block.add(325, .long, places[level].counts)
      if level == 0, layout == .subpages { block.add(330, .offset, subpages) }
      first = bytes.count
      bytes += block.bytes(next: layout == .pages ? next : 0)
      pad()
      if level > 0 { subpages.insert(first, at: 0) }
      next = first
    }
    var head = ByteWriter(count: 8)
    head.integer(UInt64(first), at: 0)
    bytes.replaceSubrange(isBig ? 8..<16 : 4..<8, with: head.bytes.prefix(isBig ? 8 : 4))
    return bytes
  }

  private func tile(_ level: Int, _ column: Int, _ row: Int) throws -> [UInt8] {
    var pixels = VoxelBuffer<UInt8>(channels: 3, size: [16, 16, 1])
    var plain: [UInt8] = []
    for y in 0..<16 {
      for x in 0..<16 {
        let color = color(level, column * 16 + x, row * 16 + y)
        for channel in 0..<3 {
          pixels[channel, x, y, 0] = color[channel]
          plain.append(color[channel])
        }
      }
    }
    guard compression == 7 else { return plain }
    let header = ImageHeader(
      format: "memory", shape: [16, 16, 1], components: .rgb, type: .uint8, affine: .identity)
    return try Raster.encode(
      StoredImage(header: header, voxels: .uint8(pixels)), as: .jpeg, quality: 95)
  }
}
