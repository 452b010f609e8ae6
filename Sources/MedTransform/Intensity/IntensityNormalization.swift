public import MedImage
public import MedVoxel

/// Subtracts the mean and divides by the standard deviation, or does so with given numbers.
///
/// The deviation is the population's, of finite voxels; where it is 0, the voxels are only shifted. A region restricts both what
/// is measured and what is changed: voxels outside keep their value.
///
/// - Shape: `[C, I, J, K]` in, same shape out.  - Units: none after it.
/// - Complexity: one pass to measure and one to change, in place when the buffer is unshared.
/// - Source: MONAI's `NormalizeIntensity`.
public struct IntensityNormalization: LinearIntensityTransform {
  public static var name: String { "intensity-normalization" }
  public var region: IntensityRegion
  /// Whether each channel has a mean and a deviation of its own.
  public var isChannelWise: Bool
  /// Given means, one for all channels or one each; nil to measure them.
  public var subtrahend: [Double]?
  /// Given deviations, likewise; 0 counts as 1.
  public var divisor: [Double]?

  public init(
    region: IntensityRegion = .all, isChannelWise: Bool = true, subtrahend: [Double]? = nil,
    divisor: [Double]? = nil
  ) {
    self.region = region
    self.isChannelWise = isChannelWise
    self.subtrahend = subtrahend
    self.divisor = divisor
  }

  public func parameters(
    for subject: Subject, using stream: inout RandomStream
  ) throws(TransformError) -> IntensityMaps {
    try IntensityMaps(subject) { name, image throws(TransformError) in
      let channels = image.channels
      for (what, given) in [("subtrahend", subtrahend), ("divisor", divisor)] {
        if let given, given.count != 1, given.count != channels {
          throw TransformError(
            "expected one \(what) or \(channels), found \(given.count)", at: "image “\(name)”", cause: .usage)
        }
      }
      var measured = [VoxelStatistics](repeating: VoxelStatistics(), count: channels)
      if subtrahend == nil || divisor == nil {
        let region = try region.voxels(of: name, sized: image.size, in: subject)
        measured =
          isChannelWise
          ? (0..<channels).map { image.voxels.statistics(of: $0..<$0 + 1, in: region) }
          : Array(repeating: image.voxels.statistics(in: region), count: channels)
      }
      return (0..<channels).map { channel in
        let mean = subtrahend.map { $0.count == 1 ? $0[0] : $0[channel] } ?? measured[channel].mean
        let deviation = divisor.map { $0.count == 1 ? $0[0] : $0[channel] } ?? measured[channel].deviation
        return IntensityMap(subtract: mean, scale: deviation == 0 || deviation.isNaN ? 1 : 1 / deviation)
      }
    }
  }
}
