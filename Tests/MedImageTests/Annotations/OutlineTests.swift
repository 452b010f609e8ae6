import MedVoxel
import Testing

@testable import MedImage

@Suite struct OutlineTests {
  private func map(_ rows: [String]) -> LabelMap {
    let values = rows.joined().map { UInt16(String($0)) ?? 0 }
    return LabelMap(
      voxels: VoxelBuffer(size: [rows[0].count, rows.count, 1], elements: values), affine: .identity)
  }

  private func area(_ ring: [SIMD3<Double>]) -> Double {
    zip(ring, ring.dropFirst() + ring.prefix(1)).reduce(0) { $0 + $1.0.x * $1.1.y - $1.1.x * $1.0.y } / 2
  }

  @Test func aRingAndItsHole() {
    let contours = map([".....", ".111.", ".1.1.", ".111."]).contours().contours
    #expect(contours.count == 1)
    #expect(contours[0].points == [[0.5, 0.5, 0], [3.5, 0.5, 0], [3.5, 3.5, 0], [0.5, 3.5, 0]])
    #expect(contours[0].holes == [[[1.5, 2.5, 0], [2.5, 2.5, 0], [2.5, 1.5, 0], [1.5, 1.5, 0]]])
    #expect(area(contours[0].points) == 9 && area(contours[0].holes[0]) == -1)
    #expect(contours[0].slice == SliceReference(index: 0))
    let diamond = map(["...", ".2.", "..."]).contours(.midpoints).contours[0]
    #expect(diamond.points == [[1, 0.5, 0], [1.5, 1, 0], [1, 1.5, 0], [0.5, 1, 0]])
    #expect(diamond.label == "2")
  }

  @Test func pixelsThatMeetAtCorners() {
    let checker = map(["1.", ".1"])
    #expect(checker.contours().contours.count == 2)
    #expect(checker.contours(connectivity: .corners).contours.count == 1)
    // A ring of pixels that meet at corners only encloses a hole if corners connect.
    let ring = map([".1.", "1.1", ".1."])
    #expect(ring.contours().contours.count == 4)
    let whole = ring.contours(connectivity: .corners).contours
    #expect(whole.count == 1 && whole[0].holes.count == 1)
  }

  @Test func fillingGivesTheMapBack() throws {
    var random = RandomStream(seed: 11)
    for round in 0..<40 {
      let size: GridSize = [
        1 + random.integer(below: 12), 1 + random.integer(below: 12), 1 + random.integer(below: 3),
      ]
      let labels = (0..<size.voxelCount).map { _ in UInt16(max(0, random.integer(below: 5) - 2)) }
      let map = LabelMap(voxels: VoxelBuffer(size: size, elements: labels), affine: .identity)
      for style in OutlineStyle.allCases {
        let contours = map.contours(style, connectivity: round % 2 == 0 ? .faces : .corners)
        for contour in contours.contours {
          #expect(area(contour.points) > 0 && contour.holes.allSatisfy { area($0) < 0 })
        }
        for rule in FillRule.allCases {
          for outline in OutlineRule.allCases {
            let options = FillOptions(rule: rule, outline: outline)
            let back = try contours.labelMap(on: map.grid, options: options).labels
            #expect(back.voxels == map.voxels, "round \(round), \(style), \(rule), \(outline)")
          }
        }
      }
      let covered = map.contours().contours.reduce(0) { sum, contour in
        sum + area(contour.points) + contour.holes.reduce(0) { $0 + area($1) }
      }
      #expect(covered == Double(labels.count { $0 != 0 }))
    }
  }

  @Test func simplifying() {
    let bumpy = Contour([[0, 0, 0], [5, 0.1, 0], [10, 0, 0], [10, 10, 0], [0, 10, 0], [0.1, 5, 0]])
    let simple = bumpy.simplified(tolerance: 0.2)
    #expect(simple.points == [[0, 0, 0], [10, 0, 0], [10, 10, 0], [0, 10, 0]])
    #expect(bumpy.simplified(tolerance: 0.05).points == bumpy.points)
    #expect(bumpy.simplified(tolerance: 100).points == bumpy.points)
    let line = Contour([[0, 0, 0], [1, 0, 0], [2, 0, 0]], isClosed: false)
    #expect(line.simplified(tolerance: 0).points == [[0, 0, 0], [2, 0, 0]])
  }

  @Test func frames() throws {
    let grid = Grid(
      size: [10, 10, 4], affine: Affine(i: [0, 2, 0], j: [-2, 0, 0], k: [0, 0, 3], origin: [5, 6, 7]))
    var annotations = Annotations(format: "test", frame: .world)
    annotations.points = [Landmark("p", at: grid.affine([2.25, 3, 1]))]
    annotations.contours = [
      Contour(
        [[1, 1, 2], [4, 1, 2], [4, 4, 2]].map { grid.affine($0) },
        holes: [[[3, 1.5, 2]].map { grid.affine($0) }])
    ]
    annotations.boxes = [
      AnnotationBox(center: grid.affine([2, 2, 2]), halfAxes: [[2, 0, 0], [0, 4, 0], [0, 0, 3]])
    ]
    let pixels = try annotations.converted(to: .pixels(.corners), on: grid)
    #expect(pixels.points[0].position == [2.75, 3.5, 0] && pixels.points[0].slice?.index == 1)
    #expect(pixels.contours[0].points == [[1.5, 1.5, 0], [4.5, 1.5, 0], [4.5, 4.5, 0]])
    #expect(pixels.contours[0].holes == [[[3.5, 2, 0]]] && pixels.contours[0].slice?.index == 2)
    #expect(pixels.boxes[0].center == [2.5, 2.5, 2])
    let back = try pixels.converted(to: .world, on: grid)
    #expect(back == annotations)
    annotations.points[0].position.z = 100
    annotations.contours[0].points[0].z += 1
    let error = #expect(throws: ImageError.self) {
      try annotations.converted(to: .pixels(.centers), on: grid)
    }
    #expect(error?.problems.count == 2)
  }
}
