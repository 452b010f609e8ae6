/// The pixels that an outline encloses, on one slice.
///
/// The owners draw outlines through the first pixels outside of a nodule: the region is what lies strictly inside of
/// the closed polygon through the points, by winding number; pixels on the polygon do not belong to it. All is computed
/// in whole numbers. (pylidc's masks come from a point-in-polygon test in floating point, whose answer on the polygon
/// itself depends on the side.)
struct LIDCRegion: Sendable {
  enum Pixel: UInt8, Sendable { case outside, edge, inside }

  /// The smallest box around the points.
  let left: Int
  let top: Int
  let width: Int
  let height: Int
  private(set) var pixels: [Pixel]

  /// Pixels to fill and to step over.
  static func work(_ points: [SIMD2<Int>]) -> Int {
    guard let box = box(points) else { return 0 }
    var steps = 0
    for (a, b) in zip(points, points.dropFirst() + points.prefix(1)) {
      steps += max(abs(a.x - b.x), abs(a.y - b.y)) + 1
    }
    return box.width * box.height + steps
  }

  private static func box(_ points: [SIMD2<Int>]) -> (left: Int, top: Int, width: Int, height: Int)? {
    guard let first = points.first else { return nil }
    var (low, high) = (first, first)
    for point in points {
      low = pointwiseMin(low, point)
      high = pointwiseMax(high, point)
    }
    return (low.x, low.y, high.x - low.x + 1, high.y - low.y + 1)
  }

  /// - Complexity: O(`work(points)`); bound it first.
  init(_ points: [SIMD2<Int>]) {
    (left, top, width, height) = Self.box(points) ?? (0, 0, 0, 0)
    var edges = [Bool](repeating: false, count: width * height)
    // How the winding number changes from a pixel on.
    var turns = [Int32](repeating: 0, count: (width + 1) * height)
    for (a, b) in zip(points, points.dropFirst() + points.prefix(1)) {
      let (dx, dy) = (b.x - a.x, b.y - a.y)
      // Every pixel whose center lies on the line.
      let steps = Self.commonDivisor(abs(dx), abs(dy))
      for step in 0...steps {
        let (x, y) = steps == 0 ? (a.x, a.y) : (a.x + dx / steps * step, a.y + dy / steps * step)
        edges[x - left + width * (y - top)] = true
      }
      guard dy != 0 else { continue }
      let (low, high) = dy > 0 ? (a, b) : (b, a)
      for y in low.y..<high.y {
        // The first pixel to the right of the crossing.
        let (run, rise) = ((y - low.y) * (high.x - low.x), high.y - low.y)
        let x = low.x + Self.floorQuotient(run, rise) + 1
        turns[x - left + (width + 1) * (y - top)] += dy > 0 ? 1 : -1
      }
    }
    pixels = []
    pixels.reserveCapacity(width * height)
    for y in 0..<height {
      var winding: Int32 = 0
      for x in 0..<width {
        winding += turns[x + (width + 1) * y]
        pixels.append(edges[x + width * y] ? .edge : winding != 0 ? .inside : .outside)
      }
    }
  }

  private static func commonDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : commonDivisor(b, a % b) }

  private static func floorQuotient(_ a: Int, _ b: Int) -> Int {
    a >= 0 ? a / b : -((-a + b - 1) / b)
  }

  /// Calls `body` with column and row of every pixel inside.
  func forEachInside(_ body: (Int, Int) -> Void) {
    for y in 0..<height {
      for x in 0..<width where pixels[x + width * y] == .inside { body(left + x, top + y) }
    }
  }

  /// Whether the two share a pixel, edges included.
  func touches(_ other: LIDCRegion) -> Bool {
    let columns =
      max(left, other.left)..<max(max(left, other.left), min(left + width, other.left + other.width))
    let rows = max(top, other.top)..<max(max(top, other.top), min(top + height, other.top + other.height))
    for y in rows {
      for x in columns
      where pixels[x - left + width * (y - top)] != .outside
        && other.pixels[x - other.left + other.width * (y - other.top)] != .outside
      { return true }
    }
    return false
  }
}
