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

/// Limits intensities to fixed bounds; nil leaves an end open.
///
/// - Shape: `[C, I, J, K]` in, same shape out.  - Complexity: one pass.
public struct IntensityClip: LinearIntensityTransform {
  public static var name: String { "intensity-clip" }
  public var lower: Double?
  public var upper: Double?

  public init(lower: Double? = nil, upper: Double? = nil) {
    self.lower = lower
    self.upper = upper
  }

  public func parameters(
    for subject: Subject, using stream: inout RandomStream
  ) throws(TransformError) -> IntensityMaps {
    if let lower, let upper, lower > upper {
      throw TransformError(
        "the lower bound \(rounded(lower)) is above the upper bound \(rounded(upper))", cause: .usage)
    }
    return try IntensityMaps(subject) { _, image in
      Array(repeating: IntensityMap(lower: lower, upper: upper), count: image.channels)
    }
  }
}
