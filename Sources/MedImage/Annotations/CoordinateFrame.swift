import MedVoxel

/// What the coordinates of points and contours count. Every annotation says it; nothing is guessed from the numbers.
public enum CoordinateFrame: Hashable, Codable, Sendable {
  /// RAS+ millimeters.
  case world
  /// Pixels of an image: x along its first axis (columns, to the right), y along its second (rows, downward), and z
  /// along its third where it has one.
  case pixels(PixelAnchor)

  /// Where whole pixel coordinates lie.
  public enum PixelAnchor: String, Codable, Sendable, CaseIterable {
    /// (0, 0) is the center of the first pixel, as array indices are.
    case centers
    /// (0, 0) is the outer corner of the first pixel, whose center is (0.5, 0.5), as in drawing programs and slide
    /// viewers.
    case corners
  }

  /// From coordinates to the indices of an image's voxels.
  /// - Throws: `ImageError` when the grid's affine has no inverse.
  func indices(of grid: Grid) throws(ImageError) -> Affine {
    switch self {
    case .pixels(.centers): return .identity
    // The third axis counts slices, which have no corners here.
    case .pixels(.corners): return .translation([-0.5, -0.5, 0])
    case .world:
      do {
        return try grid.affine.inverse()
      } catch {
        throw ImageError(error.problems)
      }
    }
  }
}

extension CoordinateFrame: CustomStringConvertible {
  public var description: String {
    switch self {
    case .world: "RAS+ millimeters"
    case .pixels(.centers): "pixels, (0, 0) the center of the first"
    case .pixels(.corners): "pixels, (0, 0) the corner of the first"
    }
  }
}
