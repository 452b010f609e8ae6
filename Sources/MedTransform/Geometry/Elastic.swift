public import MedVoxel

/// A smooth random displacement: control points that move independently, with a cubic B-spline between them.
public struct Elastic: Codable, Hashable, Sendable {
  /// The points' standard deviation along each world axis, in millimetres.
  public var deviation: Double
  /// How many control points there are along I, J, K.
  public var points: GridSize
  /// What the displacements follow from.
  public var seed: UInt64

  /// - Parameter controlSpacing: millimetres between the points.
  /// - Throws: `TransformError` for spacings that make no sense on this grid.
  public init(deviation: Double, controlSpacing: Double, seed: UInt64, over grid: Grid) throws(TransformError)
  {
    self.deviation = deviation
    self.seed = seed
    points = .zero
    for axis in 0..<3 {
      let extent = grid.spacing[axis] * Double(max(grid.size[axis] - 1, 0))
      let count = (extent / controlSpacing).rounded(.up)
      guard controlSpacing > 0, count <= 128 else {
        throw TransformError(
          "control points \(rounded(controlSpacing)) mm apart are too dense for \(rounded(extent)) mm",
          remedy: "choose a distance of at least a few voxels", cause: .usage)
      }
      // One more point on either side, so that each voxel has four of them along each axis.
      points[axis] = max(1, Int(count)) + 3
    }
  }

  /// The displacements in voxels of the grid, as resampling takes them.
  public func displacement(on grid: Grid) -> Displacement {
    var stream = RandomStream(seed: seed)
    let toVoxels = (try? grid.affine.inverse()) ?? .identity
    let count = points.voxelCount
    let values = VoxelBuffer<Float>(channels: 3, size: points) { buffer in
      for point in 0..<count {
        let x = stream.normal()
        let y = stream.normal()
        let z = stream.normal()
        let step = toVoxels.linear(deviation * SIMD3(x, y, z))
        for axis in 0..<3 { buffer[axis * count + point] = Float(step[axis]) }
      }
    }
    return .control(ControlGrid(values: values, interpolation: .cubic, spanning: grid.size))
  }
}
