import Foundation
import MedVoxel
import Testing

@testable import MedImage

@Suite struct ContourLabelMapTests {
  private let square: [SIMD3<Double>] = [[1, 1, 0], [4, 1, 0], [4, 4, 0], [1, 4, 0]]
  private let flat = Grid(size: [6, 6, 1], affine: .identity)

  private func moved(_ points: [SIMD3<Double>], by offset: SIMD3<Double>) -> [SIMD3<Double>] {
    points.map { $0 + offset }
  }

  private func rows(_ map: LabelMap, k: Int = 0) -> [String] {
    (0..<map.size.y).map { j in
      (0..<map.size.x).map { i in
        let label = map.voxels[0, i, j, k]
        return label == 0 ? "." : String(label)
      }.joined()
    }
  }

  @Test func outlineRulesAndAnchors() throws {
    let contours = ContourSet([Contour(square)], frame: .pixels(.centers))
    let on = try contours.labelMap(on: flat).labels
    #expect(rows(on) == ["......", ".1111.", ".1111.", ".1111.", ".1111.", "......"])
    let inside = try contours.labelMap(on: flat, options: FillOptions(outline: .inside)).labels
    #expect(rows(inside) == ["......", "......", "..11..", "..11..", "......", "......"])
    let corners = ContourSet([Contour(square)], frame: .pixels(.corners))
    for outline in OutlineRule.allCases {
      let map = try corners.labelMap(on: flat, options: FillOptions(outline: outline)).labels
      #expect(rows(map) == ["......", ".111..", ".111..", ".111..", "......", "......"])
    }
  }

  @Test func holesObjectsAndOverlaps() throws {
    let hole: [SIMD3<Double>] = [[2, 2, 0], [3, 2, 0], [3, 3, 0], [2, 3, 0]]
    let own = ContourSet([Contour(square, holes: [hole])], frame: .pixels(.centers))
    let ring = ["......", ".1111.", ".1..1.", ".1..1.", ".1111.", "......"]
    #expect(rows(try own.labelMap(on: flat).labels) == ring)
    // With strict outlines, a hole without centers inside takes nothing.
    let strict = try own.labelMap(on: flat, options: FillOptions(outline: .inside)).labels
    #expect(rows(strict)[2] == "..11..")
    let apart = ContourSet(
      [Contour(hole, isHole: true, object: 7), Contour(square, object: 7)], frame: .pixels(.centers))
    #expect(rows(try apart.labelMap(on: flat).labels) == ring)
    let odd = ContourSet(
      [Contour(square, object: 1), Contour(hole, object: 1)], frame: .pixels(.centers),
      combination: .exclusiveOr)
    // The object has its edges, around the hole too, and no center lies strictly within this one.
    #expect(rows(try odd.labelMap(on: flat).labels)[2] == ".1111.")
    let wide: [SIMD3<Double>] = [[1.5, 1.5, 0], [3.5, 1.5, 0], [3.5, 3.5, 0], [1.5, 3.5, 0]]
    let open = ContourSet(
      [Contour(square, object: 1), Contour(wide, object: 1)], frame: .pixels(.centers),
      combination: .exclusiveOr)
    #expect(rows(try open.labelMap(on: flat).labels) == ring)

    let two = ContourSet(
      [Contour(square, label: "b"), Contour(hole, label: "a")], frame: .pixels(.centers),
      classes: [AnnotationClass("a", number: 3)])
    let last = try two.labelMap(on: flat)
    #expect(rows(last.labels)[2] == ".1331.")
    #expect(last.classes.map(\.number) == [3, 1] && last.classes.map(\.name) == ["a", "b"])
    let first = try two.labelMap(on: flat, options: FillOptions(overlap: .first)).labels
    #expect(rows(first)[2] == ".1111.")
    let largest = try two.labelMap(on: flat, options: FillOptions(overlap: .largest)).labels
    #expect(rows(largest)[2] == ".1331.")
  }

  @Test func obliqueSlicesAcrossEveryAxis() throws {
    let angle = 0.3
    let affine = Affine(
      i: [2 * cos(angle), 2 * sin(angle), 0],
      j: [-1.5 * sin(angle) * cos(0.2), 1.5 * cos(angle) * cos(0.2), 1.5 * sin(0.2)],
      k: [3 * sin(angle) * sin(0.2), -3 * cos(angle) * sin(0.2), 3 * cos(0.2)], origin: [-40, 12, 7])
    let grid = Grid(size: [6, 7, 8], affine: affine)
    for axis in 0..<3 {
      let plane = GridPlane(axis: axis, index: 3)
      var corners: [SIMD3<Double>] = []
      for corner in [[0.5, 0.5], [3.5, 0.5], [3.5, 4.5], [0.5, 4.5]] {
        var index = SIMD3<Double>(repeating: 3)
        (index[plane.axes.u], index[plane.axes.v]) = (corner[0], corner[1])
        corners.append(affine(index))
      }
      let map = try ContourSet([Contour(corners)], frame: .world).labelMap(on: grid).labels
      var count = 0
      for k in 0..<8 {
        for j in 0..<7 {
          for i in 0..<6 {
            let index = SIMD3(i, j, k)
            let isInside =
              index[axis] == 3 && (1...3).contains(index[plane.axes.u])
              && (1...4).contains(index[plane.axes.v])
            #expect(map.voxels[0, i, j, k] == (isInside ? 1 : 0))
            count += Int(map.voxels[0, i, j, k])
          }
        }
      }
      #expect(count == 12)
    }
  }

  @Test func slicesOffThePlane() throws {
    let grid = Grid(size: [6, 6, 4], affine: Affine(spacing: [1, 1, 3]))
    let off = ContourSet([Contour(moved(square, by: [0, 0, 4]), label: "x", line: 12)], frame: .world)
    let error = #expect(throws: ImageError.self) { try off.labelMap(on: grid) }
    #expect(error?.description.contains("line 12") == true && error?.description.contains("1 mm") == true)
    let near = try off.labelMap(on: grid, options: FillOptions(plane: .nearest)).labels
    #expect(rows(near, k: 1)[2] == ".1111.")
    let wide = try off.labelMap(on: grid, options: FillOptions(plane: .within(millimeters: 1))).labels
    #expect(near == wide)
    let tilted = ContourSet(
      [Contour([[0, 0, 0], [5, 0, 4], [5, 5, 8], [0, 5, 4]])], frame: .world)
    #expect(throws: ImageError.self) { try tilted.labelMap(on: grid) }
    #expect(throws: ImageError.self) { try tilted.labelMap(on: grid, options: FillOptions(plane: .nearest)) }
    let beyond = ContourSet([Contour(moved(square, by: [0, 0, 30]))], frame: .world)
    let notes = try beyond.labelMap(on: grid).notes
    #expect(notes.count == 1 && notes[0].contains("outside"))
  }

  @Test func namedSlices() throws {
    let grid = Grid(size: [6, 6, 4], affine: Affine(spacing: [1, 1, 3], origin: [0, 0, -6]))
    func filled(_ slice: SliceReference?, _ options: FillOptions = FillOptions()) throws -> [Int] {
      let contour = Contour(square, slice: slice)
      let map = try ContourSet([contour], frame: .pixels(.centers)).labelMap(on: grid, options: options)
        .labels
      return (0..<4).filter { map.voxels[0, 2, 2, $0] != 0 }
    }
    #expect(try filled(SliceReference(index: 2)) == [2])
    #expect(try filled(SliceReference(height: 0.05)) == [2])
    #expect(try filled(SliceReference(name: "u", height: -3), FillOptions(slices: ["u": 3])) == [3])
    #expect(try filled(SliceReference(name: "v", height: -3), FillOptions(slices: ["u": 3])) == [1])
    #expect(throws: ImageError.self) { try filled(SliceReference(height: 1)) }
    #expect(throws: ImageError.self) { try filled(SliceReference(name: "w")) }
    #expect(throws: ImageError.self) { try filled(nil) }
    let single = ContourSet([Contour(square, slice: SliceReference(name: "w"))], frame: .pixels(.centers))
    #expect(try single.labelMap(on: flat).labels.voxels[0, 2, 2, 0] == 1)
  }

  @Test func whatCanNotBeFilled() throws {
    for value in [Double.nan, .infinity, 1e300, -1e12] {
      let set = ContourSet(
        [Contour([[0, 0, 0], [value, 0, 0], [1, 1, 0]], line: 5)], frame: .pixels(.centers))
      let error = #expect(throws: ImageError.self) { try set.labelMap(on: flat) }
      #expect(error?.description.contains("line 5") == true)
    }
    let few = ContourSet(
      [Contour([]), Contour([[1, 1, 0]]), Contour(square, isClosed: false)], frame: .pixels(.centers))
    let result = try few.labelMap(on: flat)
    #expect(result.notes.count == 2 && result.labels.voxels.elements.allSatisfy { $0 == 0 })
    let bad = ContourSet(
      [Contour(square, label: "a")], frame: .pixels(.centers),
      classes: [
        AnnotationClass("a", number: 1), AnnotationClass("b", number: 1), AnnotationClass("c", number: 0),
      ])
    let error = #expect(throws: ImageError.self) { try bad.labelMap(on: flat) }
    #expect(error?.problems.count == 2)
    let many = ContourSet(
      (0..<1000).map { _ in Contour([[.nan, 0, 0], [0, 0, 0], [1, 1, 0]]) }, frame: .pixels(.centers))
    let long = #expect(throws: ImageError.self) { try many.labelMap(on: flat) }
    #expect(long?.problems.count == ProblemList.most + 1)
  }

  @Test func ballsAroundPoints() throws {
    let grid = Grid(size: [7, 7, 5], affine: Affine(spacing: [1, 1, 2], origin: [10, 0, 0]))
    let set = PointSet(
      [Landmark("p", at: [13, 3, 4], label: "a"), Landmark("q", at: [16.4, 6, 8], label: "b")], frame: .world)
    let map = try set.labelMap(on: grid, radius: 2).labels
    #expect(rows(map, k: 2) == [".......", "...1...", "..111..", ".11111.", "..111..", "...1...", "......."])
    #expect(map.voxels[0, 3, 3, 1] == 1 && map.voxels[0, 2, 3, 1] == 0 && map.voxels[0, 6, 6, 4] == 2)
    #expect(
      try set.labelMap(on: grid, radius: 0, numbering: .byPoint).labels.voxels.elements.reduce(0) {
        $0 + Int($1)
      } == 3)
    let outside = PointSet(
      [Landmark(at: [0, 0, 0], line: 3), Landmark(at: [.nan, 0, 0], line: 4)], frame: .world)
    let error = #expect(throws: ImageError.self) { try outside.labelMap(on: grid, radius: 1) }
    #expect(error?.problems.count == 2)
    let pixels = PointSet([Landmark(at: [0, 5.9, 0])], frame: .pixels(.corners))
    #expect(try pixels.labelMap(on: flat, radius: 0).labels.voxels[0, 0, 5, 0] == 1)
  }
}
