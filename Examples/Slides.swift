import DeepMedicine
import Foundation

/// The code of the guide to slides and videos.
enum SlideExamples {
  static func run(in folder: URL) throws {
    // A purple disk on glass, in tiles.
    let side = 512
    var colors = VoxelBuffer<UInt8>(channels: 3, size: [side, side, 1], repeating: 243)
    for y in 0..<side {
      for x in 0..<side where (x - 256) * (x - 256) + (y - 256) * (y - 256) < 150 * 150 {
        colors[0, x, y, 0] = 150
        colors[1, x, y, 0] = 80
        colors[2, x, y, 0] = 160
      }
    }
    let header = ImageHeader(
      format: "memory", shape: [side, side, 1], components: .rgb, type: .uint8,
      affine: Affine(spacing: [0.008, 0.008, 1]))
    let file = folder.appending(path: "slide.tif")
    try ImageFile.write(
      StoredImage(header: header, voxels: .uint8(colors)), to: file, options: WriteOptions(tile: 256))
    try look(at: file, thumbnail: folder.appending(path: "small.png"))
    try patches(of: file)
  }

  static func look(at file: URL, thumbnail: URL) throws {
    let slide = try Slide(contentsOf: file)  // directories only
    for level in slide.levels { print(level.width, level.height, level.downsample) }
    print(slide.associatedImages, slide.properties["openslide.objective-power"] ?? "no objective named")

    let region = try slide.region(x: 200, y: 180, width: 64, height: 64, level: 0)  // RGB
    print(region.header.shape, region.header.affine.spacing)
    try PNG.write(Bitmap(slide.thumbnail(fitting: 256)), to: thumbnail)
  }

  static func patches(of file: URL) throws {
    let slide = try Slide(contentsOf: file)
    let tissue = try slide.tissueMask()  // 1 where there is tissue
    let tiles = try slide.tiles(side: 128, overlap: 32, level: 0, within: tissue, fraction: 0.5)
    let means = try slide.mapTiles(tiles) { tile, patch throws(ImageError) in
      patch.scalarImage().voxels.statistics().mean
    }
    for (tile, mean) in zip(tiles, means) { print(tile.x, tile.y, mean) }
  }

  static func video(_ file: URL) throws {
    let frame = try ImageFile.read(file, options: ReadOptions(page: 12))  // one frame
    let film = try ImageFile.open(file)  // all of them are the time axis
    print(frame.header.shape, film.header.shape, film.header.timeStep ?? 0, "s from frame to frame")
  }
}
