/// How a value between voxel centres follows from the voxels around it.
public enum Interpolation: String, Codable, Hashable, Sendable, CaseIterable {
  case nearest
  /// Linear along each axis: eight neighbours.
  case linear
  /// Interpolating cubic B-spline: 64 neighbours, after a recursive prefilter.
  case cubic
}

/// What a volume is taken to hold outside itself.
public enum Boundary: Codable, Hashable, Sendable {
  /// A given value, blended linearly over the last voxel.
  case constant(Double)
  /// The nearest voxel (`border`, `edge`, `replicate`, `nearest` elsewhere).
  case border
  /// Mirrored about the outer faces of the edge voxels: `d c b a | a b c d | d c b a`.
  case reflection
  /// Mirrored about the centres of the edge voxels: `d c b | a b c d | c b a`.
  case mirror

  public static let zeros = Boundary.constant(0)

  var code: Int32 {
    switch self {
    case .constant: 0
    case .border: 1
    case .reflection: 2
    case .mirror: 3
    }
  }

  var fill: Double { if case .constant(let value) = self { value } else { 0 } }
}

/// Which voxel is nearest to a position halfway between two.
public enum HalfwayRounding: String, Codable, Hashable, Sendable {
  /// The one with the even index, as PyTorch's `grid_sample` does.
  case toEven
  /// The one with the larger index.
  case up
}

/// A displacement for each voxel of a resampling's output, in output voxels, added to the voxel's index before
/// the affine map.
public enum Displacement: Hashable, Sendable {
  /// Three channels (along I, J, K) on the output grid.
  case dense(VoxelBuffer<Float>)
  /// Three channels on a coarse grid of control points, interpolated while resampling.
  case control(ControlGrid)

  public static func == (a: Displacement, b: Displacement) -> Bool {
    switch (a, b) {
    case (.dense(let x), .dense(let y)): x == y
    case (.control(let x), .control(let y)): x == y
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .dense(let values): hasher.combine(values.size)
    case .control(let grid): hasher.combine(grid.values.size)
    }
  }
}

/// Displacements at the points of a coarse grid.
public struct ControlGrid: Equatable, Sendable {
  /// `[3, gI, gJ, gK]`, in output voxels.
  public var values: VoxelBuffer<Float>
  /// `.linear`, or `.cubic` for a uniform cubic B-spline whose coefficients the values are (it is smooth, and
  /// does not pass through them).
  public var interpolation: Interpolation
  /// Control coordinate of output index `i`: `scale · i + offset`. Beyond the grid, the edge points continue.
  public var scale: SIMD3<Double>
  public var offset: SIMD3<Double>

  public init(
    values: VoxelBuffer<Float>, interpolation: Interpolation, scale: SIMD3<Double>, offset: SIMD3<Double>
  ) {
    self.values = values
    self.interpolation = interpolation
    self.scale = scale
    self.offset = offset
  }

  /// A grid whose first and last points lie on the first and last voxel (`linear`), or one point further out,
  /// so that every voxel has four points an axis (`cubic`).
  public init(values: VoxelBuffer<Float>, interpolation: Interpolation, spanning size: GridSize) {
    var scale = SIMD3<Double>.zero
    let margin = interpolation == .cubic ? 1.0 : 0
    for axis in 0..<3 where size[axis] > 1 {
      scale[axis] = max(0, Double(values.size[axis] - 1) - 2 * margin) / Double(size[axis] - 1)
    }
    self.init(
      values: values, interpolation: interpolation, scale: scale, offset: SIMD3(repeating: margin))
  }
}
