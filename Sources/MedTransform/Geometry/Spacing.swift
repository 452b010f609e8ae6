public import MedImage
public import MedVoxel

/// Resamples to a distance between voxels, and on request to an orientation in the same pass.
///
/// The directions of the axes stay, made orthogonal where they are sheared. The outermost voxel centres decide
/// the size: an axis of `n` voxels gets `round((n − 1) · old / new) + 1`, halves to the even number, and its
/// first voxel stays in place. Nothing is averaged when the new grid is coarser.
///
/// - Shape: `[C, I, J, K]` in, other spatial sizes out.
/// - Units: millimetres.
/// - Inverse: resamples back to the original grid. Label maps take the nearest voxel both ways.
/// - Complexity: one pass.
/// - Source: the geometry of MONAI's `Spacing`.
public struct Spacing: GridTransform {
  /// Which way the new axes run.
  public enum Axes: String, Codable, Hashable, Sendable {
    /// As the image's do.
    case image
    /// Along x, y, z of the world.
    case world
  }

  /// What keeps its place when the size changes.
  public enum Extent: String, Codable, Hashable, Sendable {
    /// The outermost voxel centres.
    case voxelCenters
    /// The outer faces of the outermost voxels.
    case voxelFaces
  }

  public static var name: String { "spacing" }
  /// In millimetres along the new I, J, K; 0 keeps an axis as it is.
  public var spacing: SIMD3<Double>
  public var orientation: Orientation?
  public var axes: Axes
  public var extent: Extent
  public var interpolation: Interpolation
  public var boundary: Boundary
  public var inverseBoundary: Boundary { boundary }

  public init(
    _ spacing: SIMD3<Double>, orientation: Orientation? = nil, axes: Axes = .image,
    extent: Extent = .voxelCenters, interpolation: Interpolation = .linear, boundary: Boundary = .border
  ) {
    self.spacing = spacing
    self.orientation = orientation
    self.axes = axes
    self.extent = extent
    self.interpolation = interpolation
    self.boundary = boundary
  }

  public func parameters(
    for subject: Subject, using stream: inout RandomStream
  ) throws(TransformError) -> GridChanges {
    try GridChanges(subject) { name, grid throws(TransformError) in try change(of: grid, named: name) }
  }

  /// The grid that an image comes out on.
  public func target(for grid: Grid) throws(TransformError) -> Grid {
    try change(of: grid, named: "").target
  }

  private func change(of grid: Grid, named name: String) throws(TransformError) -> GridChange {
    guard !grid.affine.isSingular, grid.size.x > 0, grid.size.y > 0, grid.size.z > 0 else {
      throw TransformError(
        "expected voxels with a volume, found \(describe(grid.size)) voxels with the affine "
          + "\(grid.affine.rows.prefix(3))",
        at: "image “\(name)”", remedy: "mend the geometry in the file's header")
    }
    guard spacing.x.isFinite, spacing.y.isFinite, spacing.z.isFinite else {
      throw TransformError("a spacing of \(describe(spacing)) mm is none", cause: .usage)
    }
    let reoriented = orientation.map { GridChange(reorienting: grid, to: $0) }
    let start = reoriented?.target ?? grid
    let target = try resized(start, named: name)
    // Within a thousandth, nothing is gained by resampling.
    if target.size == start.size, isClose(start.affine, target.affine) {
      return reoriented ?? GridChange(source: grid, target: grid, matrix: .identity)
    }
    return try GridChange(resampling: grid, to: target, named: name)
  }

  private func resized(_ grid: Grid, named name: String) throws(TransformError) -> Grid {
    let old = grid.spacing
    var new = old
    for axis in 0..<3 where spacing[axis] > 0 && abs(spacing[axis] - old[axis]) > 1e-3 {
      new[axis] = spacing[axis]
    }
    var affine = Affine(spacing: new)
    if axes == .image {
      let q = orthonormal(grid.affine)
      affine = Affine(i: q.i * new.x, j: q.j * new.y, k: q.k * new.z)
    }
    return try fitted(affine, to: grid, named: name)
  }

  /// The size and the origin that make the new grid cover the old one.
  private func fitted(_ linear: Affine, to grid: Grid, named name: String) throws(TransformError) -> Grid {
    let last = SIMD3(Double(grid.size.x - 1), Double(grid.size.y - 1), Double(grid.size.z - 1))
    let reach = extent == .voxelFaces ? 0.5 : 0
    let inverse: Affine
    do { inverse = try linear.inverse() } catch { throw TransformError(error, at: "image “\(name)”") }
    var corners: [(world: WorldPoint, index: SIMD3<Double>)] = []
    for x in [-reach, last.x + reach] {
      for y in [-reach, last.y + reach] {
        for z in [-reach, last.z + reach] {
          let world = grid.affine([x, y, z])
          corners.append((world, inverse(world)))
        }
      }
    }
    var lower = corners[0].index
    var upper = lower
    for corner in corners {
      lower = pointwiseMin(lower, corner.index)
      upper = pointwiseMax(upper, corner.index)
    }
    var size = GridSize.zero
    for axis in 0..<3 {
      let count = (upper[axis] - lower[axis] + (extent == .voxelFaces ? 0 : 1)).rounded(.toNearestOrEven)
      guard count < 32768 else {
        throw TransformError(
          "a spacing of \(rounded(length(column(linear, axis)))) mm makes more than 32,767 voxels of an axis",
          at: "image “\(name)”", remedy: "choose a coarser spacing", cause: .usage)
      }
      size[axis] = max(1, Int(count))
    }
    var result = linear
    if extent == .voxelFaces {
      // The outer faces agree: the first centre lies half a new voxel inside.
      result.origin = linear(lower + 0.5)
      return Grid(size: size, affine: result)
    }
    let first = corners.first { corner in
      let gap = corner.index - lower
      return gap.x < 1e-8 && gap.y < 1e-8 && gap.z < 1e-8
    }
    if let first {
      result.origin = first.world
    } else {
      // No corner comes first along every axis: the two grids share their centre.
      let half = SIMD3(Double(grid.size.x), Double(grid.size.y), Double(grid.size.z)) / 2
      let newHalf = SIMD3(Double(size.x), Double(size.y), Double(size.z)) / 2
      result.origin = grid.affine(half) - linear.linear(newHalf)
    }
    return Grid(size: size, affine: result)
  }

  private func isClose(_ a: Affine, _ b: Affine) -> Bool {
    zip(a.rows.joined(), b.rows.joined()).allSatisfy { abs($0 - $1) <= 1e-3 + 1e-5 * abs($1) }
  }

  private func column(_ affine: Affine, _ axis: Int) -> SIMD3<Double> {
    [affine.columns.i, affine.columns.j, affine.columns.k][axis]
  }

  /// Orthogonal unit axes, I first (Gram–Schmidt): what the QR decomposition leaves of a sheared matrix.
  private func orthonormal(_ affine: Affine) -> (i: SIMD3<Double>, j: SIMD3<Double>, k: SIMD3<Double>) {
    let c = affine.columns
    let i = c.i / length(c.i)
    let jRest = c.j - i * dot(i, c.j)
    let j = jRest / length(jRest)
    let kRest = c.k - i * dot(i, c.k) - j * dot(j, c.k)
    return (i, j, kRest / length(kRest))
  }
}
