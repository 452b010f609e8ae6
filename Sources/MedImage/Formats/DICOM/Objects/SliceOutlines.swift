/// The outlines of a mask along the edges of its pixels, so that each pixel's area is enclosed exactly.
///
/// Pixels that touch at a corner only are apart; holes that do are one. Corners are whole numbers from the outer
/// corner of the first pixel, whose center is (½, ½).
struct SliceOutlines {
  typealias Corner = SIMD2<Int32>

  /// Around the mask's parts, then around holes, each as all the corners on its way.
  private var outer: [[Corner]] = []
  private var holes: [[Corner]] = []
  private let width: Int
  private let height: Int

  /// - Parameter isInside: whether the pixel of a column and a row belongs to the mask.
  /// - Complexity: O(pixels).
  init(width: Int, height: Int, isInside: (Int, Int) -> Bool) {
    (self.width, self.height) = (width, height)
    // Steps that leave each corner, with the mask on the right hand (rows run downward): east, south, west, north.
    let stride = width + 1
    var steps = [UInt8](repeating: 0, count: stride * (height + 1))
    for y in 0..<height {
      for x in 0..<width where isInside(x, y) {
        if y == 0 || !isInside(x, y - 1) { steps[y * stride + x] |= 1 }
        if x == width - 1 || !isInside(x + 1, y) { steps[y * stride + x + 1] |= 2 }
        if y == height - 1 || !isInside(x, y + 1) { steps[(y + 1) * stride + x + 1] |= 4 }
        if x == 0 || !isInside(x - 1, y) { steps[(y + 1) * stride + x] |= 8 }
      }
    }
    let moves = [1, stride, -1, -stride]
    for start in steps.indices {
      while steps[start] != 0 {
        var (place, direction, area) = (start, steps[start].trailingZeroBitCount, 0)
        var loop: [Corner] = []
        while true {
          steps[place] &= ~(1 << UInt8(direction))
          let corner = Corner(Int32(place % stride), Int32(place / stride))
          loop.append(corner)
          if direction == 0 { area -= Int(corner.y) } else if direction == 2 { area += Int(corner.y) }
          place += moves[direction]
          // To the right where there is a choice, so that parts which touch stay apart.
          let right = (direction + 1) % 4
          if steps[place] >> UInt8(right) & 1 == 1 {
            direction = right
          } else if place == start {
            break
          } else if steps[place] >> UInt8(direction) & 1 == 0 {
            direction = (direction + 3) % 4
          }
        }
        if area > 0 { outer.append(loop) } else { holes.append(loop) }
      }
    }
  }

  /// Outlines, then those of holes, without the corners on straight parts.
  var separate: [[Corner]] { (outer + holes).map(Self.corners) }

  /// Each part in one outline: a line along pixel edges leads to each hole and back.
  var keyholes: [[Corner]] {
    guard !holes.isEmpty else { return outer.map(Self.corners) }
    var loops = outer
    let stride = width + 1
    var owner = [Int32](repeating: -1, count: stride * (height + 1))
    func index(_ corner: Corner) -> Int { Int(corner.y) * stride + Int(corner.x) }
    for (number, loop) in loops.enumerated() {
      for corner in loop { owner[index(corner)] = Int32(number) }
    }
    // A hole's first corner is its uppermost; what lies above is a part's outline, or a hole that is joined already.
    for hole in holes.sorted(by: { ($0[0].y, $0[0].x) < ($1[0].y, $1[0].x) }) {
      var above = hole[0]
      repeat { above.y -= 1 } while above.y > 0 && owner[index(above)] < 0
      let number = Int(owner[index(above)])
      guard number >= 0, let place = loops[number].firstIndex(of: above) else { continue }
      loops[number].insert(contentsOf: [above] + hole + [hole[0]], at: place)
      for corner in hole { owner[index(corner)] = Int32(number) }
    }
    return loops.map(Self.corners)
  }

  /// Those where the way turns.
  private static func corners(_ loop: [Corner]) -> [Corner] {
    loop.indices.filter { index in
      let (before, after) = (loop[(index + loop.count - 1) % loop.count], loop[(index + 1) % loop.count])
      let (a, b) = (loop[index] &- before, after &- loop[index])
      return a.x.signum() != b.x.signum() || a.y.signum() != b.y.signum()
    }.map { loop[$0] }
  }
}
