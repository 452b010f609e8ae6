public import MedImage
public import MedVoxel

/// How one image moves from grid to grid.
public struct GridChange: Codable, Hashable, Sendable {
  public var source: Grid
  public var target: Grid
  /// From voxel indices of the target to voxel indices of the source. Whole numbers where voxels are only moved.
  public var matrix: Affine

  public init(source: Grid, target: Grid, matrix: Affine) {
    self.source = source
    self.target = target
    self.matrix = matrix
  }

  /// Voxels are moved, not mixed: the target's index is a whole-numbered function of the source's.
  init(moving source: Grid, by matrix: Affine, size: GridSize) {
    self.init(source: source, target: Grid(size: size, affine: source.affine * matrix), matrix: matrix)
  }

  /// The voxels of a box, which may leave the image.
  init(cropping source: Grid, to box: GridBox) {
    let lower = box.lower
    let size = GridSize(max(0, box.size.x), max(0, box.size.y), max(0, box.size.z))
    self.init(
      moving: source, by: .translation([Double(lower.x), Double(lower.y), Double(lower.z)]), size: size)
  }

  /// The same places in the world on other voxels.
  /// - Throws: `TransformError` when the source's geometry has no inverse.
  init(resampling source: Grid, to target: Grid, named name: String) throws(TransformError) {
    do {
      self.init(source: source, target: target, matrix: try source.affine.inverse() * target.affine)
    } catch {
      throw TransformError(error, at: "image “\(name)”")
    }
  }

  /// The way back.
  func inverted(named name: String) throws(TransformError) -> GridChange {
    do {
      return GridChange(source: target, target: source, matrix: try matrix.inverse())
    } catch {
      throw TransformError(error, at: "image “\(name)”")
    }
  }

  /// Whether every voxel stays where it is.
  var isIdentity: Bool { source.size == target.size && matrix == .identity }
}

/// How each of a subject's images moves.
public struct GridChanges: Codable, Hashable, Sendable {
  public var images: [String: GridChange]

  public init(images: [String: GridChange]) { self.images = images }

  init(
    _ subject: Subject, _ change: (String, Grid) throws(TransformError) -> GridChange
  ) throws(TransformError) {
    images = [:]
    for name in subject.names {
      guard let grid = subject[name]?.grid else { continue }
      images[name] = try change(name, grid)
    }
  }

  /// The way back for an image that lies on a target grid: its own, or that of a neighbour it was made from.
  func inverse(for name: String, on grid: Grid) throws(TransformError) -> GridChange {
    let named = images[name].map { [$0] } ?? []
    let others = images.keys.sorted().compactMap { images[$0] }
    guard let change = (named + others).first(where: { grid.difference(from: $0.target) == nil }) else {
      let known = images[name] ?? others.first
      let difference = known.flatMap { grid.difference(from: $0.target) } ?? "no image was transformed"
      throw TransformError(
        "image “\(name)” lies on no grid that the forward pass made: \(difference)",
        remedy: "undo the steps in reverse order, on the grid that they gave")
    }
    return try change.inverted(named: name)
  }
}

/// A transform that moves images from grid to grid; what is at a place in the world stays there.
public protocol GridTransform: InvertibleTransform where Parameters == GridChanges {
  /// How scalar images are sampled; label maps always take the nearest voxel.
  var interpolation: Interpolation { get }
  /// What lies outside an image.
  var boundary: Boundary { get }
  /// What lies outside it on the way back.
  var inverseBoundary: Boundary { get }
}

extension GridTransform {
  public static var effect: TransformEffect { .geometry }
  public var interpolation: Interpolation { .linear }
  public var boundary: Boundary { .constant(0) }
  public var inverseBoundary: Boundary { .constant(0) }

  public func apply(_ parameters: GridChanges, to subject: inout Subject) throws(TransformError) {
    try subject.updateEach { name, image throws(TransformError) in
      guard let change = parameters.images[name] else {
        throw TransformError(
          "nothing is recorded for image “\(name)”",
          remedy: "replay on a subject that has the same images as the original")
      }
      guard image.grid.size == change.source.size else {
        throw TransformError(
          "image “\(name)” has \(describe(image.grid.size)) voxels; the parameters are for "
            + describe(change.source.size), remedy: "draw parameters for this subject")
      }
      try image.move(change, interpolation, boundary, named: name)
    }
  }

  public func invert(_ parameters: GridChanges, on subject: inout Subject) throws(TransformError) {
    try subject.updateEach { name, image throws(TransformError) in
      let change = try parameters.inverse(for: name, on: image.grid)
      try image.move(change, interpolation, inverseBoundary, named: name)
    }
  }
}
