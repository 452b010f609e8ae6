public import MedVoxel

extension ContourSet {
  /// Fills closed contours on the slices they lie in.
  ///
  /// A voxel belongs to a contour when the fill rule holds for its center, and to an object when it belongs to its
  /// outlines, put together by `combination`, and not to its holes; holes are filled by the same rules, so that with
  /// `OutlineRule.inside` a center on a hole's edge stays. Contours in millimeters are filled on the slices across
  /// whichever axis of the grid they lie flat in, at any angle to the world. Parts outside of the grid are cut off.
  ///
  /// - Throws: `ImageError` with every contour whose slice isn't clear or whose coordinates are no numbers.
  /// - Complexity: O(points · log points + voxels in the contours' boxes), on all processors.
  public func labelMap(on grid: Grid, options: FillOptions = FillOptions()) throws(ImageError)
    -> Rasterization
  {
    let numbers = try AnnotationClass.numbers(classes, labels: contours.lazy.filter(\.isClosed).map(\.label))
    var notes: [String] = []
    let placed = try ContourPlacing(self, on: grid, options: options).all(notes: &notes)
    let byName = Dictionary(numbers.map { ($0.name, $0.number) }) { first, _ in first }
    let painter = try ContourPainter(self, placed, numbers: byName, grid, options)
    let voxels = VoxelBuffer<UInt16>(size: grid.size) { target in
      target.initialize(repeating: 0)
      painter.paint(target)
    }
    return Rasterization(
      labels: LabelMap(voxels: voxels, affine: grid.affine),
      classes: numbers.map { .init(name: $0.name, number: $0.number) }, notes: notes)
  }
}
