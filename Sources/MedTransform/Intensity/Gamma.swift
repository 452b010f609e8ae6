public import MedImage
public import MedVoxel

/// Raises intensities, brought to `[0, 1]`, to a power, drawn for each channel.
///
/// `v → ((v − min) / (max − min))^γ · (max − min) + min`, where γ below 1 brightens. Inverted, it is done to the
/// negative of the image, so that γ acts on the bright end. On request, the channel's mean and deviation are
/// restored.
///
/// - Shape: `[C, I, J, K]` in, same shape out; a constant channel stays as it is.
/// - Inverse: none.  - Complexity: two passes, four when statistics are restored.
/// - Source: nnU-Net's gamma augmentation; without its options, MONAI's `AdjustContrast`.
public struct Gamma: Transform {
  public static var name: String { "gamma" }
  public static var effect: TransformEffect { .intensity }

  public struct Parameters: Codable, Hashable, Sendable {
    /// One exponent for each channel of each scalar image.
    public var exponents: [String: [Double]]
  }

  public var exponent: Draw
  public var isInverted: Bool
  public var keepsStatistics: Bool

  public init(exponent: Draw, isInverted: Bool = false, keepsStatistics: Bool = false) {
    self.exponent = exponent
    self.isInverted = isInverted
    self.keepsStatistics = keepsStatistics
  }

  public func parameters(
    for subject: Subject, using stream: inout RandomStream
  ) throws(TransformError) -> Parameters {
    var exponents: [String: [Double]] = [:]
    for (name, image) in subject.scalars {
      exponents[name] = (0..<image.channels).map { _ in exponent(using: &stream) }
    }
    let drawn = exponents.values.joined()
    guard drawn.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw TransformError(
        "expected exponents above 0, found \(rounded(drawn.min() ?? .nan))", cause: .usage)
    }
    return Parameters(exponents: exponents)
  }

  public func apply(_ parameters: Parameters, to subject: inout Subject) throws(TransformError) {
    try subject.updateScalars { name, image throws(TransformError) in
      guard let exponents = parameters.exponents[name], exponents.count == image.channels else {
        throw TransformError(
          "nothing is recorded for image “\(name)”",
          remedy: "replay on a subject that has the same images as the original")
      }
      for (channel, exponent) in exponents.enumerated() {
        let part = channel..<channel + 1
        let before = image.voxels.statistics(of: part)
        let (low, high) = (Double(before.minimum), Double(before.maximum))
        guard high > low, exponent != 1 else { continue }
        image.voxels.applyPower(
          exponent, subtracting: isInverted ? high : low, multiplyingBy: (isInverted ? -1 : 1) / (high - low),
          scaledBy: isInverted ? low - high : high - low, adding: isInverted ? high : low, of: part)
        if keepsStatistics {
          let after = image.voxels.statistics(of: part)
          let scale = after.deviation > 0 ? before.deviation / after.deviation : 1
          IntensityMap(subtract: after.mean, scale: scale, add: before.mean)
            .apply(to: &image.voxels, channel: channel)
        }
      }
    }
  }
}
