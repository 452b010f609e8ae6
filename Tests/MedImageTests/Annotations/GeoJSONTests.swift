import Foundation
import MedVoxel
import MedTestSupport
import Testing

@testable import MedImage

@Suite struct GeoJSONTests {
  private func problems(_ text: String) -> [String] { annotationProblems(text, named: "a.geojson") }

  @Test func features() throws {
    let text = """
      {"type": "FeatureCollection", "features": [
      {"type": "Feature", "id": "u", "geometry": {"type": "Polygon", "plane": {"c": -1, "z": 2, "t": 0},
       "coordinates": [[[0, 0], [9, 0], [9, 9], [0, 9], [0, 0]], [[2, 2], [4, 2], [4, 4], [2, 4], [2, 2]]]},
       "properties": {"objectType": "annotation", "name": "n", "isLocked": false, "measurements": {"a": 1},
       "classification": {"name": "Tumor", "color": [200, 0, 0]}}},
      {"type": "Feature", "geometry": {"type": "MultiPolygon", "coordinates":
       [[[[0, 0], [1, 0], [1, 1], [0, 0]]], [[[5, 5], [6, 5], [6, 6]]]]}, "properties":
       {"classification": {"name": "Stroma", "colorRGB": -16711936}}},
      {"type": "Feature", "geometry": null, "properties": null},
      {"type": "Feature", "geometry": {"type": "GeometryCollection", "geometries": [
        {"type": "Point", "coordinates": [1, 2, 3]}, {"type": "MultiPoint", "coordinates": [[3, 4], [5, 6]]},
        {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}]}, "properties": {"classification": "Cells"}}
      ]}
      """
    let read = try annotations(text, named: "a.geojson")
    #expect(read.frame == .pixels(.corners) && read.contours.count == 4 && read.notes.count == 1)
    #expect(read.contours[0].points.count == 4 && read.contours[0].holes[0].count == 4)
    #expect(read.contours[0].slice?.index == 2 && read.contours[0].line == 2)
    #expect(read.contours[0].attributes.map(\.name) == ["name", "objectType", "isLocked"])
    #expect(read.contours[1].object == read.contours[2].object && read.contours[2].points.count == 3)
    #expect(
      !read.contours[3].isClosed && read.points.map(\.position) == [[1, 2, 0], [3, 4, 0], [5, 6, 0]])
    #expect(
      read.classes == [
        AnnotationClass("Tumor", color: [200, 0, 0]), AnnotationClass("Stroma", color: [0, 255, 0]),
        AnnotationClass("Cells"),
      ])
    let list = "[{\"type\": \"Feature\", \"geometry\": {\"type\": \"Point\", \"coordinates\": [1, 2]}}]"
    #expect(try annotations(list, named: "a.json").points.count == 1)
  }

  @Test func damage() {
    let geometry = { (text: String) in "{\"type\": \"Feature\", \"geometry\": \(text)}" }
    #expect(problems(geometry("{\"type\": \"Circle\", \"coordinates\": []}"))[0].contains("Circle"))
    #expect(problems(geometry("{\"type\": \"Polygon\"}"))[0].contains("no coordinates"))
    #expect(
      problems(geometry("{\n\"type\": \"Polygon\", \"coordinates\": [1,\n[[1, \"a\"],\n[1]]]}")).count == 3)
    #expect(problems("{\"type\": \"FeatureCollection\"}")[0].contains("features"))
    #expect(problems("{\"a\": 1}")[0].contains("type"))
    #expect(problems("").count == 1)
  }

  @Test func strictJSON() throws {
    func number(_ text: String) throws -> Double? { try JSONTree(Array(text.utf8), name: "x").number }
    #expect(try number("-0.1e-2") == -0.001 && number(" 12\n") == 12 && number("1e999") == .infinity)
    #expect(try JSONTree(Array("\"\\u00e9\\ud83d\\ude00\\n/\"".utf8), name: "x").text == "é😀\n/")
    for text in [
      "", "{", "[1,]", "{\"a\" 1}", "{a: 1}", "01", "1.", ".5", "+1", "1e", "nul", "\"a", "\"\\x\"",
      "\"\\ud800\"", "1 2",
      "\"\\ud800\\u0041\"", "\"\n\"", "NaN", "[1 2]", "'a'",
    ] {
      #expect(throws: ImageError.self, "\(text)") { try JSONTree(Array(text.utf8), name: "x") }
    }
    #expect(throws: ImageError.self) { try JSONTree([34, 0xFF, 34], name: "x") }
    func nested(_ count: Int) -> [UInt8] {
      Array((String(repeating: "[", count: count) + String(repeating: "]", count: count)).utf8)
    }
    _ = try JSONTree(nested(JSONTree.deepest), name: "x")
    #expect(throws: ImageError.self) { try JSONTree(nested(JSONTree.deepest + 1), name: "x") }
    #expect(throws: ImageError.self) { try JSONTree([UInt8](repeating: 91, count: 1 << 20), name: "x") }
    let error = #expect(throws: ImageError.self) { try JSONTree(Array("[1,\n2,\n?]".utf8), name: "x.json") }
    #expect(error?.description.contains("x.json: line 3") == true)
  }
}

@Suite struct BadAnnotationTests {
  @Test func bombsAndDepth() {
    let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\">]><Annotations>&b;</Annotations>"
    #expect(annotationProblems(bomb, named: "a.xml")[0].contains("entities"))
    let deep = "<Annotations>" + String(repeating: "<a>", count: 100_000)
    #expect(annotationProblems(deep, named: "a.xml")[0].contains("nested"))
    #expect(annotationProblems("<Annotations", named: "a.xml").count == 1)
    #expect(annotationProblems("<plist>", named: "a.xml").count == 1)
    #expect(annotationProblems("", named: "a.fcsv").count == 1)
  }

  @Test func wrongEncodings() throws {
    let utf16 = try #require(",X,Y\n1,2,3\n".data(using: .utf16))
    let read = try AnnotationFile.open(FileSource(memory: utf16, name: "a.csv"))
    #expect(read.points == [Landmark("1", at: [2, 3, 0], line: 2)])
    let latin = Array(",X,Y\n\u{e9},2,3\n".unicodeScalars.map { UInt8($0.value) })
    #expect(try AnnotationFile.open(FileSource(memory: latin, name: "a.csv")).points[0].name == "é")
    #expect(throws: ImageError.self) {
      try AnnotationFile.open(FileSource(memory: [44, 88, 44, 89, 10, 0, 1], name: "a.csv"))
    }
  }

  @Test func manyPoints() throws {
    var text = ",X,Y\n"
    for index in 0..<100_000 { text += "\(index),\(index % 977).5,\(index / 977)\n" }
    #expect(try annotations(text, named: "a.csv").points.count == 100_000)
    // A zigzag across the image: much work for each row, none of it repeated.
    let zigzag = (0..<20_000).map { SIMD3<Double>($0 % 2 == 0 ? 0 : 99, Double($0) / 200, 0) }
    let grid = Grid(size: [100, 100, 1], affine: .identity)
    _ = try ContourSet([Contour(zigzag)], frame: .pixels(.centers)).labelMap(on: grid)
  }

  @Test func damagedBytesNeverCrash() throws {
    let files = [
      (
        "a.geojson",
        "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[3,0],[3,3]]]}}"
      ),
      ("a.fcsv", "# CoordinateSystem = LPS\n# columns = id,x,y,z\n1,2,3,4,0,0,0,1,1,1,0,\"F\",,\n"),
      ("a.csv", ",X,Y\n1,2,3\n"), ("IM-1-2-icontour-manual.txt", "1 2\n3 4\n5 6\n"),
      (
        "a.xml",
        "<Annotations><Annotation><Regions><Region Type=\"2\"><Vertices><Vertex X=\"1\" Y=\"2\"/></Vertices></Region></Regions></Annotation></Annotations>"
      ),
      (
        "b.xml",
        "<plist><dict><key>Images</key><array><dict><key>ROIs</key><array/></dict></array></dict></plist>"
      ),
    ]
    var random = RandomStream(seed: 5)
    let grid = Grid(size: [4, 4, 2], affine: .identity)
    for (name, text) in files {
      for _ in 0..<150 {
        let bytes = random.damaged(Array(text.utf8), places: 2)
        guard let read = try? AnnotationFile.open(FileSource(memory: bytes, name: name)) else { continue }
        _ = try? read.contourSet().labelMap(on: grid)
        _ = try? read.pointSet.labelMap(on: grid, radius: 2)
      }
    }
  }
}
