import MedImage

/// The pixels that an outline encloses, on one slice.
///
/// The owners draw outlines through the first pixels outside of a nodule: the region is what lies strictly inside of
/// the closed polygon through the points, by winding number; pixels on the polygon do not belong to it. (pylidc's masks come from a point-in-polygon test in floating point, whose answer on the polygon
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
    pixels = []
    pixels.reserveCapacity(width * height)
    let fill = PolygonFill(
      points.map { SIMD2<Double>($0) }, columns: left..<left + width, rows: top..<top + height)
    fill.forEachRow(.nonZero) { _, places in
      for place in places {
        switch place {
        case .outside: pixels.append(.outside)
        case .outline: pixels.append(.edge)
        case .inside: pixels.append(.inside)
        }
      }
    }
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
