public import MedImage
public import MedVoxel

/// Cuts a box out of every image; where the box leaves the image, it is padded.
///
/// All images lie on one grid.
///
/// - Shape: `[C, I, J, K]` in, the box's size out.
/// - Inverse: pads with zeros to the original size.  - Complexity: one copy of the box.
public struct Crop: GridTransform {
  public static var name: String { "crop" }
  public var box: GridBox
  public var boundary: Boundary

  public init(_ box: GridBox, boundary: Boundary = .constant(0)) {
    self.box = box
    self.boundary = boundary
  }

  public func parameters(
    for subject: Subject, using stream: inout RandomStream
  ) throws(TransformError) -> GridChanges {
    _ = try subject.commonGrid()
    return try GridChanges(subject) { _, grid in GridChange(cropping: grid, to: box) }
  }
}

/// Cuts out the middle; axes that are shorter than wanted stay as they are.
///
/// - Shape: `[C, I, J, K]` in, at most `size` out; a size of 0 keeps an axis.
/// - Inverse: pads with zeros to the original size.  - Complexity: one copy of the result.
public struct CenterCrop: GridTransform {
  public static var name: String { "center-crop" }
  public var size: GridSize

  public init(to size: GridSize) { self.size = size }

  public func parameters(
    for subject: Subject, using stream: inout RandomStream
  ) throws(TransformError) -> GridChanges {
    _ = try subject.commonGrid()
    return try GridChanges(subject) { _, grid in
      var box = GridBox(size: grid.size)
      for axis in 0..<3 where size[axis] > 0 && size[axis] < grid.size[axis] {
        box.lower[axis] = grid.size[axis] / 2 - size[axis] / 2
        box.upper[axis] = box.lower[axis] + size[axis]
      }
      return GridChange(cropping: grid, to: box)
    }
  }
}

/// Pads every image to at least a size, evenly on both sides or at the end alone.
///
/// - Shape: `[C, I, J, K]` in, at least `size` out; of an odd difference, the larger half comes after.
/// - Inverse: cuts the padding off, exactly.  - Complexity: one copy.
public struct SpatialPad: GridTransform {
  public enum Side: String, Codable, Hashable, Sendable { case both, end }

  public static var name: String { "spatial-pad" }
  public var size: GridSize
  public var side: Side
  public var boundary: Boundary

  public init(to size: GridSize, side: Side = .both, boundary: Boundary = .constant(0)) {
    self.size = size
    self.side = side
    self.boundary = boundary
  }

  public func parameters(
    for subject: Subject, using stream: inout RandomStream
  ) throws(TransformError) -> GridChanges {
    let common = try subject.commonGrid()
    if boundary == .mirror {
      for axis in 0..<3
      where size[axis] - common.size[axis] > (side == .both ? 2 : 1) * (common.size[axis] - 1) {
        throw TransformError(
          "an axis of \(common.size[axis]) voxels can't be mirrored to \(size[axis])",
          remedy: "pad with a constant or the border", cause: .usage)
      }
    }
    return try GridChanges(subject) { _, grid in
      var box = GridBox(size: grid.size)
      for axis in 0..<3 where size[axis] > grid.size[axis] {
        box.lower[axis] = side == .both ? -((size[axis] - grid.size[axis]) / 2) : 0
        box.upper[axis] = box.lower[axis] + size[axis]
      }
      return GridChange(cropping: grid, to: box)
    }
  }
}
