public import MedVoxel

extension PointSet {
  /// Which class number a point gets.
  public enum Numbering: String, Codable, Sendable {
    /// That of its label's class.
    case byLabel
    /// 1, 2, … in the points' order.
    case byPoint
  }

  /// Balls around the points, discs on an image of one slice.
  ///
  /// The voxels whose centers are at most `radius` from a point, and always the voxel that the point lies in. Where
  /// balls overlap, the later point counts.
  ///
  /// - Parameter radius: in millimeters of the grid.
  /// - Throws: `ImageError` with every point that lies outside of the grid, on no clear slice, or is no position.
  /// - Complexity: O(voxels in the balls' boxes).
  public func labelMap(
    on grid: Grid, radius: Double, numbering: Numbering = .byLabel, options: FillOptions = FillOptions()
  ) throws(ImageError) -> Rasterization {
    guard radius >= 0, radius.isFinite else {
      throw ImageError("expected a radius of 0 mm or more, found \(radius)", cause: .usage)
    }
    var numbers = try AnnotationClass.numbers(classes, labels: points.map(\.label))
    if numbering == .byPoint {
      guard points.count <= Int(UInt16.max) else {
        throw ImageError("expected at most 65535 points, found \(points.count)")
      }
      numbers = points.enumerated().map { ($0.element.name, UInt16($0.offset + 1)) }
    }
    let byName = Dictionary(numbers.map { ($0.name, $0.number) }) { first, _ in first }
    // A point is a contour of one corner, as far as its slice goes.
    let placing = try ContourPlacing(
      ContourSet(points.map { Contour([$0.position], slice: $0.slice, line: $0.line) }, frame: frame),
      on: grid,
      options: options)
    let places = try placing.points()
    var voxels = VoxelBuffer<UInt16>(size: grid.size)
    voxels.withUnsafeMutableBuffer { target in
      for (index, place) in places.enumerated() {
        let number = numbering == .byPoint ? UInt16(index + 1) : byName[points[index].label] ?? 1
        Self.ball(at: place, radius, number, grid, target)
      }
    }
    return Rasterization(
      labels: LabelMap(voxels: voxels, affine: grid.affine),
      classes: numbers.map { .init(name: $0.name, number: $0.number) }, notes: [])
  }

  private static func ball(
    at center: SIMD3<Double>, _ radius: Double, _ number: UInt16, _ grid: Grid,
    _ target: UnsafeMutableBufferPointer<UInt16>
  ) {
    let size = grid.size
    let (x, y, z) = grid.affine.columns
    let volume = grid.affine.voxelVolume
    let distances: SIMD3<Double> = [
      volume / length(cross(y, z)), volume / length(cross(z, x)), volume / length(cross(x, y)),
    ]
    func range(_ axis: Int) -> ClosedRange<Int> {
      let reach = radius / distances[axis]
      let low = max(0, (center[axis] - reach).rounded(.down))
      let high = min(Double(size[axis] - 1), (center[axis] + reach).rounded(.up))
      return Int(low)...Int(max(low, high))
    }
    let own = SIMD3<Int>((center + 0.5).rounded(.down))
    for k in range(2) {
      for j in range(1) {
        for i in range(0) {
          let offset = grid.affine.linear(SIMD3(Double(i), Double(j), Double(k)) - center)
          guard dot(offset, offset) <= radius * radius || SIMD3(i, j, k) == own else { continue }
          target[i + size.x * (j + size.y * k)] = number
        }
      }
    }
  }
}

extension ContourPlacing {
  /// The voxel indices of contours of one corner.
  fileprivate func points() throws(ImageError) -> [SIMD3<Double>] {
    var places: [SIMD3<Double>] = []
    var problems = ProblemList()
    for contour in contours.contours {
      let location = contour.line.map { "line \($0)" }
      var place = indices(contour.points[0])
      if contours.frame != .world {
        guard let plane = plane(of: contour, [[place]], &problems) else { continue }
        place.z = Double(plane.index)
      }
      let top = SIMD3<Double>(grid.size) - 0.5
      guard Swift.all(place .>= -0.5), Swift.all(place .< top) else {
        let point = contour.points[0]
        problems.append(
          "the point (\(point.x), \(point.y), \(point.z)) lies outside of the image of \(describe(grid.size)) voxels",
          at: location, remedy: "choose the image it was set on")
        continue
      }
      places.append(place)
    }
    try problems.check()
    return places
  }
}
