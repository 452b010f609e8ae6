import MedVoxel

extension MarkupsJSON {
  static func text(of annotations: Annotations) throws(ImageError) -> String {
    guard annotations.frame == .world else { throw notMillimeters(name) }
    let colors = Dictionary(annotations.classes.map { ($0.name, $0.color) }) { first, _ in first }
    var markups: [JSONTree] = []
    func add(_ type: String, _ label: String, _ members: [(name: String, value: JSONTree)]) {
      var all: [(name: String, value: JSONTree)] = [("type", .text(type))]
      if !label.isEmpty { all.append(("name", .text(label))) }
      all += [("coordinateSystem", "LPS"), ("coordinateUnits", "mm")] + members
      if let color = colors[label] ?? nil {
        let parts = [color.x, color.y, color.z].map { Double($0) / 255 }
        all.append(("display", ["selectedColor": .numbers(parts)]))
      }
      markups.append(JSONTree(.object(all)))
    }
    var labels: [String] = []
    var groups: [String: [Landmark]] = [:]
    for point in annotations.points {
      if groups[point.label] == nil { labels.append(point.label) }
      groups[point.label, default: []].append(point)
    }
    for label in labels {
      add("Fiducial", label, [("controlPoints", .list((groups[label] ?? []).enumerated().map(control)))])
    }
    for contour in annotations.contours {
      let points = contour.points.enumerated().map { control($0.offset, Landmark(at: $0.element)) }
      let type = contour.isClosed ? "ClosedCurve" : contour.points.count == 2 ? "Line" : "Curve"
      add(type, contour.label, [("controlPoints", .list(points))])
    }
    for box in annotations.boxes where box.extents.count == 3 {
      let axes = box.halfAxes.map { lps($0 / length($0)) }
      let rows = (0..<3).flatMap { row in axes.map { $0[row] } }
      add(
        "ROI", box.label,
        [
          ("roiType", "Box"), ("center", triple(lps(box.center))), ("orientation", .numbers(rows)),
          ("size", .numbers(box.halfAxes.map { 2 * length($0) })),
        ])
    }
    let schema =
      "https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/Resources/Schema/"
      + "markups-schema-v1.0.3.json#"
    return (["@schema": .text(schema), "markups": .list(markups)] as JSONTree).rendered
  }

  static func losses(of annotations: Annotations) -> [String] {
    var losses: [String] = []
    if annotations.contours.contains(where: { !$0.holes.isEmpty || $0.isHole }) { losses.append("holes") }
    let flat = annotations.boxes.count { $0.extents.count < 3 }
    if flat > 0 { losses.append("\(flat) rectangles") }
    if !annotations.ellipses.isEmpty { losses.append("\(annotations.ellipses.count) ellipses") }
    return losses
  }

  private static func lps(_ point: SIMD3<Double>) -> SIMD3<Double> { [-point.x, -point.y, point.z] }
  private static func triple(_ point: SIMD3<Double>) -> JSONTree { .numbers([point.x, point.y, point.z]) }

  private static func control(_ index: Int, _ point: Landmark) -> JSONTree {
    func fact(_ name: String) -> String { point.attributes.first { $0.name == name }?.value ?? "" }
    return [
      "id": .text(fact("id").isEmpty ? "\(index + 1)" : fact("id")), "label": .text(point.name),
      "description": .text(fact("description")), "position": triple(lps(point.position)), "selected": true,
      "locked": false, "visibility": true, "positionStatus": "defined",
    ]
  }
}
