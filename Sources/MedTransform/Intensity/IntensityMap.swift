public import MedImage
public import MedVoxel

/// `v → clamp((v − subtract) · scale + add)`: what a linear transform does to one channel.
public struct IntensityMap: Codable, Hashable, Sendable {
  public var subtract: Double
  public var scale: Double
  public var add: Double
  /// Applied last; nil for no bound.
  public var lower: Double?
  public var upper: Double?

  public init(
    subtract: Double = 0, scale: Double = 1, add: Double = 0, lower: Double? = nil, upper: Double? = nil
  ) {
    self.subtract = subtract
    self.scale = scale
    self.add = add
    self.lower = lower
    self.upper = upper
  }
}

/// One map for each channel of each scalar image.
public struct IntensityMaps: Codable, Hashable, Sendable {
  public var images: [String: [IntensityMap]]

  public init(images: [String: [IntensityMap]]) { self.images = images }

  init(
    _ subject: Subject, _ maps: (String, ScalarImage) throws(TransformError) -> [IntensityMap]
  ) throws(TransformError) {
    images = [:]
    for (name, image) in subject.scalars { images[name] = try maps(name, image) }
  }
}

/// A transform that maps intensities linearly, channel by channel. Label maps stay as they are.
public protocol LinearIntensityTransform: Transform where Parameters == IntensityMaps {
  /// Which voxels are changed.
  var region: IntensityRegion { get }
}

/// Which voxels a transform measures and changes.
public enum IntensityRegion: Codable, Hashable, Sendable {
  case all
  /// Those whose value is not zero.
  case nonzero
  /// Those where the label map of this name is not 0; it lies on the image's grid.
  case labels(named: String)
}

extension LinearIntensityTransform {
  public static var effect: TransformEffect { .intensity }
  public var region: IntensityRegion { .all }

  public func apply(_ parameters: IntensityMaps, to subject: inout Subject) throws(TransformError) {
    let mask = try region.mask(in: subject)
    try subject.updateScalars { name, image throws(TransformError) in
      guard let maps = parameters.images[name], maps.count == image.channels else {
        throw TransformError(
          "nothing is recorded for the \(image.channels) channels of image “\(name)”",
          remedy: "replay on a subject that has the same images as the original")
      }
      for (channel, map) in maps.enumerated() where map != IntensityMap() {
        try image.voxels.apply(map, to: channel, in: region, mask: mask, named: name)
      }
    }
  }
}

extension IntensityRegion {
  func mask(in subject: Subject) throws(TransformError) -> VoxelBuffer<UInt16>? {
    guard case .labels(let name) = self else { return nil }
    guard let map = subject[labels: name] else {
      throw TransformError(
        "there is no label map “\(name)” to take the region from; the subject has "
          + subject.names.joined(separator: ", "), cause: .usage)
    }
    return map.voxels
  }
}
