public import MedImage
public import MedVoxel

/// Rotates, scales, shears, shifts and bends all images of a subject together, resampling each once.
///
/// The affine part turns about the grid's center, and the image's geometry turns with it: what is at a place in
/// the world stays there. The elastic part moves the points of a coarse grid at random and lets a cubic
/// B-spline carry the voxels along; below about 0.4 times the distance of the points it does not fold.
///
/// - Shape: `[C, I, J, K]` in, same shape out.
/// - Units: radians, millimetres; `scale` above 1 makes things larger.
/// - Inverse: resamples back when there is no elastic part; with one there is none.
/// - Complexity: one pass.
/// - Source: the free-form deformation of Rueckert et al., IEEE TMI 1999.
public struct Deformation: InvertibleTransform {
  public static var name: String { "deformation" }
  public static var effect: TransformEffect { .geometry }

  /// Radians about the world's x, y, z; three draws.
  public var rotation: Draw
  /// One draw for all axes.
  public var scale: Draw
  /// One more factor for each axis.
  public var stretch: Draw
  /// How far x moves for a step along y and z, y along x and z, z along x and y: six draws, one shear after
  /// the other, so that volume stays.
  public var shear: Draw
  /// Millimetres along x, y, z; three draws.
  public var translation: Draw
  /// Standard deviation in millimetres of the control points' displacements; one draw.
  public var displacement: Draw
  /// Millimetres between control points.
  public var controlSpacing: Double
  public var interpolation: Interpolation
  public var boundary: Boundary

  public init(
    rotation: Draw = 0, scale: Draw = 1, stretch: Draw = 1, shear: Draw = 0, translation: Draw = 0,
    displacement: Draw = 0, controlSpacing: Double = 40, interpolation: Interpolation = .linear,
    boundary: Boundary = .border
  ) {
    self.rotation = rotation
    self.scale = scale
    self.stretch = stretch
    self.shear = shear
    self.translation = translation
    self.displacement = displacement
    self.controlSpacing = controlSpacing
    self.interpolation = interpolation
    self.boundary = boundary
  }

  public struct Parameters: Codable, Hashable, Sendable {
    /// From a place on the target grid to the place in the world whose value it gets.
    public var affine: Affine
    /// Where images come out, before the affine part turns it.
    public var target: Grid
    /// The elastic part; nil where there is none.
    public var elastic: Elastic?
    /// Where the images were.
    public var sources: [String: Grid]
  }

  public func parameters(
    for subject: Subject, using stream: inout RandomStream
  ) throws(TransformError) -> Parameters {
    var drawn = try parameters(onto: try subject.commonGrid(), using: &stream)
    for name in subject.names { drawn.sources[name] = subject[name]?.grid }
    return drawn
  }

  /// Parameters that bring images onto a grid of your choice, such as that of a patch: cropping and deforming
  /// are then one pass over the patch, and what the patch needs from its surroundings is there.
  public func parameters(
    onto target: Grid, using stream: inout RandomStream
  ) throws(TransformError) -> Parameters {
    let angles = rotation.perAxis(using: &stream)
    let size = scale(using: &stream)
    let factors = stretch.perAxis(using: &stream) * size
    let (shears, moreShears) = (shear.perAxis(using: &stream), shear.perAxis(using: &stream))
    let shift = translation.perAxis(using: &stream)
    let deviation = displacement(using: &stream)
    let seed = stream.next()

    guard factors.x > 0, factors.y > 0, factors.z > 0, deviation >= 0, !target.affine.isSingular else {
      throw TransformError(
        "expected scales above 0, a displacement of 0 or more and voxels with a volume, found scales "
          + "\(describe(factors)), a displacement of \(rounded(deviation)) mm, "
          + "spacing \(describe(target.spacing)) mm", cause: .usage)
    }
    let center = target.affine(
      [Double(target.size.x - 1), Double(target.size.y - 1), Double(target.size.z - 1)] * 0.5)
    let shearing = Affine(shears: [shears.x, shears.y, shears.z, moreShears.x, moreShears.y, moreShears.z])
    let affine =
      .translation(center + shift) * Affine(rotationAngles: angles) * shearing * Affine(spacing: 1 / factors)
      * .translation(-center)
    let elastic =
      deviation > 0
      ? try Elastic(deviation: deviation, controlSpacing: controlSpacing, seed: seed, over: target) : nil
    return Parameters(affine: affine, target: target, elastic: elastic, sources: [:])
  }

  public func apply(_ parameters: Parameters, to subject: inout Subject) throws(TransformError) {
    let displacement = parameters.elastic?.displacement(on: parameters.target)
    let moved = Grid(
      size: parameters.target.size, affine: parameters.affine * parameters.target.affine)
    try subject.updateEach { name, image throws(TransformError) in
      let change = try GridChange(resampling: image.grid, to: moved, named: name)
      try image.warp(change, interpolation, boundary, displacement, named: name)
    }
  }

  public func invert(_ parameters: Parameters, on subject: inout Subject) throws(TransformError) {
    guard parameters.elastic == nil else {
      throw TransformError(
        "an elastic deformation has no inverse", remedy: "set its displacement to 0", cause: .usage)
    }
    let moved = Grid(
      size: parameters.target.size, affine: parameters.affine * parameters.target.affine)
    try subject.updateEach { name, image throws(TransformError) in
      let source = parameters.sources[name] ?? parameters.target
      if let difference = image.grid.difference(from: moved) {
        throw TransformError(
          "image “\(name)” does not lie where the forward pass left it: \(difference)",
          remedy: "undo the steps in reverse order")
      }
      let change = try GridChange(resampling: image.grid, to: source, named: name)
      try image.warp(change, interpolation, boundary, nil, named: name)
    }
  }
}

extension Subject.Image {
  fileprivate mutating func warp(
    _ change: GridChange, _ interpolation: Interpolation, _ boundary: Boundary, _ displacement: Displacement?,
    named name: String
  ) throws(TransformError) {
    let target = change.target
    do {
      switch self {
      case .scalar(let image):
        let voxels = try image.voxels.resampled(
          to: target.size, by: change.matrix, interpolation: interpolation, boundary: boundary,
          displacement: displacement)
        self = .scalar(ScalarImage(voxels: voxels, affine: target.affine))
      case .labels(let map):
        let voxels = try map.voxels.resampledNearest(
          to: target.size, by: change.matrix, boundary: boundary.isConstant ? .zeros : boundary,
          displacement: displacement)
        self = .labels(LabelMap(voxels: voxels, affine: target.affine))
      }
    } catch {
      throw TransformError(error, at: "image “\(name)”")
    }
  }
}
