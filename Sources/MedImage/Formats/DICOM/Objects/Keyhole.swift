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
}
