import MedVoxel

/// Where the frames of a multi-frame object lie on one grid.
struct DICOMFramePlacement: Sendable {
  var grid: Grid
  /// Whether the object says where it lies.
  var hasGeometry: Bool
  /// The index along the third axis of each frame.
  var slices: [Int]
  /// The center of each frame's first pixel.
  var origins: [WorldPoint] = []
  var notes: [String] = []

  /// Slices without a frame are filled in between the others: frames that would be empty may be left out.
  /// - Throws: `ImageError` when frames lie in different directions, or some of them nowhere.
  static func make(
    _ planes: [DICOMFrameGroups.Plane], columns: Int, rows: Int, fallback: [Int], at name: String
  ) throws(ImageError) -> DICOMFramePlacement {
    guard let first = planes.first else { throw ImageError("the object has no frames", at: name) }
    let placed = planes.count { $0.position != nil }
    guard placed > 0, let normal = first.normal else {
      return unplaced(first, columns: columns, rows: rows, fallback: fallback)
    }
    guard placed == planes.count else {
      throw ImageError("\(planes.count - placed) of \(planes.count) frames have no position", at: name)
    }
    for (index, plane) in planes.enumerated() {
      guard let row = plane.row, let column = plane.column, let a = first.row, let b = first.column,
        length(row - a) < 1e-3, length(column - b) < 1e-3,
        length2((plane.spacing ?? [1, 1]) - (first.spacing ?? [1, 1])) < 1e-6
      else {
        throw ImageError(
          "frame \(index + 1) has another orientation or pixel spacing than frame 1", at: name,
          remedy: "split the object into parts of one orientation")
      }
    }
    var placement = DICOMFramePlacement(
      grid: Grid(size: [columns, rows, 1], affine: .identity), hasGeometry: first.spacing != nil, slices: [])
    placement.place(planes, first, normal)
    return placement
  }

  private mutating func place(
    _ planes: [DICOMFrameGroups.Plane], _ first: DICOMFrameGroups.Plane, _ normal: SIMD3<Double>
  ) {
    let positions = planes.map { $0.position ?? .zero }
    let distances = positions.map { dot($0, normal) }
    let order = distances.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
    // A hundredth of a millimeter is noise in decimal strings.
    var levels: [Int] = []
    var levelOf = [Int](repeating: 0, count: planes.count)
    for index in order {
      if let last = levels.last, distances[index] - distances[last] < 0.01 {
      } else {
        levels.append(index)
      }
      levelOf[index] = levels.count - 1
    }
    let (lowest, highest) = (levels[0], levels[levels.count - 1])
    let heights = levels.map { distances[$0] - distances[lowest] }
    var step = normal * (first.sliceSpacing ?? first.thickness ?? 1)
    if length(step) == 0 { step = normal }
    var count = levels.count
    var places = Array(0..<levels.count)
    if levels.count > 1 {
      let gaps = zip(heights.dropFirst(), heights).map { $0 - $1 }
      let candidates = [first.sliceSpacing, gaps.min(), first.thickness].compactMap { $0 }
      if let even = candidates.lazy.compactMap({ Self.evenPlaces(heights, step: $0) }).first {
        places = even
        count = (even.last ?? 0) + 1
      } else {
        notes.append(
          "slices are not evenly spaced: gaps from \(rounded(gaps.min() ?? 0)) to "
            + "\(rounded(gaps.max() ?? 0)) mm")
      }
      step = (positions[highest] - positions[lowest]) / Double(count - 1)
    }
    let spacing = first.spacing ?? [1, 1]
    if first.spacing == nil { notes.append("the object gives no pixel spacing; 1 mm is assumed") }
    grid.size.z = count
    grid.affine = Affine(
      i: Self.ras(first.row ?? .zero) * spacing.x, j: Self.ras(first.column ?? .zero) * spacing.y,
      k: Self.ras(step), origin: Self.ras(positions[lowest]))
    slices = levelOf.map { places[$0] }
    origins = positions.map(Self.ras)
  }

  /// The multiples of a step that heights above the first are; nil where they are none.
  private static func evenPlaces(_ heights: [Double], step: Double) -> [Int]? {
    guard let last = heights.last, step > 0, last / step < 1_048_576 else { return nil }
    let count = (last / step).rounded()
    guard count >= 1 else { return nil }
    let exact = last / count
    guard abs(exact - step) <= 0.02 * step else { return nil }
    var places: [Int] = []
    for height in heights {
      let place = (height / exact).rounded()
      guard abs(height / exact - place) < 0.05, places.last.map({ Double($0) < place }) ?? true else {
        return nil
      }
      places.append(Int(place))
    }
    return places
  }

  /// Frames that say nothing of where they lie: by their dimension indices, or else in their order.
  private static func unplaced(
    _ plane: DICOMFrameGroups.Plane, columns: Int, rows: Int, fallback: [Int]
  ) -> DICOMFramePlacement {
    let spacing = plane.spacing ?? [1, 1]
    let step = plane.sliceSpacing ?? plane.thickness ?? 1
    return DICOMFramePlacement(
      grid: Grid(
        size: [columns, rows, (fallback.max() ?? 0) + 1],
        affine: Affine(i: [-spacing.x, 0, 0], j: [0, -spacing.y, 0], k: [0, 0, step > 0 ? step : 1])),
      hasGeometry: false, slices: fallback,
      notes: ["the frames have no positions: they are in the order of their indices"])
  }

  /// The same frames on a grid that has their planes among its slices.
  ///
  /// - Throws: `ImageError` that says where the first frame lies on that grid, when its pixels are not the
  ///   grid's voxels.
  func onto(_ target: Grid, at name: String) throws(ImageError) -> DICOMFramePlacement {
    guard hasGeometry else {
      throw ImageError(
        "the frames say nothing of where they lie", at: name, remedy: "leave the reference out")
    }
    let inverse: Affine
    do { inverse = try target.affine.inverse() } catch {
      throw ImageError(error.problems, cause: error.cause)
    }
    let relative = inverse * grid.affine
    func near(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Bool {
      length(a - b) * Double(max(grid.size.x, grid.size.y)) < 0.05
    }
    var result = self
    result.grid = target
    result.slices = []
    for origin in origins {
      let place = inverse(origin)
      let k = place.z.rounded()
      guard near(relative.linear([1, 0, 0]), [1, 0, 0]), near(relative.linear([0, 1, 0]), [0, 1, 0]),
        target.size.x == grid.size.x, target.size.y == grid.size.y,
        length(place - [0, 0, k]) < 0.05, k >= 0, k < Double(target.size.z)
      else {
        throw ImageError(
          "a frame's first pixel lies at voxel (\(rounded(place.x)), \(rounded(place.y)), \(rounded(place.z))) "
            + "of the reference, and its \(grid.size.x)×\(grid.size.y) pixels are not the voxels of a slice",
          at: name,
          remedy: "name the series that the object was drawn on, or leave the reference out and resample")
      }
      result.slices.append(Int(k))
    }
    return result
  }

  private static func ras(_ v: SIMD3<Double>) -> SIMD3<Double> { [-v.x, -v.y, v.z] }
}

private func length2(_ v: SIMD2<Double>) -> Double { (v * v).sum() }
