public import MedImage
import MedVoxel

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

extension LinearIntensityTransform {
  public static var effect: TransformEffect { .intensity }
  public var region: IntensityRegion { .all }

  public func apply(_ parameters: IntensityMaps, to subject: inout Subject) throws(TransformError) {
    var regions: [String: VoxelRegion] = [:]
    for (name, image) in subject.scalars {
      regions[name] = try region.voxels(of: name, sized: image.size, in: subject)
    }
    try subject.updateScalars { name, image throws(TransformError) in
      guard let maps = parameters.images[name], maps.count == image.channels else {
        throw TransformError(
          "nothing is recorded for the \(image.channels) channels of image “\(name)”",
          remedy: "replay on a subject that has the same images as the original")
      }
      for (channel, map) in maps.enumerated() {
        map.apply(to: &image.voxels, channel: channel, in: regions[name] ?? .all)
      }
    }
  }
}

extension IntensityMap {
  /// One pass, in place when the buffer is unshared; none for the identity.
  func apply(to voxels: inout VoxelBuffer<Float>, channel: Int, in region: VoxelRegion = .all) {
    guard self != IntensityMap() else { return }
    let low = lower.map { $0.isNaN ? -.infinity : Float($0) } ?? -.infinity
    let high = upper.map { $0.isNaN ? .infinity : Float($0) } ?? .infinity
    voxels.rescale(
      subtracting: Float(subtract), multiplyingBy: Float(scale), adding: Float(add),
      limits: min(low, high)...max(low, high), of: channel..<channel + 1, in: region)
  }
}
