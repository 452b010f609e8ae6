import Foundation
import MedVoxel
import Testing

@testable import MedImage

@Suite struct PointFileTests {
  @Test func landmarkTables() throws {
    let read = try annotations("\u{FEFF},X,Y\r\n1,144,122\r\n2,281.5,66\r\n", named: "a.csv")
    #expect(read.format == "landmark table (BIRL)" && read.frame == .pixels(.centers))
    #expect(read.points.map(\.name) == ["1", "2"] && read.points[1].position == [281.5, 66, 0])
    #expect(
      try annotations("y;x;name\n1;2;a b", named: "a.csv").points[0]
        == Landmark("a b", at: [2, 1, 0], line: 2))
    let problems = annotationProblems("X;Y\n1,5;2\n3;4\n5\n", named: "a.csv")
    #expect(problems.count == 2 && problems[0].contains("line 2") && problems[0].contains("with a point"))
    #expect(annotationProblems("X,Y,weight\n1,2,3", named: "a.csv")[0].contains("neither"))
    let points = try annotations("point\n2\n144.0 122.0\n1e2 66\n", named: "a.pts")
    #expect(
      points.points.map(\.position) == [[144, 122, 0], [100, 66, 0]] && points.frame == .pixels(.centers))
    let volume = try annotations("point\n1\n1 2 3", named: "a.pts")
    #expect(volume.frame == .world && volume.points[0].position == [-1, -2, 3])
    #expect(try annotations("index\n1\n1 2 3", named: "a.pts").points[0].slice?.index == 3)
    #expect(annotationProblems("point\n3\n1 2\n", named: "a.pts")[0].contains("claims 3"))
    #expect(annotationProblems("point\n2\n1 2\n1 2 3\n", named: "a.pts")[0].contains("line 4"))
  }

  @Test func slicerLists() throws {
    let columns = "# columns = id,x,y,z,ow,ox,oy,oz,vis,sel,lock,label,desc,associatedNodeID\n"
    func list(_ head: String, _ rows: String) -> String {
      "# Markups fiducial file version = \(head)\n" + columns + rows
    }
    let row = "vtk_0,1.5,2,3,0,0,0,1,1,1,0,\"F, \"\"1\"\"\",why,node"
    let ras = try annotations(list("4.10\n# CoordinateSystem = 0", row), named: "F.fcsv")
    #expect(ras.frame == .world && ras.points[0].position == [1.5, 2, 3] && ras.points[0].name == "F, \"1\"")
    #expect(ras.points[0].attributes == [.init("id", "vtk_0"), .init("description", "why")])
    let lps = try annotations(
      list("5.6\n# CoordinateSystem = LPS", row + ",2,0\n" + row + ",0,0\n"), named: "x")
    #expect(lps.points.map(\.position) == [[-1.5, -2, 3]] && lps.notes.count == 1)
    let unnamed = try annotations(list("5.0", row), named: "x")
    #expect(unnamed.points[0].position.x == -1.5 && unnamed.notes.count == 1)
    #expect(
      annotationProblems(list("4.6\n# CoordinateSystem = 2", row), named: "x")[0].contains("RAS or LPS"))
    #expect(
      annotationProblems(list("5.0\n# CoordinateSystem = LPS", "a,1,two,3\nb,1,2\n"), named: "x").count == 2)
    let old = try annotations(
      "# Fiducial List file /tmp/L.fcsv\n# name = L\n# columns = label,x,y,z,sel,vis\nL1,1,2,3,1,1\n",
      named: "L.fcsv")
    #expect(old.points[0].name == "L1" && old.points[0].position == [1, 2, 3])
  }

  @Test func slicerMarkups() throws {
    func file(_ markup: String) -> String { "{\"@schema\": \"s\", \"markups\": [\(markup)]}" }
    let read = try annotations(
      file(
        """
        {"type": "Fiducial", "coordinateSystem": "LPS", "coordinateUnits": ["mm", "UCUM", "millimeter"],
         "controlPoints": [{"id": "1", "label": "a", "position": [1, 2.5, -3e0], "positionStatus": "defined"},
                           {"id": "2", "label": "b", "positionStatus": "undefined"}]},
        {"type": "ClosedCurve", "name": "C", "coordinateSystem": "RAS", "display": {"selectedColor": [1, 0.5, 0]},
         "controlPoints": [{"position": [0, 0, 0]}, {"position": [1, 0, 0]}, {"position": [1, 1, 0]}]},
        {"type": "ROI", "center": [1, 2, 3], "size": [2, 4, 6], "orientation": [0, -1, 0, 1, 0, 0, 0, 0, 1]}
        """), named: "a.json")
    #expect(read.points.map(\.position) == [[-1, -2.5, -3]] && read.notes.count == 1)
    #expect(
      read.contours[0].isClosed && read.contours[0].label == "C" && read.contours[0].points[2] == [1, 1, 0])
    #expect(read.classes == [AnnotationClass("C", color: [255, 128, 0])])
    #expect(
      read.boxes[0].center == [-1, -2, 3] && read.boxes[0].halfAxes == [[0, -1, 0], [2, 0, 0], [0, 0, 3]])
    let problems = annotationProblems(
      file(
        """
        {"coordinateSystem": "IJK"},\n{"controlPoints": [\n{"position": [1, 2]},\n{"position": [1, 2, 1e999]}]},
        {"type": "ROI", "center": [1, 2, 3]}, {"coordinateUnits": "um"}
        """), named: "a.mrk.json")
    #expect(problems.count == 5 && problems[1].contains("line 3"), "\(problems)")
    #expect(!annotationProblems("{}", named: "a.mrk.json").isEmpty)
  }
}
