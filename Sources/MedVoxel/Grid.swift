/// Where an image's voxels are: how many, and where in the world.
public struct Grid: Hashable, Codable, Sendable {
  public var size: GridSize
  public var affine: Affine

  public init(size: GridSize, affine: Affine) {
    self.size = size
    self.affine = affine
  }

  public var spacing: SIMD3<Double> { affine.spacing }
  public var orientation: Orientation { affine.orientation }

  /// What tells the two grids apart, in voxels or millimetres; nil when they agree.
  /// - Parameter tolerance: in millimetres, at the corners of the grid.
  public func difference(from other: Grid, tolerance: Double = 0.01) -> String? {
    if size != other.size {
      return "the sizes differ: \(describe(size)) and \(describe(other.size)) voxels"
    }
    let distance = affine.largestDistance(to: other.affine, over: size)
    guard !(distance <= tolerance) else { return nil }
    return "the grids lie up to \(rounded(distance)) mm apart (spacing \(describe(spacing)) and "
      + "\(describe(other.spacing)) mm, orientation \(orientation) and \(other.orientation))"
  }
}

/// A half-open box of voxel indices: `lower` is inside, `upper` is the first index past the end.
public struct GridBox: Hashable, Codable, Sendable {
  public var lower: GridIndex
  public var upper: GridIndex

  public init(lower: GridIndex, upper: GridIndex) {
    self.lower = lower
    self.upper = upper
  }

  public init(size: GridSize) { self.init(lower: .zero, upper: size) }

  public var size: GridSize { upper &- lower }
  public var isEmpty: Bool { size.x <= 0 || size.y <= 0 || size.z <= 0 }

  public func intersection(_ other: GridBox) -> GridBox {
    GridBox(
      lower: pointwiseMax(lower, other.lower), upper: pointwiseMin(upper, other.upper))
  }

  /// Grown by `margin` voxels on both sides of each axis; it may leave the image.
  public func expanded(by margin: GridSize) -> GridBox {
    GridBox(lower: lower &- margin, upper: upper &+ margin)
  }
}

/// "64×64×32".
public func describe(_ size: GridSize) -> String { "\(size.x)×\(size.y)×\(size.z)" }

/// "0.94×0.94×1.2", to four significant digits.
public func describe(_ spacing: SIMD3<Double>) -> String {
  "\(rounded(spacing.x))×\(rounded(spacing.y))×\(rounded(spacing.z))"
}

/// To four significant digits, without trailing zeros.
public func rounded(_ value: Double) -> String {
  guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
  var scale = 1.0
  while abs(value) * scale < 1000, scale < 1e15 { scale *= 10 }
  let result = (value * scale).rounded() / scale
  return abs(result) < 1e15 && result == result.rounded() ? "\(Int(result))" : "\(result)"
}
