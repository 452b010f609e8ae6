import MedVoxel

/// Markups of 3D Slicer (`.mrk.json`): points, lines, angles, curves and boxes.
///
/// A markup's name is the class of what it holds. `coordinateSystem` is LPS where it isn't given, as the schema has it;
/// all becomes RAS millimeters. Curves are polygons through their control points; control points without a defined
/// position are left out.
///
/// Source: Slicer's markups schema 1.0.3.
enum MarkupsJSON: WritableAnnotationCodec {
  static let name = "3D Slicer markups"
  static let writtenSuffixes = [".mrk.json"]
  static let holdsMillimeters = true

  static func recognizes(_ head: AnnotationHead) -> Bool {
    head.isJSON(with: "markups") || head.fileName.lowercased().hasSuffix(".mrk.json")
  }

  static func notMillimeters(_ format: String) -> ImageError {
    ImageError(
      "\(format) holds millimeters, the annotations are in pixels", remedy: "name the image they belong to")
  }

  static func read(_ file: AnnotationContent) throws(ImageError) -> Annotations {
    let root = try file.json()
    guard let markups = root["markups"]?.list else {
      throw ImageError("expected a list “markups”", at: file.line(root.line))
    }
    var annotations = Annotations(format: name, frame: .world)
    var problems = ProblemList()
    var seen: Set<String> = []
    var undefined = 0
    for markup in markups {
      let label = markup["name"]?.text ?? ""
      let color = AnnotationColor.fractions(markup["display"]?["selectedColor"]?.numbers)
      if !label.isEmpty { annotations.classes.add(label, color: color, seen: &seen) }
      guard let sign = sign(of: markup, file, &problems) else { continue }
      let points = points(of: markup, label, sign, file, &problems, &undefined)
      let type = markup["type"]?.text ?? "Fiducial"
      switch type {
      case "Fiducial": annotations.points += points
      case "Line", "Angle", "Curve", "ClosedCurve":
        annotations.contours.append(
          Contour(
            points.map(\.position), label: label, isClosed: type == "ClosedCurve",
            attributes: [.init("type", type)], line: markup.line))
      case "ROI":
        if let box = box(markup, label, sign, file, &problems) { annotations.boxes.append(box) }
      default:
        annotations.points += points
        annotations.notes.append(
          "line \(markup.line): of the \(type.prefix(40)) markup only the control points are read")
      }
    }
    try problems.check()
    if undefined > 0 {
      annotations.notes.append("\(undefined) points have no defined position and are left out")
    }
    return annotations
  }

  /// What the first two coordinates are multiplied with; nil where it isn't clear.
  private static func sign(
    of markup: JSONTree, _ file: AnnotationContent, _ problems: inout ProblemList
  ) -> SIMD3<Double>? {
    if let units = markup["coordinateUnits"], (units.text ?? units.list?.first?.text ?? "mm") != "mm" {
      problems.append("expected millimeters (mm) as coordinateUnits", at: file.line(units.line))
      return nil
    }
    switch markup["coordinateSystem"]?.plain {
    case nil, "LPS", "1": return [-1, -1, 1]
    case "RAS", "0": return [1, 1, 1]
    case let other?:
      problems.append(
        "expected LPS or RAS as coordinateSystem, found “\(other.prefix(40))”", at: file.line(markup.line))
      return nil
    }
  }

  private static func triple(_ tree: JSONTree?) -> SIMD3<Double>? {
    guard let numbers = tree?.numbers, numbers.count == 3, numbers.allSatisfy(\.isFinite) else { return nil }
    return SIMD3(numbers[0], numbers[1], numbers[2])
  }

  private static func points(
    of markup: JSONTree, _ label: String, _ sign: SIMD3<Double>, _ file: AnnotationContent,
    _ problems: inout ProblemList, _ undefined: inout Int
  ) -> [Landmark] {
    var points: [Landmark] = []
    for point in markup["controlPoints"]?.list ?? [] {
      if let status = point["positionStatus"]?.text, status != "defined" {
        undefined += 1
        continue
      }
      guard let position = triple(point["position"]) else {
        problems.append("expected three numbers as the control point's position", at: file.line(point.line))
        continue
      }
      let facts = ["id", "description"].compactMap { name in
        point[name]?.plain.flatMap { $0.isEmpty ? nil : ImageHeader.Fact(name, $0) }
      }
      points.append(
        Landmark(
          point["label"]?.plain ?? "", at: sign * position, label: label, attributes: facts, line: point.line)
      )
    }
    return points
  }

  private static func box(
    _ markup: JSONTree, _ label: String, _ sign: SIMD3<Double>, _ file: AnnotationContent,
    _ problems: inout ProblemList
  ) -> AnnotationBox? {
    guard let center = triple(markup["center"]), let size = triple(markup["size"]) else {
      problems.append("expected three numbers as the box's center and size", at: file.line(markup.line))
      return nil
    }
    var rows: [Double] = [1, 0, 0, 0, 1, 0, 0, 0, 1]
    if let orientation = markup["orientation"] {
      guard let numbers = orientation.numbers, numbers.count == 9, numbers.allSatisfy(\.isFinite) else {
        problems.append("expected nine numbers as the box's orientation", at: file.line(orientation.line))
        return nil
      }
      rows = numbers
    }
    let axes = (0..<3).map { column in
      sign * SIMD3(rows[column], rows[3 + column], rows[6 + column]) * (size[column] / 2)
    }
    return AnnotationBox(label, label: label, center: sign * center, halfAxes: axes, line: markup.line)
  }
}
