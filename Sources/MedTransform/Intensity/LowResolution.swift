public import MedImage
public import MedVoxel

/// Makes an image look as if it had been acquired with larger voxels: it is sampled down to the nearest voxels,
/// and back up linearly. The grid stays.
///
/// - Shape: `[C, I, J, K]` in, same shape out.
/// - Units: `factor` is new voxel size over old, 1 or more; smaller ones count as 1.
/// - Inverse: none.  - Complexity: two passes, the first over fewer voxels.
/// - Source: nnU-Net's low-resolution augmentation; MONAI's `RandSimulateLowResolution`.
public struct LowResolution: Transform {
  public enum Axes: String, Codable, Hashable, Sendable {
    /// One factor for all axes.
    case together
    /// A factor for each axis.
    case each
    /// One axis, drawn too: thick slices.
    case one
  }

  public static var name: String { "low-resolution" }
  public static var effect: TransformEffect { .intensity }

  public struct Parameters: Codable, Hashable, Sendable { public var factors: SIMD3<Double> }

  public var factor: Draw
  public var axes: Axes

  public init(factor: Draw, axes: Axes = .together) {
    self.factor = factor
    self.axes = axes
  }

  public func parameters(
    for subject: Subject, using stream: inout RandomStream
  ) throws(TransformError) -> Parameters {
    var factors = SIMD3<Double>.one
    switch axes {
    case .together: factors = SIMD3(repeating: factor(using: &stream))
    case .each: factors = factor.perAxis(using: &stream)
    case .one: factors[stream.integer(below: 3)] = factor(using: &stream)
    }
    guard factors.x.isFinite, factors.y.isFinite, factors.z.isFinite else {
      throw TransformError("a factor of \(describe(factors)) is none", cause: .usage)
    }
    return Parameters(factors: factors)
  }

  public func apply(_ parameters: Parameters, to subject: inout Subject) throws(TransformError) {
    try subject.updateScalars { name, image throws(TransformError) in
      let size = image.size
      guard image.voxels.count > 0 else { return }
      var coarse = size
      var (origin, scale) = (SIMD3<Double>.zero, SIMD3<Double>.one)
      for axis in 0..<3 where parameters.factors[axis] > 1 {
        coarse[axis] = max(1, Int((Double(size[axis]) / parameters.factors[axis]).rounded()))
        scale[axis] = Double(size[axis]) / Double(coarse[axis])
        // Outer faces agree.
        origin[axis] = (scale[axis] - 1) / 2
      }
      guard coarse != size else { return }
      let down = Affine(spacing: scale, origin: origin)
      let up = Affine(spacing: 1 / scale, origin: -origin / scale)
      do throws(VoxelError) {
        let low = try image.voxels.resampled(
          to: coarse, by: down, interpolation: .nearest, boundary: .border)
        image.voxels = try low.resampled(to: size, by: up, interpolation: .linear, boundary: .border)
      } catch {
        throw TransformError(error, at: "image “\(name)”")
      }
    }
  }
}
