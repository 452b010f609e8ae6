public import MedImage
public import MedVoxel

/// Permutes and flips axes so that they run the named ways; no voxel changes its value or its place in the
/// world.
///
/// - Shape: `[C, I, J, K]` in; the spatial sizes come out permuted.
/// - Inverse: exact.  - Complexity: one copy; nothing where the orientation is right already.
public struct Reorientation: GridTransform {
  public static var name: String { "reorientation" }
  public var orientation: Orientation

  public init(to orientation: Orientation = .ras) { self.orientation = orientation }

  public func parameters(
    for subject: Subject, using stream: inout RandomStream
  ) throws(TransformError) -> GridChanges {
    try GridChanges(subject) { _, grid in GridChange(reorienting: grid, to: orientation) }
  }
}

extension GridChange {
  init(reorienting grid: Grid, to orientation: Orientation) {
    let current = grid.orientation
    var columns = [SIMD3<Double>](repeating: .zero, count: 3)
    var origin = SIMD3<Double>.zero
    var size = grid.size
    for axis in 0..<3 {
      // The source axis that runs along this target axis's world axis.
      let from = current.worldAxes.firstIndex(of: orientation.worldAxes[axis]) ?? axis
      let isFlipped = current.isPositive[from] != orientation.isPositive[axis]
      columns[axis][from] = isFlipped ? -1 : 1
      if isFlipped { origin[from] = Double(grid.size[from] - 1) }
      size[axis] = grid.size[from]
    }
    self.init(
      moving: grid, by: Affine(i: columns[0], j: columns[1], k: columns[2], origin: origin), size: size)
  }
}
