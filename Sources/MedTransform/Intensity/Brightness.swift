public import MedImage
public import MedVoxel

/// Multiplies by a factor and adds an offset, drawn for each channel.
///
/// - Shape: `[C, I, J, K]` in, same shape out.  - Units: the offset is in intensity units.
/// - Complexity: one pass, in place when the buffer is unshared.
public struct Brightness: LinearIntensityTransform {
  public static var name: String { "brightness" }
  public var factor: Draw
  public var offset: Draw

  public init(factor: Draw = 1, offset: Draw = 0) {
    self.factor = factor
    self.offset = offset
  }

  public func parameters(
    for subject: Subject, using stream: inout RandomStream
  ) throws(TransformError) -> IntensityMaps {
    var maps = IntensityMaps(images: [:])
    for (name, image) in subject.scalars {
      maps.images[name] = (0..<image.channels).map { _ in
        let scale = factor(using: &stream)
        return IntensityMap(scale: scale, add: offset(using: &stream))
      }
    }
    return maps
  }
}

/// Stretches intensities about the channel's mean by a drawn factor; the channel's range is not left.
///
/// - Shape: `[C, I, J, K]` in, same shape out.
/// - Complexity: two passes, in place when the buffer is unshared.
public struct Contrast: LinearIntensityTransform {
  public static var name: String { "contrast" }
  public var factor: Draw

  public init(factor: Draw) { self.factor = factor }

  public func parameters(
    for subject: Subject, using stream: inout RandomStream
  ) throws(TransformError) -> IntensityMaps {
    var maps = IntensityMaps(images: [:])
    for (name, image) in subject.scalars {
      let channels = (0..<image.channels).map { channel in
        let found = image.voxels.statistics(of: channel..<channel + 1)
        return IntensityMap(
          subtract: found.mean, scale: factor(using: &stream), add: found.mean,
          lower: Double(found.minimum), upper: Double(found.maximum))
      }
      maps.images[name] = channels
    }
    return maps
  }
}
