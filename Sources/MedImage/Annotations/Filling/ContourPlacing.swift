import MedVoxel

/// Finds the slices of contours, and their corners on them.
struct ContourPlacing {
  /// A contour on a slice of a grid.
  struct Placed: Sendable {
    /// The index of the contour in its set.
    var contour: Int
    var plane: GridPlane
    /// The outline, then its holes, in indices of the plane's two axes.
    var rings: [[SIMD2<Double>]]
  }

  let contours: ContourSet
  let grid: Grid
  private let options: FillOptions
  let indices: Affine
  /// The distances between neighboring slices along each axis, in millimeters.
  private let distances: SIMD3<Double>
  /// Whether all contours that name slices name the same one.
  private let hasOneReference: Bool

  init(_ contours: ContourSet, on grid: Grid, options: FillOptions) throws(ImageError) {
    self.contours = contours
    self.grid = grid
    self.options = options
    indices = try contours.frame.indices(of: grid)
    guard !grid.affine.isSingular else {
      throw ImageError("the grid's affine has no inverse", remedy: "mend the geometry in the image's header")
    }
    let (i, j, k) = grid.affine.columns
    let volume = grid.affine.voxelVolume
    distances = [volume / length(cross(j, k)), volume / length(cross(k, i)), volume / length(cross(i, j))]
    let references = contours.contours.lazy.compactMap(\.slice)
    hasOneReference = references.first.map { one in references.allSatisfy { $0 == one } } ?? true
  }

  /// The contours that can be filled.
  ///
  /// - Parameter notes: gets what is left out.
  /// - Throws: `ImageError` with all contours whose slice isn't clear or whose coordinates can't be used.
  func all(notes: inout [String]) throws(ImageError) -> [Placed] {
    var placed: [Placed] = []
    var problems = ProblemList()
    var (open, short, outside) = (0, 0, 0)
    for (index, contour) in contours.contours.enumerated() {
      guard contour.isClosed else {
        open += 1
        continue
      }
      guard contour.points.count >= 3 else {
        short += 1
        continue
      }
      let rings = ([contour.points] + contour.holes.filter { $0.count >= 3 }).map { ring in
        ring.map { place($0) }
      }
      if let point = rings.joined().first(where: { !isUsable($0) }) {
        problems.append(
          "the corner (\(point.x), \(point.y), \(point.z)) in voxels is no usable position",
          at: contour.place,
          remedy: "are the coordinates in \(contours.frame)?")
        continue
      }
      guard let plane = plane(of: contour, rings, &problems) else { continue }
      guard plane.index >= 0, plane.index < grid.size[plane.axis] else {
        outside += 1
        continue
      }
      placed.append(
        Placed(contour: index, plane: plane, rings: rings.map { $0.map { plane.coordinates($0) } }))
    }
    try problems.check()
    if open > 0 { notes.append("\(open) open lines enclose nothing and are left out") }
    if short > 0 { notes.append("\(short) contours with fewer than three points are left out") }
    if outside > 0 { notes.append("\(outside) contours lie on slices outside of the image and are left out") }
    return placed
  }

  /// In voxels. Millimeters went through decimals and a matrix, so that what was drawn on a voxel's center or edge lies
  /// a little beside it: coordinates within a ten-thousandth of a voxel are put back.
  private func place(_ point: SIMD3<Double>) -> SIMD3<Double> {
    let index = indices(point)
    guard contours.frame == .world else { return index }
    let half = (index * 2).rounded(.toNearestOrEven) / 2
    let (above, below) = (index - half .< 1e-4, index - half .> -1e-4)
    return index.replacing(with: half, where: above .& below)
  }

  private func isUsable(_ point: SIMD3<Double>) -> Bool {
    Swift.all(point .<= PolygonFill.farthest) && Swift.all(point .>= -PolygonFill.farthest)
  }

  func plane(
    of contour: Contour, _ rings: [[SIMD3<Double>]], _ problems: inout ProblemList
  ) -> GridPlane? {
    if let slice = contour.slice { return named(slice, contour, &problems) }
    guard contours.frame != .world else { return level(rings, contour, &problems) }
    if grid.size.z == 1 { return GridPlane(axis: 2, index: 0) }
    problems.append(
      "the contour doesn't say which of the \(grid.size.z) slices it lies on", at: contour.place,
      remedy: "draw it on an image of one slice")
    return nil
  }

  /// The slice that a file names.
  private func named(_ slice: SliceReference, _ contour: Contour, _ problems: inout ProblemList) -> GridPlane?
  {
    if let index = slice.index { return GridPlane(axis: 2, index: index) }
    if let name = slice.name, let index = options.slices[name] { return GridPlane(axis: 2, index: index) }
    if let height = slice.height, height.isFinite, let index = index(atHeight: height) {
      return GridPlane(axis: 2, index: index)
    }
    if grid.size.z == 1, hasOneReference { return GridPlane(axis: 2, index: 0) }
    problems.append(
      "the slice \(slice) is not in the image", at: contour.place,
      remedy: "choose the series that the contours were drawn on")
    return nil
  }

  private func index(atHeight height: Double) -> Int? {
    let (step, start) = (grid.affine.columns.k.z, grid.affine.origin.z)
    let place = step == 0 ? 0 : (height - start) / step
    guard abs(place) < PolygonFill.farthest else { return nil }
    let nearest = place.rounded()
    let distance = abs(start + nearest * step - height)
    switch options.plane {
    case .within(let tolerance): return distance <= tolerance ? Int(nearest) : nil
    case .nearest: return abs(place - nearest) <= 0.5 && step != 0 ? Int(nearest) : nil
    }
  }

  /// The slice in which all points lie.
  private func level(
    _ rings: [[SIMD3<Double>]], _ contour: Contour, _ problems: inout ProblemList
  ) -> GridPlane? {
    let points = rings.joined()
    var (low, high, sum) = (rings[0][0], rings[0][0], SIMD3<Double>.zero)
    for point in points {
      (low, high) = (pointwiseMin(low, point), pointwiseMax(high, point))
      sum += point
    }
    let extent = (high - low) * distances
    // The third axis where several are equally flat.
    let axis = [2, 1, 0].min { extent[$0] < extent[$1] } ?? 2
    let mean = sum[axis] / Double(rings.reduce(0) { $0 + $1.count })
    switch options.plane {
    case .within(let tolerance):
      for axis in [2, 1, 0] {
        let slice = ((low[axis] + high[axis]) / 2).rounded()
        let off = max(high[axis] - slice, slice - low[axis]) * distances[axis]
        if off <= tolerance { return GridPlane(axis: axis, index: Int(slice)) }
      }
      let slice = mean.rounded()
      let off = max(high[axis] - slice, slice - low[axis]) * distances[axis]
      problems.append(
        "the contour lies in no slice: \(rounded(extent[axis])) mm thick, and up to \(rounded(off)) mm from the "
          + "middle of slice \(Int(slice)) along axis \(axis)", at: contour.place,
        remedy: "choose the grid it was drawn on, a larger tolerance, or the nearest slice")
    case .nearest:
      let slice = mean.rounded()
      if high[axis] - slice <= 1, slice - low[axis] <= 1 { return GridPlane(axis: axis, index: Int(slice)) }
      problems.append(
        "the contour reaches over several slices: \(rounded(extent[axis])) mm along axis \(axis), whose slices are "
          + "\(rounded(distances[axis])) mm apart", at: contour.place,
        remedy: "choose a grid whose slices lie in the contours' plane")
    }
    return nil
  }
}

/// A slice of a grid across one of its axes.
struct GridPlane: Hashable, Sendable {
  /// The axis that stands still: 0, 1 or 2.
  var axis: Int
  var index: Int

  /// The axes within the slice, the faster first.
  var axes: (u: Int, v: Int) { axis == 2 ? (0, 1) : axis == 1 ? (0, 2) : (1, 2) }

  func coordinates(_ point: SIMD3<Double>) -> SIMD2<Double> { [point[axes.u], point[axes.v]] }
}
