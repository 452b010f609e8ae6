extension VoxelBuffer where Element == Float {
  /// The volume sampled on another grid.
  ///
  /// The value of output voxel `p` is taken at input position `map(p + displacement(p))`. A map along the axes
  /// (permutations and flips included) takes a separable path, so that reorienting and resampling is one pass.
  ///
  /// - Shape: `[C, I, J, K]` in, `[C, size]` out.
  /// - Parameters:
  ///   - size: The output's size.
  ///   - map: Output voxel → input voxel, both counted from 0 at the centre of the first voxel.
  ///   - boundary: What lies outside. With `.cubic`, `constant` means that positions outside the first and
  ///     last voxel centre get the value, as in SciPy.
  /// - Complexity: O(output voxels); positions are computed in double, values in single precision.
  /// - Throws: `VoxelError` when the input is empty, or the displacement's shape does not fit.
  public func resampled(
    to size: GridSize, by map: Affine, interpolation: Interpolation = .linear, boundary: Boundary = .border,
    rounding: HalfwayRounding = .toEven, displacement: Displacement? = nil
  ) throws(VoxelError) -> VoxelBuffer<Float> {
    switch interpolation {
    case .nearest:
      return try resampledNearest(
        to: size, by: map, boundary: boundary, rounding: rounding, displacement: displacement)
    case .linear:
      try checkResampling(to: size, displacement)
      if displacement == nil, let axes = AxisMap(map, over: size) {
        return sampledAlongAxes(to: size, axes, .linear, boundary)
      }
      return warped(to: size, by: map, .linear, boundary, displacement)
    case .cubic:
      try checkResampling(to: size, displacement)
      let spline = splineCoefficients(boundary: boundary)
      var shifted = map
      shifted.origin += SIMD3(repeating: Double(spline.margin))
      if displacement == nil, let axes = AxisMap(shifted, over: size) {
        return spline.coefficients.sampledAlongAxes(to: size, axes, .cubic, boundary)
      }
      return spline.coefficients.warped(to: size, by: shifted, .cubic, boundary, displacement)
    }
  }
}

extension VoxelBuffer {
  /// The volume sampled on another grid, each voxel the nearest of the input: no new value appears.
  ///
  /// - Shape: `[C, I, J, K]` in, `[C, size]` out.
  /// - SeeAlso: `resampled(to:by:interpolation:boundary:rounding:displacement:)` for the parameters.
  /// - Throws: `VoxelError` when the input is empty, or the displacement's shape does not fit.
  public func resampledNearest(
    to size: GridSize, by map: Affine, boundary: Boundary = .border, rounding: HalfwayRounding = .toEven,
    displacement: Displacement? = nil
  ) throws(VoxelError) -> VoxelBuffer {
    try checkResampling(to: size, displacement)
    if displacement == nil, let axes = AxisMap(map, over: size) {
      let tables = axes.tables(self.size, .nearest, boundary, rounding)
      return copiedAlongAxes(to: size, axes.inputAxes, tables, fill: Element(nearest: boundary.fill))
    }
    return warpedNearest(to: size, by: map, boundary, rounding, displacement)
  }

  func checkResampling(to target: GridSize, _ displacement: Displacement?) throws(VoxelError) {
    var problems: [Problem] = []
    if size.voxelCount == 0 { problems.append(Problem("an empty volume can't be resampled")) }
    let limit = Int(Int32.max) / 4
    for (name, value) in [("input", size), ("output", target)]
    where (0..<3).contains(where: { value[$0] > limit || value[$0] < 0 }) {
      problems.append(Problem("the \(name) size \(describe(value)) is out of range"))
    }
    switch displacement {
    case .dense(let field) where field.channels != 3 || field.size != target:
      problems.append(
        Problem(
          expected: "a displacement of 3 channels on \(describe(target)) voxels",
          found: "\(field.channels) channels on \(describe(field.size))"))
    case .control(let grid)
    where grid.values.channels != 3 || grid.values.size.voxelCount == 0 || grid.interpolation == .nearest:
      problems.append(
        Problem(
          expected: "control points of 3 channels, linear or cubic",
          found: "\(grid.values.channels) channels on \(describe(grid.values.size)), "
            + grid.interpolation.rawValue))
    default: break
    }
    guard problems.isEmpty else { throw VoxelError(problems) }
  }
}

/// An output → input map along the axes: each output axis runs along one input axis.
struct AxisMap {
  /// For each output axis, the input axis it runs along; a permutation.
  var inputAxes: [Int]
  /// For each input axis: how many samples, and their positions `scale · i + offset`.
  var counts = [0, 0, 0]
  var scales = [0.0, 0, 0]
  var offsets = [0.0, 0, 0]

  /// Nil for an oblique map: one that leaves the axes by more than a millionth of a voxel over the grid.
  init?(_ map: Affine, over size: GridSize) {
    let columns = [map.columns.i, map.columns.j, map.columns.k]
    inputAxes = []
    for (axis, column) in columns.enumerated() {
      // An output axis of one voxel has no direction that matters; it takes what is left over below.
      let largest = (0..<3).max { abs(column[$0]) < abs(column[$1]) } ?? 0
      for other in 0..<3 where other != largest {
        guard abs(column[other]) * Double(max(size[axis] - 1, 1)) < 1e-6 else { return nil }
      }
      inputAxes.append(largest)
    }
    guard Set(inputAxes).count == 3 else { return nil }
    for (axis, inputAxis) in inputAxes.enumerated() {
      counts[inputAxis] = size[axis]
      scales[inputAxis] = columns[axis][inputAxis]
      offsets[inputAxis] = map.origin[inputAxis]
    }
  }

  func tables(
    _ size: GridSize, _ interpolation: Interpolation, _ boundary: Boundary, _ rounding: HalfwayRounding
  ) -> [AxisTable] {
    (0..<3).map {
      AxisTable(
        count: counts[$0], scale: scales[$0], offset: offsets[$0], size: size[$0],
        interpolation: interpolation, boundary: boundary, rounding: rounding)
    }
  }
}
