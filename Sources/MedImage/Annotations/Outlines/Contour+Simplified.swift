import MedVoxel

extension Contour {
  /// The contour with fewer corners, none of the dropped ones further than `tolerance` from the way between those kept.
  ///
  /// Rings that shrink to fewer than three corners stay as they are. The first corner always stays. Outlines may touch
  /// or cross afterward where they came near.
  ///
  /// - Parameter tolerance: in the contour's units.
  /// - Complexity: O(n log n) for most shapes, O(n²) at worst.
  /// - Source: D. H. Douglas and T. K. Peucker, Cartographica 10 (1973).
  public func simplified(tolerance: Double) -> Contour {
    var result = self
    result.points = Self.simplified(points, tolerance, isClosed: isClosed)
    result.holes = holes.map { Self.simplified($0, tolerance, isClosed: true) }
    return result
  }

  private static func simplified(
    _ points: [SIMD3<Double>], _ tolerance: Double, isClosed: Bool
  ) -> [SIMD3<Double>] {
    guard points.count > 2 else { return points }
    let way = isClosed ? points + [points[0]] : points
    var keeps = [Bool](repeating: false, count: way.count)
    keeps[0] = true
    keeps[way.count - 1] = true
    var spans = [(0, way.count - 1)]
    while let (first, last) = spans.popLast() {
      var (farthest, distance) = (first, tolerance)
      for index in first + 1..<max(last, first + 1) {
        let off = Self.distance(of: way[index], from: way[first], to: way[last])
        if off > distance { (farthest, distance) = (index, off) }
      }
      guard farthest != first else { continue }
      keeps[farthest] = true
      spans += [(first, farthest), (farthest, last)]
    }
    let kept = way.indices.filter { keeps[$0] && !(isClosed && $0 == way.count - 1) }.map { way[$0] }
    return isClosed && kept.count < 3 ? points : kept
  }

  private static func distance(of p: SIMD3<Double>, from a: SIMD3<Double>, to b: SIMD3<Double>) -> Double {
    let way = b - a
    let square = dot(way, way)
    let along = square > 0 ? min(max(dot(p - a, way) / square, 0), 1) : 0
    return length(p - a - along * way)
  }
}
