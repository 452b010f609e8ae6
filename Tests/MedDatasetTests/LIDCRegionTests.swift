import MedVoxel
import Testing

@testable import MedDataset

@Suite struct LIDCRegionTests {
  private func picture(_ points: [SIMD2<Int>]) -> [String] {
    let region = LIDCRegion(points)
    return (0..<region.height).map { y in
      String(
        (0..<region.width).map { x in
          switch region.pixels[x + region.width * y] {
          case .outside: "."
          case .edge: "o"
          case .inside: "#"
          }
        })
    }
  }

  @Test func whatLiesStrictlyInside() {
    #expect(picture([[0, 0], [4, 0], [4, 3], [0, 3]]) == ["ooooo", "o###o", "o###o", "ooooo"])
    // The other way around, closed explicitly, and away from the origin.
    #expect(
      picture([[10, 10], [10, 13], [14, 13], [14, 10], [10, 10]]) == ["ooooo", "o###o", "o###o", "ooooo"])
    // A chain of diagonal steps.
    #expect(
      picture([[2, 0], [3, 1], [4, 2], [3, 3], [2, 4], [1, 3], [0, 2], [1, 1]])
        == ["..o..", ".o#o.", "o###o", ".o#o.", "..o.."])
  }

  @Test func linesAndPointsHaveNoInside() {
    #expect(picture([[5, 5]]) == ["o"])
    #expect(picture([[0, 0], [3, 0]]) == ["oooo"])
    #expect(picture([[0, 0], [2, 2], [0, 0]]) == ["o..", ".o.", "..o"])
  }

  @Test func spursAndRepeatedOutlines() {
    let square: [SIMD2<Int>] = [[0, 0], [3, 0], [3, 3], [0, 3]]
    // Twice around is still inside.
    #expect(picture(square + square) == ["oooo", "o##o", "o##o", "oooo"])
    // Out and back along one line.
    #expect(picture([[0, 0], [3, 0], [6, 0], [3, 0], [3, 3], [0, 3]])[1] == "o##o...")
  }

  @Test func edgesBetweenPixels() {
    // From (0, 0) to (4, 2): only (2, 1) lies on the line.
    #expect(picture([[0, 0], [4, 2], [0, 2]]) == ["o....", "o#o..", "ooooo"])
    // To the left with a remainder: at row 1 the edge crosses at 2 + 2/3.
    #expect(picture([[4, 0], [0, 3], [4, 3]]) == ["....o", "...#o", "..##o", "ooooo"])
  }

  @Test func theOutlineAroundAShapeGivesTheShape() {
    var random = RandomStream(seed: 9)
    for _ in 0..<50 {
      let (a, b) = (random.uniform(in: 2...9), random.uniform(in: 2...9))
      let (x, y) = (12 + random.uniform(), 12 + random.uniform())
      func holds(_ i: Int, _ j: Int) -> Bool {
        let (u, v) = ((Double(i) - x) / a, (Double(j) - y) / b)
        return u * u + v * v < 1
      }
      let steps: [SIMD2<Int>] = [
        [1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1], [0, -1], [1, -1],
      ]
      // Pixels outside of the shape that touch it, walked around by angle.
      var ring: [SIMD2<Int>] = []
      for j in 0..<25 {
        for i in 0..<25 where !holds(i, j) {
          if steps.enumerated().contains(where: {
            $0.offset % 2 == 0 && holds(i + $0.element.x, j + $0.element.y)
          }) {
            ring.append([i, j])
          }
        }
      }
      var chain = [ring[0]]
      var left = Set(ring.dropFirst())
      while let last = chain.last,
        let next = steps.lazy.map({ last &+ $0 }).first(where: { left.contains($0) })
      {
        left.remove(next)
        chain.append(next)
      }
      // Only shapes whose ring is a single chain.
      guard left.isEmpty else { continue }
      var inside: Set<SIMD2<Int>> = []
      LIDCRegion(chain).forEachInside { inside.insert([$0, $1]) }
      let shape = Set((0..<625).map { SIMD2($0 % 25, $0 / 25) }.filter { holds($0.x, $0.y) })
      #expect(inside == shape)
    }
  }

  @Test func touching() {
    let a = LIDCRegion([[0, 0], [4, 0], [4, 4], [0, 4]])
    #expect(a.touches(LIDCRegion([[4, 4], [8, 4], [8, 8]])))
    #expect(!a.touches(LIDCRegion([[5, 0], [8, 0], [8, 8]])))
    #expect(a.touches(LIDCRegion([[2, 2]])))
    // Boxes that overlap, regions that don't.
    #expect(
      !LIDCRegion([[0, 0], [6, 0], [0, 6]]).touches(LIDCRegion([[6, 6], [6, 3], [3, 6]])))
  }
}
