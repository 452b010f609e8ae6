import MedVoxel

/// A slide made smaller while it is read block by block: each pixel is the mean of the square that it stands for.
///
/// The coarsest level that is fine enough is read. Memory holds the result and one block for each processor.
struct SlideReduction {
  private let slide: Slide
  let level: Int
  /// Pixels of the level along a side of each square.
  let factor: Int
  let width: Int
  let height: Int

  /// - Parameter scale: pixels of level 0 along a pixel of the result, at least; the result may be up to twice as
  ///   coarse where no level fits better.
  init(_ slide: Slide, scale: Double) {
    self.slide = slide
    // A level that is a little too coarse by rounding will do.
    level = slide.levels.lastIndex { $0.downsample <= scale * 1.01 } ?? 0
    let info = slide.levels[level]
    factor = max(1, Int((scale / info.downsample * 0.99).rounded(.up)))
    width = (info.width + factor - 1) / factor
    height = (info.height + factor - 1) / factor
  }

  /// Of the result, in millimeters.
  var spacing: SIMD2<Double> {
    let affine = slide.affine(level: level)
    return [affine.spacing.x * Double(factor), affine.spacing.y * Double(factor)]
  }

  func image() throws(ImageError) -> StoredImage {
    var header = try slide.reader.header(level)
    let channels = header.channels
    let type = header.type
    header.shape[0] = width
    header.shape[1] = height
    header.affine = slide.affine(spacing: spacing, x: 0, y: 0)
    // Whole squares, about as large as a few tiles.
    let side = max(1, 1024 / factor)
    let (across, down) = ((width + side - 1) / side, (height + side - 1) / side)
    let failures = LockedFailure()
    let voxels = StoredVoxels.filled(type: type, channels: channels, size: [width, height, 1]) { target in
      guard let base = target.baseAddress else { return }
      // SAFETY: blocks write disjoint memory.
      nonisolated(unsafe) let output = base
      Parallel.forEach(across * down) { block in
        if failures.precedes(block) { return }
        let x = block % across * side..<min(width, (block % across + 1) * side)
        let y = block / across * side..<min(height, (block / across + 1) * side)
        do throws(ImageError) {
          try reduce(x, y, channels: channels, into: output)
        } catch {
          failures.note(error, at: block)
        }
      }
    }
    try failures.check()
    return StoredImage(header: header, voxels: voxels)
  }

  private func reduce(
    _ x: Range<Int>, _ y: Range<Int>, channels: Int, into output: UnsafeMutableRawPointer
  ) throws(ImageError) {
    let info = slide.levels[level]
    let box = PixelBox(
      x: x.lowerBound * factor..<min(info.width, x.upperBound * factor),
      y: y.lowerBound * factor..<min(info.height, y.upperBound * factor))
    let pixels = try slide.reader.read(level: level, box)
    pixels.visit(
      Averaging(
        factor: factor, x: x, y: y, plane: width * height, rowLength: width, channels: channels,
        output: output))
  }

  private struct Averaging: StoredVoxels.Visitor {
    var factor: Int
    var x: Range<Int>
    var y: Range<Int>
    var plane: Int
    var rowLength: Int
    var channels: Int
    var output: UnsafeMutableRawPointer

    func visit<T: VoxelScalar>(_ voxels: VoxelBuffer<T>) {
      let (width, height) = (voxels.size.x, voxels.size.y)
      let target = output.assumingMemoryBound(to: T.self)
      voxels.withUnsafeBuffer { source in
        for channel in 0..<channels {
          for row in y {
            let top = (row - y.lowerBound) * factor
            let rows = top..<min(height, top + factor)
            for column in x {
              let left = (column - x.lowerBound) * factor
              let columns = left..<min(width, left + factor)
              var sum = 0.0
              for line in rows {
                let start = (channel * height + line) * width
                for index in start + columns.lowerBound..<start + columns.upperBound {
                  sum += source[index].doubleValue
                }
              }
              target[channel * plane + row * rowLength + column] = T(
                nearest: sum / Double(rows.count * columns.count))
            }
          }
        }
      }
    }
  }
}
