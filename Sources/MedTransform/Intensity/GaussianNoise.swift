public import MedImage
public import MedVoxel

/// Adds independent Gaussian noise to every scalar image.
///
/// Each voxel `v` becomes `v + σ·n`, with `n ~ N(0, 1)` drawn for each voxel and channel, and `σ` drawn once
/// per application. Label maps are returned unchanged.
///
/// - Shape: `[C, I, J, K]` in, same shape out. Geometry is untouched.
/// - Units: `deviation` is in intensity units.
/// - Inverse: none.  - Complexity: O(voxels) time, in place when the buffer is unshared.
public struct GaussianNoise: Transform {
  public static var name: String { "gaussian-noise" }
  public static var effect: TransformEffect { .intensity }

  public struct Parameters: Codable, Hashable, Sendable {
    public var deviation: Double
    public var seed: UInt64
  }

  public var deviation: Draw

  /// - Parameter deviation: The standard deviation σ; a bare literal means a fixed value.
  public init(deviation: Draw) { self.deviation = deviation }

  public func parameters(
    for subject: Subject, using stream: inout RandomStream
  ) throws(TransformError) -> Parameters {
    let value = deviation(using: &stream)
    guard value >= 0 else {
      throw TransformError("a deviation of \(rounded(value)) is none", cause: .usage)
    }
    return Parameters(deviation: value, seed: stream.next())
  }

  public func apply(_ parameters: Parameters, to subject: inout Subject) throws(TransformError) {
    let base = RandomStream(seed: parameters.seed)
    subject.updateScalars { name, image in
      image.voxels.addNormalNoise(deviation: Float(parameters.deviation), from: base.stream(name))
    }
  }
}
