public import MedImage
public import MedVoxel

/// Subtracts the mean and divides by the standard deviation, or does so with given numbers.
///
/// The deviation is the population's; where it is 0, the voxels are only shifted. A region restricts both what
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
    let mask = try region.mask(in: subject)
    return try IntensityMaps(subject) { name, image throws(TransformError) in
      let channels = image.channels
      for (what, given) in [("subtrahend", subtrahend), ("divisor", divisor)] {
        if let given, given.count != 1, given.count != channels {
          throw TransformError(
            "expected one \(what) or \(channels), found \(given.count)", at: "image “\(name)”", cause: .usage)
        }
      }
      var measured = [Moments](repeating: Moments(), count: channels)
      if subtrahend == nil || divisor == nil {
        for channel in 0..<channels {
          measured[channel] = try image.voxels.moments(of: channel, in: region, mask: mask, named: name)
        }
        if !isChannelWise {
          let all = Moments(joining: measured)
          measured = Array(repeating: all, count: channels)
        }
      }
      return (0..<channels).map { channel in
        let mean = subtrahend.map { $0.count == 1 ? $0[0] : $0[channel] } ?? measured[channel].mean
        let deviation = divisor.map { $0.count == 1 ? $0[0] : $0[channel] } ?? measured[channel].deviation
        return IntensityMap(subtract: mean, scale: deviation == 0 || deviation.isNaN ? 1 : 1 / deviation)
      }
    }
  }
}

/// The number of voxels, their mean and the sum of squared distances from it.
struct Moments {
  var count = 0
  var mean = 0.0
  var squares = 0.0

  /// Of the population; 0 for none.
  var deviation: Double { count > 0 ? (squares / Double(count)).squareRoot() : 0 }

  init() {}

  init(count: Int, mean: Double, deviation: Double) {
    self.count = count
    self.mean = mean
    squares = deviation * deviation * Double(count)
  }

  init(joining parts: [Moments]) {
    for part in parts where part.count > 0 {
      let total = Double(count + part.count)
      let step = part.mean - mean
      squares += part.squares + step * step * Double(count) * Double(part.count) / total
      mean += step * Double(part.count) / total
      count += part.count
    }
  }
}
