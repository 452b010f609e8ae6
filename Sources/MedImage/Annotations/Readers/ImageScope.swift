import MedVoxel

/// Annotations of Aperio ImageScope.
///
/// A layer (`Annotation`) is a class, called by its name, or by its number where it has none, with the layer's color.
/// Regions with `NegativeROA="1"` are cut out of all others of their layer. Types: 0 an outline, 1 a rectangle, 2 an
/// ellipse within the box of its corners, 3 an arrow and 4 a ruler, which are open lines; a region of one corner is a
/// point. Coordinates are pixels of the finest level, (0, 0) the corner of the first.
enum ImageScope: AnnotationCodec {
  static let name = "Aperio ImageScope XML"

  static func recognizes(_ head: AnnotationHead) -> Bool { head.xmlRoot == "Annotations" }

  static func read(_ file: AnnotationContent) throws(ImageError) -> Annotations {
    let root = try file.xml()
    var annotations = Annotations(format: name, frame: .pixels(.corners))
    if let size = root.attribute("MicronsPerPixel"), !size.isEmpty {
      annotations.facts.append(.init("MicronsPerPixel", size))
    }
    var problems = ProblemList()
    var seen: Set<String> = []
    for (index, layer) in root.all("Annotation").enumerated() {
      let given = layer.attribute("Name") ?? ""
      let label = given.isEmpty ? "layer \(layer.attribute("Id") ?? "\(index + 1)")" : given
      // Red is the lowest byte.
      let color = layer.attribute("LineColor").flatMap { UInt32($0) }.map { number in
        let bgr = AnnotationColor.rgb(number)
        return SIMD3(bgr.z, bgr.y, bgr.x)
      }
      annotations.classes.add(label, color: color, seen: &seen)
      for region in layer.all("Regions").flatMap({ $0.all("Region") }) {
        add(region, label, layer: index, file, to: &annotations, &problems)
      }
    }
    try problems.check()
    return annotations
  }

  private static func add(
    _ region: XMLTree.Element, _ label: String, layer: Int, _ file: AnnotationContent,
    to annotations: inout Annotations, _ problems: inout ProblemList
  ) {
    var points: [SIMD3<Double>] = []
    for list in region.all("Vertices") {
      for vertex in list.children where vertex.name == "Vertex" || vertex.name == "V" {
        let (x, y) = (vertex.attribute("X") ?? "", vertex.attribute("Y") ?? "")
        guard let column = AnnotationNumber.value(x), let row = AnnotationNumber.value(y) else {
          problems.append(
            "expected numbers as X and Y, found “\(x.prefix(40))” and “\(y.prefix(40))”",
            at: file.line(vertex.line),
            remedy: AnnotationNumber.remedy(x + y))
          continue
        }
        points.append([column, row, 0])
      }
    }
    guard let first = points.first else {
      return problems.append("the region has no vertex", at: file.line(region.line))
    }
    var attributes: [ImageHeader.Fact] = []
    for name in ["Id", "Text"] {
      if let value = region.attribute(name), !value.isEmpty { attributes.append(.init(name, value)) }
    }
    let flag = region.attribute("NegativeROA")?.lowercased()
    let isHole = flag == "1" || flag == "true"
    let type = region.attribute("Type") ?? "0"
    var contour = Contour(
      points, label: label, isHole: isHole, object: layer, attributes: attributes, line: region.line)
    switch type.lowercased() {
    case "2", "ellipse":
      let low = points.reduce(first) { pointwiseMin($0, $1) }
      let high = points.reduce(first) { pointwiseMax($0, $1) }
      var box = AnnotationBox(label: label, from: low, to: high, line: region.line)
      (box.attributes, box.object) = (attributes, layer)
      guard isHole, let outline = AnnotationEllipse(in: box).outline(corners: 360) else {
        annotations.ellipses.append(AnnotationEllipse(in: box))
        return
      }
      contour.points = outline.points
    case "3", "arrow", "4", "ruler":
      contour.isClosed = false
      contour.isHole = false
    default:
      if points.count == 1 {
        let text = region.attribute("Text") ?? ""
        annotations.points.append(
          Landmark(text, at: first, label: label, attributes: attributes, line: region.line))
        return
      }
      if points.count > 1, first == points.last { contour.points.removeLast() }
    }
    annotations.contours.append(contour)
  }
}
