import Foundation
import MedVoxel
import Testing

@testable import MedImage

/// Reads text as a file of a name.
func annotations(_ text: String, named name: String) throws -> Annotations {
  try AnnotationFile.open(FileSource(memory: Array(text.utf8), name: name))
}

/// The problems of a file that is refused.
func annotationProblems(_ text: String, named name: String) -> [String] {
  do {
    _ = try annotations(text, named: name)
    return []
  } catch {
    return (error as? ImageError)?.problems.map(\.description) ?? ["\(error)"]
  }
}

@Suite struct AnnotationReadingTests {
  @Test func lidc() throws {
    let text = """
      <?xml version="1.0" encoding="UTF-8"?>
      <LidcReadMessage xmlns="http://www.nih.gov"><ResponseHeader><SeriesInstanceUid>1.2</SeriesInstanceUid></ResponseHeader>
      <readingSession>
      <unblindedReadNodule><noduleID>N1</noduleID><characteristics><malignancy>4</malignancy></characteristics>
      <roi><imageZposition>-10.5</imageZposition><imageSOP_UID>1.2.3</imageSOP_UID><inclusion>TRUE</inclusion>
      <edgeMap><xCoord>1</xCoord><yCoord>1</yCoord></edgeMap><edgeMap><xCoord>5</xCoord><yCoord>1</yCoord></edgeMap>
      <edgeMap><xCoord>5</xCoord><yCoord>5</yCoord></edgeMap><edgeMap><xCoord>1</xCoord><yCoord>5</yCoord></edgeMap></roi>
      <roi><imageZposition>-10.5</imageZposition><imageSOP_UID>1.2.3</imageSOP_UID><inclusion>FALSE</inclusion>
      <edgeMap><xCoord>2</xCoord><yCoord>2</yCoord></edgeMap><edgeMap><xCoord>4</xCoord><yCoord>2</yCoord></edgeMap>
      <edgeMap><xCoord>4</xCoord><yCoord>4</yCoord></edgeMap><edgeMap><xCoord>2</xCoord><yCoord>4</yCoord></edgeMap></roi>
      </unblindedReadNodule>
      <unblindedReadNodule><noduleID>N2</noduleID><roi><imageZposition>-8</imageZposition><imageSOP_UID>1.2.4</imageSOP_UID>
      <inclusion>TRUE</inclusion><edgeMap><xCoord>3</xCoord><yCoord>2</yCoord></edgeMap></roi></unblindedReadNodule>
      <nonNodule><nonNoduleID>X</nonNoduleID><imageZposition>-8</imageZposition><imageSOP_UID>1.2.4</imageSOP_UID>
      <locus><xCoord>6</xCoord><yCoord>7</yCoord></locus></nonNodule>
      </readingSession></LidcReadMessage>
      """
    let read = try annotations(text, named: "069.xml")
    #expect(read.format == "LIDC-IDRI XML" && read.frame == .pixels(.centers) && read.outlineRule == .inside)
    #expect(read.contours.count == 2 && read.contours[1].isHole && read.contours[0].line == 5)
    #expect(read.contours[0].slice == SliceReference(name: "1.2.3", height: -10.5))
    #expect(read.contours[0].attributes.contains(.init("malignancy", "4")))
    #expect(read.points.map(\.label) == ["small nodule", "non-nodule"])
    #expect(read.points.map(\.position) == [[3, 2, 0], [6, 7, 0]])
    let grid = Grid(size: [8, 8, 2], affine: Affine(spacing: [1, 1, 2.5], origin: [0, 0, -10.5]))
    let map = try read.contourSet().labelMap(on: grid, options: FillOptions(outline: .inside)).labels
    // Nine pixels strictly inside, without the one strictly inside of the hole.
    #expect(map.voxels.elements.reduce(0) { $0 + Int($1) } == 8 && map.voxels[0, 3, 3, 0] == 0)
    let problems = annotationProblems(
      text.replacingOccurrences(of: "<xCoord>5<", with: "<xCoord>five<"), named: "a.xml")
    #expect(problems.count == 1 && problems[0].contains("line 6"))
  }

  @Test func sunnybrook() throws {
    let name = "IM-0001-0059-icontour-manual.txt"
    let read = try annotations("1.5 2.5\r3.00 2e0\r\r 4 5 \r1.5 2.5\r", named: name)
    #expect(read.contours.count == 1 && read.contours[0].points == [[1.5, 2.5, 0], [3, 2, 0], [4, 5, 0]])
    #expect(read.contours[0].label == "endocardium" && read.contours[0].slice?.name == "0059")
    #expect(
      try annotations("1 2", named: "IM-0001-0059-p2-manual.txt").contours[0].label == "papillary muscle 2")
    let problems = annotationProblems("1,5 2\n3 nan\n1 2 3\n4 5", named: name)
    #expect(problems.count == 3)
    #expect(
      problems[0].contains("line 1") && problems[0].contains("with a point") && problems[2].contains("line 3")
    )
    #expect(!annotationProblems("", named: name).isEmpty)
    #expect(annotationProblems("1 2", named: "notes.txt")[0].contains("known are"))
  }

  @Test func inbreast() throws {
    func list(_ regions: String, count: Int = 2) -> String {
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
      <plist version="1.0"><dict><key>Images</key><array><dict>
      <key>ImageIndex</key><integer>0</integer><key>NumberOfROIs</key><integer>\(count)</integer>
      <key>ROIs</key><array>\(regions)</array></dict></array></dict></plist>
      """
    }
    let mass = """
      <dict><key>Area</key><real>0.5</real><key>Name</key><string>Mass</string><key>NumberOfPoints</key><integer>3</integer>
      <key>Point_px</key><array><string>(10.5, 20.25)</string><string>(12, 20)</string>
      <string>(11, 25)</string></array></dict>
      """
    let dot = """
      <dict><key>Name</key><string>Calcification</string><key>NumberOfPoints</key><integer>1</integer>
      <key>Point_px</key><array><string>(3, 4)</string></array></dict>
      """
    let read = try annotations(list(mass + dot), named: "20586908.xml")
    #expect(
      read.contours.count == 1 && read.contours[0].points[0] == [10.5, 20.25, 0] && read.contours[0].isClosed)
    #expect(read.points == [Landmark("Calcification", at: [3, 4, 0], label: "Calcification", line: 7)])
    #expect(read.contours[0].attributes == [.init("Area", "0.5")] && read.notes.isEmpty)
    #expect(try annotations(list(mass), named: "a.xml").notes.count == 1)
    let bad = mass.replacingOccurrences(of: "(12, 20)", with: "(12,5, 20)")
    #expect(annotationProblems(list(bad), named: "a.xml").first?.contains("12,5") == true)
    #expect(!annotationProblems("<plist><dict><key>a</key></dict></plist>", named: "a.xml").isEmpty)
    #expect(
      !annotationProblems("<plist><dict><key>a</key><integer>x</integer></dict></plist>", named: "a.xml")
        .isEmpty)
    #expect(!annotationProblems("<plist><array/></plist>", named: "a.xml").isEmpty)
  }

  @Test func asap() throws {
    let text = """
      <?xml version="1.0"?>
      <ASAP_Annotations><Annotations>
      <Annotation Name="A0" Type="Polygon" PartOfGroup="Tumor" Color="#F4FA58"><Coordinates>
      <Coordinate Order="1" X="5" Y="1"/><Coordinate Order="0" X="1" Y="1"/><Coordinate Order="2" X="5" Y="4.5"/>
      </Coordinates></Annotation>
      <Annotation Name="A1" Type="Dot" PartOfGroup="None"><Coordinates><Coordinate Order="0" X="7" Y="8"/></Coordinates></Annotation>
      <Annotation Name="A2" Type="Spline" PartOfGroup="Tumor"><Coordinates><Coordinate Order="0" X="7" Y="8"/></Coordinates></Annotation>
      </Annotations><AnnotationGroups>
      <Group Name="Tumor" PartOfGroup="Lesion" Color="#ff0080"><Attributes/></Group>
      <Group Name="Lesion" PartOfGroup="None" Color="#64FE2E"><Attributes/></Group>
      </AnnotationGroups></ASAP_Annotations>
      """
    let read = try annotations(text, named: "tumor_001.xml")
    #expect(read.frame == .pixels(.corners))
    #expect(
      read.contours[0].points == [[1, 1, 0], [5, 1, 0], [5, 4.5, 0]] && read.contours[0].label == "Tumor")
    #expect(read.points == [Landmark("A1", at: [7, 8, 0], line: 6)])
    #expect(
      read.classes == [
        AnnotationClass("Tumor", color: [255, 0, 128]), AnnotationClass("Lesion", color: [100, 254, 46]),
      ])
    #expect(read.facts == [.init("group Tumor", "part of Lesion")] && read.notes.count == 1)
    let problems = annotationProblems(
      text.replacingOccurrences(of: "X=\"5\"", with: "X=\"1e999\"").replacingOccurrences(
        of: "Spline", with: "Blob"),
      named: "a.xml")
    #expect(problems.count == 3 && problems[0].contains("line 4"))
  }

  @Test func imageScope() throws {
    func region(_ attributes: String, _ points: [(Double, Double)]) -> String {
      "<Region \(attributes)><Vertices>"
        + points.map { "<Vertex X=\"\($0.0)\" Y=\"\($0.1)\" Z=\"0\"/>" }.joined() + "</Vertices></Region>"
    }
    let square = [(1.0, 1.0), (9, 1), (9, 9), (1, 9), (1, 1)]
    let text = """
      <Annotations MicronsPerPixel="0.25"><Annotation Id="1" Name="" LineColor="255"><Regions>
      \(region("Id=\"1\" Type=\"0\" NegativeROA=\"0\"", square))
      \(region("Id=\"2\" Type=\"0\" NegativeROA=\"1\"", [(2, 2), (4, 2), (4, 4), (2, 4)]))
      \(region("Id=\"3\" Type=\"2\"", [(2, 3), (6, 5)]))
      \(region("Id=\"4\" Type=\"3\"", [(2, 3), (6, 5)]))
      </Regions></Annotation></Annotations>
      """
    let read = try annotations(text, named: "a.xml")
    #expect(read.classes == [AnnotationClass("layer 1", color: [255, 0, 0])])
    #expect(
      read.contours.map(\.points.count) == [4, 4, 2] && read.contours.map(\.isHole) == [false, true, false])
    #expect(
      read.ellipses[0].box.center == [4, 4, 0]
        && read.ellipses[0].box.halfAxes == [[2, 0, 0], [0, 1, 0], .zero])
    let grid = Grid(size: [10, 10, 1], affine: .identity)
    let map = try read.contourSet().labelMap(on: grid)
    // 64 pixels without four; the hole is cut out of the ellipse too.
    #expect(map.notes.count == 1 && map.labels.voxels.elements.reduce(0) { $0 + Int($1) } == 60)
    let written = try GeoJSON.text(of: read)
    #expect(try annotations(written, named: "a.geojson").contours[0].holes.count == 1)
  }
}
