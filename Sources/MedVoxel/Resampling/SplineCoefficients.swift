import CVoxelKernels

extension VoxelBuffer where Element == Float {
  /// The coefficients whose cubic B-spline passes through the voxels.
  ///
  /// - Parameter boundary: How the volume continues: `mirror` and `constant` mirror about voxel centres;
  ///   `reflection` about voxel faces; `border` repeats the edge, for which the volume grows by `margin` voxels
  ///   on every side (the spline's memory fades by 0.27 a voxel).
  /// - Source: Unser, Aldroubi, Eden, "B-spline signal processing", IEEE TSP 1993.
  public func splineCoefficients(boundary: Boundary) -> (coefficients: VoxelBuffer<Float>, margin: Int) {
    var margin = 0
    var rule = Boundary.mirror
    switch boundary {
    case .border: (margin, rule) = (12, .reflection)
    case .reflection: rule = .reflection
    case .constant, .mirror: break
    }
    var result =
      margin == 0
      ? self
      : cropped(
        to: GridBox(size: size).expanded(by: SIMD3(repeating: margin)), padding: .border)
    result.prefilter(rule)
    return (result, margin)
  }

  private mutating func prefilter(_ rule: Boundary) {
    let (size, channels) = (size, channels)
    let code = rule.code
    withUnsafeMutableBuffer { buffer in
      guard let start = buffer.baseAddress, !buffer.isEmpty else { return }
      // SAFETY: each call writes lines of its own.
      nonisolated(unsafe) let base = start
      let (nx, ny, nz) = (size.x, size.y, size.z)
      func run(_ offset: Int, lanes: Int, length: Int, stride: Int, laneStride: Int) {
        guard length > 1 else { return }
        withUnsafeTemporaryAllocation(of: Double.self, capacity: length * 16) { scratch in
          scratch.initialize(repeating: 0)
          vk_spline_prefilter_f32(
            base + offset, Int64(lanes), Int64(length), Int64(stride), Int64(laneStride), code,
            scratch.baseAddress)
        }
      }
      Parallel.forEach(channels * nz) { slice in
        let offset = slice * nx * ny
        run(offset, lanes: ny, length: nx, stride: 1, laneStride: nx)
        run(offset, lanes: nx, length: ny, stride: nx, laneStride: 1)
      }
      Parallel.forEach(channels * ny) { row in
        let offset = row / ny * nx * ny * nz + row % ny * nx
        run(offset, lanes: nx, length: nz, stride: nx * ny, laneStride: 1)
      }
    }
  }
}
