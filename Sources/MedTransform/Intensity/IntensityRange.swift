public import MedImage
public import MedVoxel

/// Where a range of intensities is mapped to.
public struct IntensityTarget: Codable, Hashable, Sendable {
  public var lower: Double
  public var upper: Double

  public init(_ lower: Double, _ upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  public static let unit = IntensityTarget(0, 1)
}

/// Maps a fixed range of intensities, such as a CT window, to another range.
///
/// A reversed source range inverts the contrast. An empty one shifts its number to the target's lower end.
///
/// - Shape: `[C, I, J, K]` in, same shape out.
/// - Complexity: one pass, in place when the buffer is unshared.  - Source: MONAI's `ScaleIntensityRange`.
public struct IntensityRange: LinearIntensityTransform {
  public static var name: String { "intensity-range" }
  public var source: IntensityTarget
  public var target: IntensityTarget
  /// Whether intensities outside the source range get the target's ends.
  public var isClipped: Bool

  public init(from source: IntensityTarget, to target: IntensityTarget = .unit, isClipped: Bool = true) {
    self.source = source
    self.target = target
    self.isClipped = isClipped
  }

  public func parameters(
    for subject: Subject, using stream: inout RandomStream
  ) throws(TransformError) -> IntensityMaps {
    try IntensityMaps(subject) { _, image in
      Array(repeating: IntensityMap(source, to: target, isClipped: isClipped), count: image.channels)
    }
  }
}

extension IntensityMap {
  public init(_ source: IntensityTarget, to target: IntensityTarget, isClipped: Bool) {
    let width = source.upper - source.lower
    guard width != 0 else {
      self.init(subtract: source.lower, add: target.lower)
      return
    }
    self.init(
      subtract: source.lower, scale: (target.upper - target.lower) / width, add: target.lower,
      lower: isClipped ? min(target.lower, target.upper) : nil,
      upper: isClipped ? max(target.lower, target.upper) : nil)
  }
}

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
      let ranges = image.voxels.ranges(isChannelWise: isChannelWise)
      return ranges.map { range in
        guard range.upper > range.lower else { return IntensityMap(scale: target.lower) }
        return IntensityMap(range, to: target, isClipped: false)
      }
    }
  }
}

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
      image.voxels.percentiles([lower, upper], isChannelWise: isChannelWise).map { found in
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
      image.voxels.percentiles([lower ?? 0, upper ?? 100], isChannelWise: isChannelWise).map { found in
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
