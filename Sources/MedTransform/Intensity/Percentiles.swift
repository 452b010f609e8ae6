public import MedImage
public import MedVoxel

/// Maps two percentiles of each image to the ends of a range.
///
/// - Shape: `[C, I, J, K]` in, same shape out.
/// - Complexity: a few passes.  - Source: MONAI's `ScaleIntensityRangePercentiles`.
public struct PercentileRange: LinearIntensityTransform {
  public static var name: String { "percentile-range" }
  /// In percent.
  public var lower: Double
  public var upper: Double
  public var target: IntensityTarget
  public var isClipped: Bool
  /// Whether the percentiles go to the same percentiles of the target range, instead of its ends.
  public var isRelative: Bool
  public var isChannelWise: Bool

  public init(
    lower: Double = 0.5, upper: Double = 99.5, to target: IntensityTarget = .unit, isClipped: Bool = true,
    isRelative: Bool = false, isChannelWise: Bool = true
  ) {
    self.lower = lower
    self.upper = upper
    self.target = target
    self.isClipped = isClipped
    self.isRelative = isRelative
    self.isChannelWise = isChannelWise
  }

  public func parameters(
    for subject: Subject, using stream: inout RandomStream
  ) throws(TransformError) -> IntensityMaps {
    try checkPercentiles(lower, upper)
    var target = target
    if isRelative {
      let width = target.upper - target.lower
      target = IntensityTarget(
        target.lower + width * lower / 100, target.lower + width * upper / 100)
    }
    return try IntensityMaps(subject) { _, image in
      image.voxels.measured(isChannelWise: isChannelWise) { $0.percentiles([lower, upper], of: $1) }.map {
        found in
        IntensityMap(IntensityTarget(found[0], found[1]), to: target, isClipped: isClipped)
      }
    }
  }
}

/// Limits intensities to two percentiles of each image; nil leaves an end open.
///
/// - Shape: `[C, I, J, K]` in, same shape out.
/// - Complexity: a few passes.  - Source: MONAI's `ClipIntensityPercentiles`, hard clipping.
public struct PercentileClip: LinearIntensityTransform {
  public static var name: String { "percentile-clip" }
  /// In percent.
  public var lower: Double?
  public var upper: Double?
  public var isChannelWise: Bool

  public init(lower: Double? = 0.5, upper: Double? = 99.5, isChannelWise: Bool = true) {
    self.lower = lower
    self.upper = upper
    self.isChannelWise = isChannelWise
  }

  public func parameters(
    for subject: Subject, using stream: inout RandomStream
  ) throws(TransformError) -> IntensityMaps {
    guard lower != nil || upper != nil else {
      throw TransformError("expected a lower or an upper percentile, found neither", cause: .usage)
    }
    try checkPercentiles(lower ?? 0, upper ?? 100)
    return try IntensityMaps(subject) { _, image in
      image.voxels.measured(isChannelWise: isChannelWise) { voxels, channels in
        voxels.percentiles([lower ?? 0, upper ?? 100], of: channels)
      }.map { found in
        IntensityMap(
          lower: lower == nil || found[0].isNaN ? nil : found[0],
          upper: upper == nil || found[1].isNaN ? nil : found[1])
      }
    }
  }
}

private func checkPercentiles(_ lower: Double, _ upper: Double) throws(TransformError) {
  guard lower >= 0, upper <= 100, lower <= upper else {
    throw TransformError(
      "expected percentiles between 0 and 100, the lower one first, found \(rounded(lower)) and "
        + rounded(upper), cause: .usage)
  }
}
