import Foundation

/// Small annotation files of every kind.
enum AnnotationSeeds {
  private static let xml = [
    """
    <LidcReadMessage xmlns="http://www.nih.gov"><ResponseHeader><SeriesInstanceUid>1</SeriesInstanceUid></ResponseHeader>
    <readingSession><unblindedReadNodule><noduleID>N</noduleID><characteristics><malignancy>4</malignancy>
    </characteristics><roi><imageZposition>3</imageZposition><imageSOP_UID>1.2</imageSOP_UID><inclusion>TRUE</inclusion>
    <edgeMap><xCoord>1</xCoord><yCoord>1</yCoord></edgeMap><edgeMap><xCoord>5</xCoord><yCoord>1</yCoord></edgeMap>
    <edgeMap><xCoord>5</xCoord><yCoord>5</yCoord></edgeMap></roi></unblindedReadNodule><nonNodule><nonNoduleID>X
    </nonNoduleID><imageZposition>3</imageZposition><locus><xCoord>6</xCoord><yCoord>7</yCoord></locus></nonNodule>
    </readingSession></LidcReadMessage>
    """,
    """
    <!DOCTYPE plist SYSTEM "a.dtd"><plist version="1.0"><dict><key>Images</key><array><dict><key>NumberOfROIs</key>
    <integer>1</integer><key>ROIs</key><array><dict><key>Name</key><string>Mass</string><key>NumberOfPoints</key>
    <integer>3</integer><key>Point_px</key><array><string>(1.5, 2)</string><string>(9, 2)</string>
    <string>(5, 12)</string></array></dict></array></dict></array></dict></plist>
    """,
    """
    <ASAP_Annotations><Annotations><Annotation Name="a" Type="Polygon" PartOfGroup="T"><Coordinates>
    <Coordinate Order="0" X="1" Y="1"/><Coordinate Order="1" X="5" Y="1"/><Coordinate Order="2" X="5" Y="4.5"/>
    </Coordinates></Annotation></Annotations><AnnotationGroups><Group Name="T" PartOfGroup="None" Color="#ff0080"/>
    </AnnotationGroups></ASAP_Annotations>
    """,
    """
    <Annotations MicronsPerPixel="0.25"><Annotation Id="1" Name="" LineColor="255"><Regions><Region Type="0"><Vertices>
    <Vertex X="1" Y="1" Z="0"/><Vertex X="9" Y="1"/><Vertex X="9" Y="9"/></Vertices></Region><Region Type="2"
    NegativeROA="1"><Vertices><Vertex X="2" Y="3"/><Vertex X="6" Y="5"/></Vertices></Region></Regions></Annotation>
    </Annotations>
    """,
  ]

  private static let json = [
    """
    {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": "Polygon",
    "plane": {"c": -1, "z": 2, "t": 0}, "coordinates": [[[0, 0], [9, 0], [9, 9], [0, 0]], [[3, 1], [5, 1], [5, 2], [3, 1]]]},
    "properties": {"name": "n", "classification": {"name": "Tumor", "color": [200, 0, 0]}}},
    {"type": "Feature", "geometry": {"type": "MultiPoint", "coordinates": [[3, 4], [5, 6]]}}]}
    """,
    """
    {"markups": [{"type": "Fiducial", "coordinateSystem": "LPS", "controlPoints": [{"id": "1", "label": "a",
    "position": [1, 2.5, -3e0], "positionStatus": "defined"}]}, {"type": "ClosedCurve", "name": "C",
    "controlPoints": [{"position": [0, 0, 1]}, {"position": [-4, 0, 1]}, {"position": [-4, -9, 1]}]},
    {"type": "ROI", "center": [1, 2, 3], "size": [2, 4, 6], "orientation": [0, -1, 0, 1, 0, 0, 0, 0, 1]}]}
    """,
  ]

  /// The first character chooses the name.
  private static let text = [
    """
    \u{0}# Markups fiducial file version = 5.6
    # CoordinateSystem = LPS
    # columns = id,x,y,z,ow,ox,oy,oz,vis,sel,lock,label,desc,associatedNodeID
    1,1.5,2,3,0,0,0,1,1,1,0,"F, 1",,,2,0
    """,
    "\u{1},X,Y\n1,14,12\n2,2.5,6\n", "\u{2}point\n2\n14 12\n2.5 6\n", "\u{3}1 2\n9.5 2\n5 12\n",
  ]

  static func write(to folder: URL) throws {
    for (target, seeds) in [("XML", xml), ("JSON", json), ("Text", text)] {
      let place = folder.appendingPathComponent("Annotation" + target)
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      for (index, seed) in seeds.enumerated() {
        try Data(seed.utf8).write(to: place.appendingPathComponent("seed-\(index)"))
      }
    }
  }
}
