public import MedImage
public import MedVoxel

/// Smooths with a Gaussian, the same for all channels.
///
/// - Shape: `[C, I, J, K]` in, same shape out.
/// - Units: `deviation` in millimetres, one draw for all axes.
/// - Inverse: none.  - Complexity: O(voxels · deviation), separable.
public struct GaussianBlur: Transform {
  public static var name: String { "gaussian-blur" }
  public static var effect: TransformEffect { .intensity }

  public struct Parameters: Codable, Hashable, Sendable { public var deviation: Double }

  public var deviation: Draw

  public init(deviation: Draw) { self.deviation = deviation }

  public func parameters(
    for subject: Subject, using stream: inout RandomStream
  ) throws(TransformError) -> Parameters {
    let value = deviation(using: &stream)
    guard value >= 0, value.isFinite else {
      throw TransformError("a deviation of \(rounded(value)) mm is none", cause: .usage)
    }
    return Parameters(deviation: value)
  }

  public func apply(_ parameters: Parameters, to subject: inout Subject) throws(TransformError) {
    guard parameters.deviation > 0 else { return }
    try subject.updateScalars { name, image throws(TransformError) in
      guard !image.affine.isSingular else {
        throw TransformError("the voxels have no size to measure the blur in", at: "image “\(name)”")
      }
      image.voxels.smooth(deviation: parameters.deviation / image.affine.spacing)
    }
  }
}
