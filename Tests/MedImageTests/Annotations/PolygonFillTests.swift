import MedVoxel
import Testing

@testable import MedImage

@Suite struct PolygonFillTests {
  private func picture(
    _ points: [SIMD2<Double>], _ rule: FillRule = .evenOdd, columns: Range<Int> = 0..<6,
    rows: Range<Int> = 0..<5
  ) -> [String] {
    var lines = rows.map { _ in Array(repeating: Character("."), count: columns.count) }
    let fill = PolygonFill(points, columns: columns, rows: rows)
    fill.forEachRow(rule) { row, places in
      for (column, place) in zip(fill.columns, places) where place != .outside {
        lines[row - rows.lowerBound][column - columns.lowerBound] = place == .inside ? "#" : "o"
      }
    }
    return lines.map { String($0) }
  }

  @Test func cornersOnCentersAndBetween() {
    #expect(
      picture([[1, 1], [4, 1], [4, 3], [1, 3]]) == ["......", ".oooo.", ".o##o.", ".oooo.", "......"])
    #expect(
      picture([[0.5, 0.5], [4.5, 0.5], [4.5, 3.5], [0.5, 3.5]])
        == ["......", ".####.", ".####.", ".####.", "......"])
    #expect(picture([[0, 0], [4, 2], [0, 2]]) == ["o.....", "o#o...", "ooooo.", "......", "......"])
  }

  @Test func windowsCutOff() {
    let square: [SIMD2<Double>] = [[-100, -7], [100, -7], [100, 90], [-100, 90]]
    #expect(picture(square) == Array(repeating: "######", count: 5))
    #expect(
      picture([[-3, 1], [2, 1], [2, 9], [-3, 9]])[1...] == ["ooo...", "##o...", "##o...", "##o..."])
    #expect(picture([[10, 0], [12, 0], [12, 9]]) == Array(repeating: "......", count: 5))
  }

  @Test func degenerate() {
    let nothing = Array(repeating: "......", count: 5)
    #expect(picture([]) == nothing)
    #expect(picture([[2, 1]])[1] == "..o...")
    #expect(picture([[0.5, 1]]) == nothing)
    #expect(picture([[1, 1], [4, 4]]) == ["......", ".o....", "..o...", "...o..", "....o."])
    #expect(picture([[1, 1], [4, 1], [1, 1]])[1] == ".oooo.")
  }

  @Test func rulesDifferWhereAPolygonWindsTwice() {
    // A star of five points: its middle is wound around twice.
    let square: [SIMD2<Double>] = [[0, 0], [4, 0], [4, 4], [0, 4]]
    let inner: [SIMD2<Double>] = [[0, 0], [2, 0], [2, 2], [0, 2]]
    #expect(picture(square + inner, .nonZero)[1] == "o#o#o.")
    #expect(picture(square + inner, .evenOdd)[1] == "o.o#o.")
    // A bow tie is filled by both.
    let tie: [SIMD2<Double>] = [[0, 0], [4, 4], [4, 0], [0, 4]]
    #expect(picture(tie, .evenOdd) == picture(tie, .nonZero))
    #expect(picture(tie)[1] == "oo.oo.")
  }

  @Test func sidesAreExact() {
    let half = 0.5
    // Points that a rounded product calls collinear.
    #expect(ExactSide.sign([0, 0], [3, 3], [1, 1]) == 0)
    #expect(ExactSide.sign([0.5, 0.5], [12, 12], [24, 24]) == 0)
    #expect(ExactSide.sign([0.5, half.nextUp], [12, 12], [24, 24]) == 1)
    #expect(ExactSide.sign([0.5, half.nextDown], [12, 12], [24, 24]) == -1)
    #expect(ExactSide.sign([0, 0], [1, 0x1p-300], [0x1p20, 0]) == -1)
    // A corner a hair beside a center.
    #expect(picture([[Double(2).nextUp, 1], [5, 1], [5, 3], [Double(2).nextUp, 3]])[2] == "...##o")
    #expect(picture([[Double(2).nextDown, 1], [5, 1], [5, 3], [Double(2).nextDown, 3]])[2] == "..###o")
  }

  /// Against the definition in whole numbers: crossings of a ray, and collinear points between ends.
  @Test func randomPolygons() {
    var random = RandomStream(seed: 3)
    for round in 0..<200 {
      let count = 3 + random.integer(below: 7)
      // Whole numbers and thirds of them; coordinates are scaled by 3 to stay whole.
      let scale = round % 2 == 0 ? 1 : 3
      let corners: [SIMD2<Int>] = (0..<count).map { _ in
        [random.integer(below: 12 * scale) - 2, random.integer(below: 10 * scale) - 2]
      }
      for rule in FillRule.allCases where scale == 1 {
        let lines = picture(corners.map { SIMD2<Double>($0) }, rule)
        for row in 0..<5 {
          let line = Array(lines[row])
          for column in 0..<6 {
            #expect(line[column] == Self.place([column, row], corners, rule), "\(corners) \(column) \(row)")
          }
        }
      }
      // Bands give what the whole gives.
      let fill = PolygonFill(
        corners.map { SIMD2<Double>($0) / Double(scale) }, columns: 0..<9, rows: 0..<9)
      var whole: [Int: [PolygonFill.Place]] = [:]
      fill.forEachRow(.nonZero) { row, places in whole[row] = Array(places) }
      for band in [0..<3, 3..<4, 4..<9] {
        fill.forEachRow(.nonZero, in: band) { row, places in #expect(whole[row] == Array(places)) }
      }
    }
  }

  private static func place(_ p: SIMD2<Int>, _ corners: [SIMD2<Int>], _ rule: FillRule) -> Character {
    var (winding, crossings) = (0, 0)
    for (a, b) in zip(corners, corners.dropFirst() + corners.prefix(1)) {
      let side = (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x)
      if side == 0, min(a.x, b.x) <= p.x, p.x <= max(a.x, b.x), min(a.y, b.y) <= p.y, p.y <= max(a.y, b.y) {
        return "o"
      }
      if a.y <= p.y, p.y < b.y, side > 0 { (winding, crossings) = (winding + 1, crossings + 1) }
      if b.y <= p.y, p.y < a.y, side < 0 { (winding, crossings) = (winding - 1, crossings + 1) }
    }
    return (rule == .evenOdd ? crossings % 2 != 0 : winding != 0) ? "#" : "."
  }
}
