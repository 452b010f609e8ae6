public import MedImage
public import MedVoxel

/// Chooses patches of a fixed size, some of them where something is.
///
/// A patch around a chosen voxel is moved until it lies inside the image; along axes where the image is
/// smaller than the patch, the patch is centered and leaves the image on both sides.
public struct PatchSampler: Codable, Hashable, Sendable {
  /// Which voxel a patch is taken around.
  public enum Balance: Codable, Hashable, Sendable {
    /// Anywhere, each position of the patch equally likely.
    case anywhere
    /// With this probability a voxel of a class that occurs, all classes but the background equally likely;
    /// anywhere otherwise.
    case foreground(probability: Double)
    /// A foreground voxel or a background voxel, as these weights say.
    case positiveNegative(positive: Double, negative: Double)
    /// A voxel of a class; the class is drawn by these weights, class 0 first. Absent classes don't count.
    case classes(weights: [Double])
  }

  public var size: GridSize
  public var balance: Balance

  public init(size: GridSize, balance: Balance = .foreground(probability: 1.0 / 3)) {
    self.size = size
    self.balance = balance
  }

  /// A patch's place, which may leave the image. What can't be had (a class that does not occur, no
  /// foreground) is replaced by what can.
  public func box(in index: ClassIndex, using stream: inout RandomStream) -> GridBox {
    switch balance {
    case .anywhere: break
    case .foreground(let probability):
      let foreground = index.foreground
      if stream.bool(probability: probability), !foreground.isEmpty {
        let label = foreground[stream.integer(below: foreground.count)]
        if let voxel = index.voxel(of: label, using: &stream) { return box(around: voxel, in: index.size) }
      }
    case .positiveNegative(let positive, let negative):
      let isPositive = stream.uniform() * (max(positive, 0) + max(negative, 0)) < max(positive, 0)
      let background = index.voxel(of: 0, using: &stream)
      let foreground = index.foregroundVoxel(using: &stream)
      if let voxel = isPositive ? foreground ?? background : background ?? foreground {
        return box(around: voxel, in: index.size)
      }
    case .classes(let weights):
      let present = weights.enumerated().map { label, weight in
        label <= Int(UInt16.max) && index.count(of: UInt16(label)) > 0 ? weight : 0
      }
      if let label = Pipeline.pick(present, using: &stream),
        let voxel = index.voxel(of: UInt16(label), using: &stream)
      {
        return box(around: voxel, in: index.size)
      }
    }
    return anywhere(in: index.size, using: &stream)
  }

  /// A place for a patch, all equally likely.
  public func anywhere(in extent: GridSize, using stream: inout RandomStream) -> GridBox {
    var lower = GridIndex.zero
    for axis in 0..<3 {
      let room = extent[axis] - size[axis]
      lower[axis] = room > 0 ? stream.integer(below: room + 1) : -((-room) / 2)
    }
    return GridBox(lower: lower, upper: lower &+ size)
  }

  /// The patch whose middle is the voxel, moved into the image as far as it fits.
  public func box(around voxel: GridIndex, in extent: GridSize) -> GridBox {
    var lower = GridIndex.zero
    for axis in 0..<3 {
      let room = extent[axis] - size[axis]
      lower[axis] = room > 0 ? min(max(voxel[axis] - size[axis] / 2, 0), room) : -((-room) / 2)
    }
    return GridBox(lower: lower, upper: lower &+ size)
  }

  /// The patch of all images, which lie on one grid.
  /// - Parameter boundary: what lies outside scalar images; label maps get 0 where it is a constant.
  /// - Throws: `TransformError` when the grids differ.
  public func patch(
    at box: GridBox, of subject: Subject, boundary: Boundary = .border
  ) throws(TransformError) -> Subject {
    try Crop(box, boundary: boundary)(subject)
  }

  /// The patch of all images, deformed in the same pass: places that the deformation brings in from outside
  /// the box come from the image, not from a border.
  /// - Throws: `TransformError` when a geometry has no inverse.
  public func patch(
    at box: GridBox, of subject: Subject, deformedBy deformation: Deformation,
    using stream: inout RandomStream
  ) throws(TransformError) -> Subject {
    let grid = GridChange(cropping: try subject.commonGrid(), to: box).target
    var result = subject
    let parameters = try deformation.parameters(onto: grid, using: &stream)
    try deformation.apply(parameters, to: &result)
    return result
  }
}
