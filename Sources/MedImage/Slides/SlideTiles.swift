import Foundation
public import MedVoxel

/// A square of a slide's level.
public struct SlideTile: Hashable, Codable, Sendable {
  public var level: Int
  /// In pixels of the level.
  public var x: Int
  public var y: Int
  public var side: Int
  /// The tile's place in the grid.
  public var column: Int
  public var row: Int
}

extension Slide {
  /// Squares that cover a level, row by row.
  ///
  /// Those at the right and lower edge reach over it; `region` fills up with white.
  ///
  /// - Parameters:
  ///   - side: in pixels of the level.
  ///   - overlap: the pixels that neighbors share; less than the side.
  ///   - mask: only tiles on this mask, such as `tissueMask()` gives; it covers the whole slide at any resolution.
  ///   - fraction: how much of a tile the mask must cover.
  /// - Throws: `ImageError` for a level that is not there, and a side or overlap that make no grid.
  public func tiles(
    side: Int, overlap: Int = 0, level: Int = 0, within mask: LabelMap? = nil, fraction: Double = 0.5
  ) throws(ImageError) -> [SlideTile] {
    let info = try self.level(level)
    guard side > 0, side <= 1 << 16, overlap >= 0, overlap < side else {
      throw ImageError(
        "expected a side from 1 to 65536 and a smaller overlap, found \(side) and \(overlap)", at: url.path,
        cause: .usage)
    }
    let step = side - overlap
    func count(_ length: Int) -> Int { max(1, (length - overlap + step - 1) / step) }
    let (columns, rows) = (count(info.width), count(info.height))
    let coverage = mask.map { MaskCoverage($0) }
    var tiles: [SlideTile] = []
    for row in 0..<rows {
      for column in 0..<columns {
        let tile = SlideTile(
          level: level, x: column * step, y: row * step, side: side, column: column, row: row)
        if let coverage, coverage.fraction(of: tile, in: info) < fraction { continue }
        tiles.append(tile)
      }
    }
    return tiles
  }

  /// The pixels of a tile.
  public func region(_ tile: SlideTile) throws(ImageError) -> StoredImage {
    try region(x: tile.x, y: tile.y, width: tile.side, height: tile.side, level: tile.level)
  }

  /// One result for each tile, in the order of the tiles; tiles are read and worked on in parallel.
  ///
  /// - Throws: the error of the first tile in order that fails.
  /// - Complexity: as many tiles are in memory as there are processors.
  public func mapTiles<Result: Sendable>(
    _ tiles: [SlideTile], _ body: @Sendable (SlideTile, StoredImage) throws(ImageError) -> Result
  ) throws(ImageError) -> [Result] {
    let results = Parallel.map(tiles.count) { index -> Swift.Result<Result, ImageError> in
      do throws(ImageError) {
        let pixels = try region(tiles[index])
        return .success(try body(tiles[index], pixels))
      } catch {
        return .failure(error)
      }
    }
    var values: [Result] = []
    values.reserveCapacity(tiles.count)
    for result in results { values.append(try result.get()) }
    return values
  }

  /// Calls `body` with the tiles in their order, one at a time, while the next ones are read in parallel by the batch.
  ///
  /// - Throws: what `body` throws, and the error of the first tile that can't be read, after those before it.
  public func forEachTile(
    _ tiles: [SlideTile], _ body: (SlideTile, StoredImage) throws(ImageError) -> Void
  ) throws(ImageError) {
    let batch = 2 * Parallel.processorCount
    for start in stride(from: 0, to: tiles.count, by: batch) {
      let some = Array(tiles[start..<min(start + batch, tiles.count)])
      let images = Parallel.map(some.count) { index -> Swift.Result<StoredImage, ImageError> in
        do throws(ImageError) {
          return .success(try region(some[index]))
        } catch {
          return .failure(error)
        }
      }
      for (tile, image) in zip(some, images) { try body(tile, try image.get()) }
    }
  }
}

/// How much of a tile a mask covers.
private struct MaskCoverage {
  private let mask: LabelMap

  init(_ mask: LabelMap) { self.mask = mask }

  func fraction(of tile: SlideTile, in level: Slide.Level) -> Double {
    let size = mask.size
    let (x, y) = (
      range(tile.x, tile.side, of: level.width, in: size.x),
      range(tile.y, tile.side, of: level.height, in: size.y)
    )
    var covered = 0
    mask.voxels.withUnsafeBuffer { voxels in
      for row in y { for column in x where voxels[row * size.x + column] != 0 { covered += 1 } }
    }
    return Double(covered) / Double(max(1, x.count * y.count))
  }

  /// The mask's pixels that a tile's side touches, at least one.
  private func range(_ start: Int, _ side: Int, of length: Int, in count: Int) -> Range<Int> {
    let scale = Double(count) / Double(length)
    let first = min(count - 1, max(0, Int((Double(start) * scale).rounded(.down))))
    let end = min(count, max(first + 1, Int((Double(min(length, start + side)) * scale).rounded(.up))))
    return first..<end
  }
}
