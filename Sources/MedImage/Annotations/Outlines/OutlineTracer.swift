import MedVoxel

/// Walks along the edges between the pixels of a region and all others, once around each boundary.
///
/// Rings run so that their area in (column, row) is positive around the region and negative around holes; the first
/// ring is the outer one, holes follow in the order of their first pixel. Where pixels meet at a corner only, the ring
/// keeps to the pixel it follows if corners don't connect, and crosses over if they do.
struct OutlineTracer {
  /// Corners of pixels from (0, 0) to (width, height).
  private var width: Int
  private var height: Int
  /// For each corner, the directions in which a boundary leaves it: bits 0 to 3 for right, down, left, up.
  private var exits: [UInt8]
  private let joinsCorners: Bool

  private static let steps: [SIMD2<Int>] = [[1, 0], [0, 1], [-1, 0], [0, -1]]

  /// - Parameter holds: whether a pixel belongs to the region.
  init(width: Int, height: Int, joinsCorners: Bool, holds: (Int, Int) -> Bool) {
    (self.width, self.height, self.joinsCorners) = (width, height, joinsCorners)
    exits = [UInt8](repeating: 0, count: (width + 1) * (height + 1))
    let row = width + 1
    func isInside(_ x: Int, _ y: Int) -> Bool {
      x >= 0 && x < width && y >= 0 && y < height && holds(x, y)
    }
    for y in 0..<height {
      for x in 0..<width where holds(x, y) {
        if !isInside(x, y - 1) { exits[x + row * y] |= 1 }
        if !isInside(x + 1, y) { exits[x + 1 + row * y] |= 2 }
        if !isInside(x, y + 1) { exits[x + 1 + row * (y + 1)] |= 4 }
        if !isInside(x - 1, y) { exits[x + row * (y + 1)] |= 8 }
      }
    }
  }

  /// The corners of each boundary, one a pixel edge, each with the direction in which the ring leaves it.
  mutating func rings() -> [[(corner: SIMD2<Int>, direction: Int)]] {
    var rings: [[(corner: SIMD2<Int>, direction: Int)]] = []
    for place in exits.indices where exits[place] & 1 != 0 {
      // Every boundary runs to the right somewhere.
      while exits[place] & 1 != 0 { rings.append(ring(from: [place % (width + 1), place / (width + 1)])) }
    }
    return rings
  }

  private mutating func ring(from start: SIMD2<Int>) -> [(corner: SIMD2<Int>, direction: Int)] {
    var ring = [(corner: start, direction: 0)]
    var (corner, direction) = (start, 0)
    while true {
      corner &+= Self.steps[direction]
      let place = corner.x + (width + 1) * corner.y
      // Right turns keep to the pixel, left ones cross over.
      let turns = joinsCorners ? [3, 0, 1] : [1, 0, 3]
      let next = turns.lazy.map { (direction + $0) & 3 }.first { exits[place] & (1 << UInt8($0)) != 0 }
      guard let next else { return ring }
      exits[place] &= ~(1 << UInt8(next))
      if corner == start, next == 0 { return ring }
      ring.append((corner, next))
      direction = next
    }
  }
}
