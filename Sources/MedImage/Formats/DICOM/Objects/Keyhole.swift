/// Outlines that follow a line to a hole and back again.
enum Keyhole {
  private struct Step<Point: Hashable>: Hashable {
    var from: Point
    var to: Point
  }

  /// The rings that such an outline is made of: wherever it goes one way and the same way back, it is taken apart.
  /// - Complexity: O(points).
  static func rings<Point: Hashable>(_ points: [Point]) -> [[Point]] {
    guard points.count > 3 else { return [points] }
    var points = points
    if points.first == points.last { points.removeLast() }
    var rings: [[Point]] = []
    // The points walked so far, and where each step among them began.
    var path: [Point] = []
    var steps: [Step<Point>: Int] = [:]
    func keep(_ ring: [Point]) { if ring.count >= 3 { rings.append(ring) } }
    for point in points + points.prefix(1) {
      guard let last = path.last else {
        path.append(point)
        continue
      }
      if let start = steps[Step(from: point, to: last)] {
        // Back on a step from path[start]: what came between is a ring of its own.
        keep(Array(path[(start + 1)..<(path.count - 1)]))
        for index in start..<(path.count - 1) { steps[Step(from: path[index], to: path[index + 1])] = nil }
        path.removeSubrange((start + 1)...)
        continue
      }
      if point != last {
        steps[Step(from: last, to: point)] = path.count - 1
        path.append(point)
      }
    }
    if path.count > 1, path.first == path.last { path.removeLast() }
    keep(path)
    return rings.isEmpty ? [points] : rings
  }

  /// One ring that leads to each hole and back along the second axis.
  ///
  /// - Parameters:
  ///   - outer: a ring whose sides run along the axes, in (column, row).
  ///   - holes: such rings within it.
  /// - Complexity: O(holes · points).
  static func joined(_ outer: [SIMD2<Double>], holes: [[SIMD2<Double>]]) -> [SIMD2<Double>] {
    func highest(_ ring: [SIMD2<Double>]) -> Int {
      ring.indices.min { (ring[$0].y, ring[$0].x) < (ring[$1].y, ring[$1].x) } ?? 0
    }
    let starts = holes.map { (ring: $0, start: highest($0)) }
      .sorted { ($0.ring[$0.start].y, $0.ring[$0.start].x) < ($1.ring[$1.start].y, $1.ring[$1.start].x) }
    var joined = outer
    for (ring, start) in starts {
      let point = ring[start]
      // What lies above is the outer ring, or a hole that is joined already.
      var (nearest, place) = (-Double.infinity, -1)
      for index in joined.indices {
        let (a, b) = (joined[index], joined[(index + 1) % joined.count])
        if a.y == b.y, a.y < point.y, a.y > nearest, min(a.x, b.x) <= point.x, point.x <= max(a.x, b.x),
          a.x != b.x
        {
          (nearest, place) = (a.y, index)
        }
      }
      guard place >= 0 else { continue }
      let gate = SIMD2(point.x, nearest)
      joined.insert(contentsOf: [gate] + ring[start...] + ring[..<start] + [point, gate], at: place + 1)
    }
    return joined
  }
}
