import Foundation
import MedTestSupport
import MedVoxel
import Testing

@testable import MedImage

@Suite struct AnnotationWritingTests {
  /// Without what files don't keep.
  private func bare(_ annotations: Annotations) -> Annotations {
    var result = annotations
    result.format = ""
    for index in result.points.indices { result.points[index].line = nil }
    for index in result.contours.indices {
      (result.contours[index].line, result.contours[index].object) = (nil, nil)
      result.contours[index].attributes = []
    }
    for index in result.boxes.indices { result.boxes[index].line = nil }
    for index in result.points.indices { result.points[index].attributes = [] }
    return result
  }

  private func roundTrip(_ annotations: Annotations, _ name: String) throws -> Annotations {
    let folder = try TemporaryFolder()
    try AnnotationFile.write(annotations, to: folder.file(name))
    return bare(try AnnotationFile.open(folder.file(name)))
  }

  @Test func geoJSON() throws {
    var drawn = Annotations(format: "", frame: .pixels(.corners))
    drawn.classes = [AnnotationClass("Tumor \"x\"\n\u{1}é", color: [200, 0, 1])]
    drawn.contours = [
      Contour(
        [[0.1, 0.2, 0], [1e6 / 3, 0, 0], [5, 1e-7, 0]], label: drawn.classes[0].name,
        holes: [[[1, 1, 0], [2, 1, 0], [2, 2, 0]]]),
      Contour([[0, 0, 0], [1, 1, 0]], isClosed: false, slice: SliceReference(index: 3)),
    ]
    drawn.points = [Landmark("p", at: [-1.5, 2, 0], label: drawn.classes[0].name)]
    #expect(try roundTrip(drawn, "a.geojson") == bare(drawn))
    #expect(GeoJSON.losses(of: drawn).isEmpty)
    drawn.frame = .pixels(.centers)
    #expect(try roundTrip(drawn, "a.geojson").points[0].position == [-1, 2.5, 0])
    drawn.frame = .world
    #expect(throws: ImageError.self) { try roundTrip(drawn, "a.geojson") }
    let lost = ContourSet([Contour([[0, 0, 0]], isHole: true, object: 1, line: 8)], frame: .pixels(.corners))
    var holes = Annotations(format: "", frame: .pixels(.corners))
    holes.contours = lost.contours
    #expect(throws: ImageError.self) { try GeoJSON.text(of: holes) }
  }

  @Test func markups() throws {
    var drawn = Annotations(format: "", frame: .world)
    drawn.classes = [AnnotationClass("F", color: [255, 128, 0]), AnnotationClass("C"), AnnotationClass("R")]
    drawn.points = [
      Landmark("a, \"b\"", at: [1.1, -2.2, 1e-9], label: "F"),
      Landmark("", at: [0, 0, 100.0 / 3], label: "F"),
    ]
    drawn.contours = [
      Contour([[0, 0, 1], [4, 0, 1], [4, 4, 1]], label: "C"),
      Contour([[0, 0, 1], [4, 0, 1]], isClosed: false),
    ]
    drawn.boxes = [
      AnnotationBox("R", label: "R", center: [1, 2, 3], halfAxes: [[0, 2, 0], [-1, 0, 0], [0, 0, 4]])
    ]
    #expect(try roundTrip(drawn, "a.mrk.json") == bare(drawn))
    (drawn.contours, drawn.boxes, drawn.classes) = ([], [], [])
    for index in drawn.points.indices { drawn.points[index].label = "" }
    #expect(try roundTrip(drawn, "a.fcsv") == bare(drawn))
    drawn.frame = .pixels(.centers)
    #expect(throws: ImageError.self) { try roundTrip(drawn, "a.fcsv") }
    #expect(throws: ImageError.self) { try roundTrip(drawn, "a.mrk.json") }
    #expect(throws: ImageError.self) { try roundTrip(drawn, "a.doc") }
  }

  @Test func landmarks() throws {
    var drawn = Annotations(format: "", frame: .pixels(.centers))
    drawn.points = [Landmark("1", at: [144, 122.25, 0]), Landmark("left, top", at: [1.0 / 3, -1, 0])]
    #expect(try roundTrip(drawn, "a.csv") == bare(drawn))
    drawn.frame = .world
    #expect(throws: ImageError.self) { try roundTrip(drawn, "a.csv") }
  }
}
