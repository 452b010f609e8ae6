import MedVoxel

/// Annotations of ASAP, the slide viewer (CAMELYON, PANDA and others).
///
/// The group is the class, with the group's color; groups within groups are told as facts. Coordinates are pixels of
/// the finest level, (0, 0) the corner of the first. Splines are taken as polygons through their corners.
enum ASAP: AnnotationCodec {
  static let name = "ASAP XML"

  static func recognizes(_ head: AnnotationHead) -> Bool { head.xmlRoot == "ASAP_Annotations" }

  static func read(_ file: AnnotationContent) throws(ImageError) -> Annotations {
    let root = try file.xml()
    var annotations = Annotations(format: name, frame: .pixels(.corners))
    var problems = ProblemList()
    var seen: Set<String> = []
    for group in root.all("AnnotationGroups").flatMap({ $0.all("Group") }) {
      let name = group.attribute("Name") ?? ""
      annotations.classes.add(name, color: AnnotationColor.hex(group.attribute("Color")), seen: &seen)
      if let parent = group.attribute("PartOfGroup"), parent != "None", !parent.isEmpty {
        annotations.facts.append(.init("group \(name)", "part of \(parent)"))
      }
    }
    var splines = 0
    for item in root.all("Annotations").flatMap({ $0.all("Annotation") }) {
      if item.attribute("Type") == "Spline" { splines += 1 }
      add(item, file, to: &annotations, &problems)
    }
    try problems.check()
    if splines > 0 {
      annotations.notes.append("\(splines) splines are taken as polygons through their corners")
    }
    return annotations
  }

  private static func add(
    _ item: XMLTree.Element, _ file: AnnotationContent, to annotations: inout Annotations,
    _ problems: inout ProblemList
  ) {
    var corners: [(order: Double, point: SIMD3<Double>)] = []
    for coordinate in item.all("Coordinates").flatMap({ $0.all("Coordinate") }) {
      let (x, y) = (coordinate.attribute("X") ?? "", coordinate.attribute("Y") ?? "")
      guard let column = AnnotationNumber.value(x), let row = AnnotationNumber.value(y) else {
        problems.append(
          "expected numbers as X and Y, found “\(x.prefix(40))” and “\(y.prefix(40))”",
          at: file.line(coordinate.line),
          remedy: AnnotationNumber.remedy(x + y))
        continue
      }
      let order = coordinate.attribute("Order").flatMap(AnnotationNumber.value) ?? Double(corners.count)
      corners.append((order, [column, row, 0]))
    }
    let points = corners.enumerated().sorted { ($0.element.order, $0.offset) < ($1.element.order, $1.offset) }
      .map(\.element.point)
    let group = item.attribute("PartOfGroup") ?? "None"
    let (label, name) = (group == "None" ? "" : group, item.attribute("Name") ?? "")
    let attributes = [ImageHeader.Fact("name", name)]
    let type = item.attribute("Type") ?? ""
    switch type {
    case "Dot", "PointSet":
      annotations.points += points.map { Landmark(name, at: $0, label: label, line: item.line) }
    case "Polygon", "Spline", "Rectangle":
      guard !points.isEmpty else {
        return problems.append(
          "the annotation “\(name.prefix(40))” has no coordinate", at: file.line(item.line))
      }
      annotations.contours.append(Contour(points, label: label, attributes: attributes, line: item.line))
    case "Measurement":
      annotations.contours.append(
        Contour(points, label: label, isClosed: false, attributes: attributes, line: item.line))
    default:
      problems.append(
        "expected Polygon, Spline, Rectangle, Dot, PointSet or Measurement as Type, found “\(type.prefix(40))”",
        at: file.line(item.line))
    }
  }
}
