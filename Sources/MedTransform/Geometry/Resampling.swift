public import MedImage
public import MedVoxel

/// Resamples every image onto one grid: a given one, or that of one of the subject's images.
///
/// With it, a label map comes back into the scan's own grid.
///
/// - Shape: `[C, I, J, K]` in, the grid's size out.
/// - Inverse: resamples back.  - Complexity: one pass; nothing for images that lie on the grid already.
public struct Resampling: GridTransform {
  public enum Target: Codable, Hashable, Sendable {
    case grid(Grid)
    /// The grid of the image with this name.
    case image(named: String)
  }

  public static var name: String { "resampling" }
  public var target: Target
  public var interpolation: Interpolation
  public var boundary: Boundary
  public var inverseBoundary: Boundary { boundary }

  public init(
    to target: Target, interpolation: Interpolation = .linear, boundary: Boundary = .constant(0)
  ) {
    self.target = target
    self.interpolation = interpolation
    self.boundary = boundary
  }

  public func parameters(
    for subject: Subject, using stream: inout RandomStream
  ) throws(TransformError) -> GridChanges {
    let wanted: Grid
    switch target {
    case .grid(let grid): wanted = grid
    case .image(let name):
      guard let image = subject[name] else {
        throw TransformError(
          "there is no image “\(name)” to take the grid from; the subject has "
            + subject.names.joined(separator: ", "), cause: .usage)
      }
      wanted = image.grid
    }
    return try GridChanges(subject) { name, grid throws(TransformError) in
      if grid.difference(from: wanted, tolerance: 1e-6) == nil {
        return GridChange(source: grid, target: wanted, matrix: .identity)
      }
      return try GridChange(resampling: grid, to: wanted, named: name)
    }
  }
}
