public import MedImage
public import MedVoxel

/// Maps each image's lowest and highest intensity to the ends of a range.
///
/// A constant image is multiplied by the range's lower end, as MONAI does.
///
/// - Shape: `[C, I, J, K]` in, same shape out.
/// - Complexity: two passes.  - Source: MONAI's `ScaleIntensity`.
public struct IntensityScaling: LinearIntensityTransform {
  public static var name: String { "intensity-scaling" }
  public var target: IntensityTarget
  public var isChannelWise: Bool

  public init(to target: IntensityTarget = .unit, isChannelWise: Bool = false) {
    self.target = target
    self.isChannelWise = isChannelWise
  }

  public func parameters(
    for subject: Subject, using stream: inout RandomStream
  ) throws(TransformError) -> IntensityMaps {
    try IntensityMaps(subject) { _, image in
      image.voxels.measured(isChannelWise: isChannelWise) { $0.statistics(of: $1) }.map { found in
        guard found.maximum > found.minimum else { return IntensityMap(scale: target.lower) }
        return IntensityMap(
          IntensityTarget(Double(found.minimum), Double(found.maximum)), to: target, isClipped: false)
      }
    }
  }
}

extension VoxelBuffer {
  /// A measurement for each channel: of its own, or of all together.
  func measured<Result>(isChannelWise: Bool, _ measure: (VoxelBuffer, Range<Int>) -> Result) -> [Result] {
    isChannelWise
      ? (0..<channels).map { measure(self, $0..<$0 + 1) }
      : Array(repeating: measure(self, 0..<channels), count: channels)
  }
}
