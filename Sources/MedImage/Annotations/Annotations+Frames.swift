public import MedVoxel

extension Annotations {
  /// The same annotations in another frame.
  ///
  /// From pixels to millimeters the slice of each must be clear: named, or the image's only one. From millimeters to
  /// pixels, contours must lie in slices across the third axis, as `options.plane` has it, and points, boxes and
  /// ellipses get the slice they are nearest to. Numbers are rounded to doubles on the way.
  ///
  /// - Throws: `ImageError` with all that belongs to no slice of the image.
  public func converted(
    to target: CoordinateFrame, on grid: Grid, options: FillOptions = FillOptions()
  ) throws(ImageError) -> Annotations {
    guard target != frame else { return self }
    let placing = try ContourPlacing(ContourSet(contours, frame: frame), on: grid, options: options)
    let toIndices = placing.indices
    let fromIndices = try target.fromIndices(of: grid)
    var problems = ProblemList()
    // A lone slice needs no name.
    func named(_ k: Int) -> SliceReference? { grid.size.z == 1 ? nil : SliceReference(index: k) }
    // Where an annotation's points go, and its slice.
    func way(
      _ points: [SIMD3<Double>], _ slice: SliceReference?, line: Int?, isContour: Bool
    ) -> (place: (SIMD3<Double>) -> SIMD3<Double>, slice: SliceReference?)? {
      if frame != .world, target != .world { return ({ fromIndices(toIndices($0)) }, slice) }
      let contour = Contour(points, slice: slice, line: line)
      let indices = points.map { toIndices($0) }
      if frame == .world {
        if isContour {
          guard let plane = placing.plane(of: contour, [indices], &problems) else { return nil }
          guard plane.axis == 2 else {
            problems.append("the contour lies across axis \(plane.axis), not in a slice", at: contour.place)
            return nil
          }
          return ({ Self.flat(fromIndices(toIndices($0))) }, named(plane.index))
        }
        let k = (indices.first?.z ?? 0).rounded()
        guard k >= 0, k < Double(grid.size.z) else {
          problems.append("the slice \(rounded(k)) is not in the image", at: line.map { "line \($0)" })
          return nil
        }
        return ({ Self.flat(fromIndices(toIndices($0))) }, named(Int(k)))
      }
      guard let plane = placing.plane(of: contour, [indices], &problems) else { return nil }
      return (
        { point in
          var index = toIndices(point)
          index.z = Double(plane.index)
          return fromIndices(index)
        }, nil
      )
    }
    var result = self
    result.frame = target
    result.contours = contours.compactMap { contour in
      guard !contour.points.isEmpty,
        let (place, slice) = way(contour.points, contour.slice, line: contour.line, isContour: true)
      else { return nil }
      var moved = contour
      (moved.points, moved.slice) = (contour.points.map(place), slice)
      moved.holes = contour.holes.map { $0.map(place) }
      return moved
    }
    result.points = points.compactMap { point in
      guard let (place, slice) = way([point.position], point.slice, line: point.line, isContour: false) else {
        return nil
      }
      var moved = point
      (moved.position, moved.slice) = (place(point.position), slice)
      return moved
    }
    func moved(_ box: AnnotationBox) -> AnnotationBox? {
      var moved = box
      moved.halfAxes = box.halfAxes.map { fromIndices.linear(toIndices.linear($0)) }
      if box.extents.count == 3, box.slice == nil {
        // A solid lies in no single slice.
        moved.center = fromIndices(toIndices(box.center))
        return moved
      }
      guard let (place, slice) = way([box.center], box.slice, line: box.line, isContour: false) else {
        return nil
      }
      (moved.center, moved.slice) = (place(box.center), slice)
      return moved
    }
    result.boxes = boxes.compactMap { moved($0) }
    result.ellipses = ellipses.compactMap { moved($0.box).map { AnnotationEllipse(in: $0) } }
    try problems.check()
    return result
  }

  private static func flat(_ point: SIMD3<Double>) -> SIMD3<Double> { [point.x, point.y, 0] }
}

extension CoordinateFrame {
  /// From the indices of an image's voxels to coordinates.
  fileprivate func fromIndices(of grid: Grid) throws(ImageError) -> Affine {
    switch self {
    case .pixels(.centers): .identity
    case .pixels(.corners): .translation([0.5, 0.5, 0])
    case .world: grid.affine
    }
  }
}
