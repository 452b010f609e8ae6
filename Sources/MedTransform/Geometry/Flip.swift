public import MedImage
public import MedVoxel

/// Reverses voxel axes, each with its own probability. The affine turns with the voxels, so that every voxel
/// stays where it is in the world; a network, which sees voxels only, sees the mirror image.
///
/// All images of a subject flip alike; they lie on one grid.
///
/// - Shape: `[C, I, J, K]` in, same shape out.
/// - Inverse: exact.  - Complexity: one copy.
public struct Flip: GridTransform {
  public static var name: String { "flip" }
  /// For I, J, K: 0 never, 1 always.
  public var probabilities: SIMD3<Double>

  public init(probabilities: SIMD3<Double>) { self.probabilities = probabilities }

  /// - Parameter axes: 0 for I, 1 for J, 2 for K.
  public init(axes: Set<Int>) {
    probabilities = .zero
    for axis in axes where (0..<3).contains(axis) { probabilities[axis] = 1 }
  }

  public func parameters(
    for subject: Subject, using stream: inout RandomStream
  ) throws(TransformError) -> GridChanges {
    _ = try subject.commonGrid()
    var isFlipped = [false, false, false]
    for axis in 0..<3 { isFlipped[axis] = stream.bool(probability: probabilities[axis]) }
    return try GridChanges(subject) { _, grid in GridChange(flipping: grid, axes: isFlipped) }
  }
}

extension GridChange {
  init(flipping grid: Grid, axes isFlipped: [Bool]) {
    var matrix = Affine.identity
    var columns = [matrix.columns.i, matrix.columns.j, matrix.columns.k]
    for axis in 0..<3 where isFlipped[axis] {
      columns[axis][axis] = -1
      matrix.origin[axis] = Double(grid.size[axis] - 1)
    }
    matrix.columns = (columns[0], columns[1], columns[2])
    self.init(moving: grid, by: matrix, size: grid.size)
  }
}
