import Foundation

/// How a Gaussian becomes a row of weights.
public enum GaussianWeights: String, Codable, Hashable, Sendable {
  /// The density at voxel centers, scaled to a sum of one (as SciPy).
  case sampled
  /// The integral over each voxel, not scaled, so that the tails beyond the radius are lost (as MONAI's `erf`).
  case integrated

  /// Weights for a deviation in voxels, cut off after `truncation` deviations; `[1]` for no deviation.
  public func kernel(deviation: Double, truncation: Double) -> [Float] {
    guard deviation > 0, deviation.isFinite else { return [1] }
    let reach = deviation * truncation
    switch self {
    case .sampled:
      let radius = Int(min(reach + 0.5, 4096))
      let weights = (-radius...radius).map { exp(-0.5 * pow(Double($0) / deviation, 2)) }
      let sum = weights.reduce(0, +)
      return weights.map { Float($0 / sum) }
    case .integrated:
      let radius = Int(min(max(reach, 0.5) + 0.5, 4096))
      let t = 0.70710678 / deviation
      return (-radius...radius).map { offset in
        let x = Double(offset)
        let share = erf(t * (x + 0.5)) - erf(t * (x - 0.5))
        return Float(max(0, 0.5 * share))
      }
    }
  }
}

extension VoxelBuffer where Element == Float {
  /// Blurs every channel with a Gaussian, in place when the buffer is unshared.
  ///
  /// - Parameters:
  ///   - deviation: σ along each axis, in voxels; 0 leaves an axis alone.
  ///   - truncation: The radius of the kernel in deviations.
  /// - Complexity: O(voxels · kernel length), a pass and a half over memory.
  public mutating func smooth(
    deviation: SIMD3<Double>, truncation: Double = 4, weights: GaussianWeights = .sampled,
    boundary: Boundary = .reflection
  ) {
    convolve(
      (0..<3).map { weights.kernel(deviation: deviation[$0], truncation: truncation) }, boundary: boundary)
  }

  public func smoothed(
    deviation: SIMD3<Double>, truncation: Double = 4, weights: GaussianWeights = .sampled,
    boundary: Boundary = .reflection
  ) -> VoxelBuffer<Float> {
    var result = self
    result.smooth(deviation: deviation, truncation: truncation, weights: weights, boundary: boundary)
    return result
  }
}
