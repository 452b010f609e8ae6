import Foundation
import MedImage
import MedVoxel

/// What is shown of an annotation file; its fields are those of `--json`.
struct AnnotationSummary: Encodable {
  struct Class: Encodable {
    var name: String
    var contours: Int
    var points: Int
    var shapes: Int
    var color: [Int]?
  }

  var path: String
  var format: String
  var coordinates: String
  var contours: Int
  var holes: Int
  var points: Int
  var boxes: Int
  var ellipses: Int
  var classes: [Class]
  var slices: Int
  /// The smallest and largest coordinates; nil where there are none.
  var lower: [Double]?
  var upper: [Double]?
  var facts: [ImageHeader.Fact]
  var notes: [String]

  init(path: String, _ annotations: Annotations) {
    self.path = path
    format = annotations.format
    coordinates = annotations.frame.description
    contours = annotations.contours.count
    holes = annotations.contours.reduce(0) { $0 + $1.holes.count + ($1.isHole ? 1 : 0) }
    points = annotations.points.count
    (boxes, ellipses) = (annotations.boxes.count, annotations.ellipses.count)
    (facts, notes) = (annotations.facts, annotations.notes)
    let shapes = annotations.boxes + annotations.ellipses.map(\.box)
    slices =
      Set(
        annotations.contours.compactMap(\.slice) + annotations.points.compactMap(\.slice)
          + shapes.compactMap(\.slice)
      ).count
    var counts: [String: (contours: Int, points: Int, shapes: Int)] = [:]
    var names = annotations.classes.map(\.name)
    func count(_ name: String, _ path: WritableKeyPath<(contours: Int, points: Int, shapes: Int), Int>) {
      if counts[name] == nil, !names.contains(name) { names.append(name) }
      counts[name, default: (0, 0, 0)][keyPath: path] += 1
    }
    for contour in annotations.contours { count(contour.label, \.contours) }
    for point in annotations.points { count(point.label, \.points) }
    for shape in shapes { count(shape.label, \.shapes) }
    let colors = Dictionary(annotations.classes.map { ($0.name, $0.color) }) { first, _ in first }
    classes = names.map { name in
      let (contours, points, shapes) = counts[name] ?? (0, 0, 0)
      let color = (colors[name] ?? nil).map { [Int($0.x), Int($0.y), Int($0.z)] }
      return Class(name: name, contours: contours, points: points, shapes: shapes, color: color)
    }
    var bounds: (SIMD3<Double>, SIMD3<Double>)?
    func include(_ point: SIMD3<Double>) {
      let (low, high) = bounds ?? (point, point)
      bounds = (pointwiseMin(low, point), pointwiseMax(high, point))
    }
    for contour in annotations.contours { contour.points.forEach(include) }
    for point in annotations.points { include(point.position) }
    for shape in shapes {
      let reach = shape.halfAxes.reduce(SIMD3<Double>.zero) { $0 + $1.replacing(with: -$1, where: $1 .< 0) }
      include(shape.center - reach)
      include(shape.center + reach)
    }
    lower = bounds.map { [$0.0.x, $0.0.y, $0.0.z] }
    upper = bounds.map { [$0.1.x, $0.1.y, $0.1.z] }
  }

  /// "3 contours, 2 points".
  var counts: String {
    let parts = [
      (contours, "contours"), (holes, "holes"), (points, "points"), (boxes, "boxes"), (ellipses, "ellipses"),
    ]
    let text = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.0 == 1 ? Self.one[$0.1] ?? $0.1 : $0.1)" }
    return text.isEmpty ? "nothing" : text.joined(separator: ", ")
  }

  private static let one = [
    "contours": "contour", "holes": "hole", "points": "point", "boxes": "box", "ellipses": "ellipse",
  ]

  var text: String {
    var rows = [("file", path), ("format", format), ("coordinates", coordinates), ("content", counts)]
    if slices > 0 { rows.append(("slices", "\(slices)")) }
    if let lower, let upper {
      let axes = zip(lower, upper).map { "\(rounded($0)) … \(rounded($1))" }
      rows.append(("extents", axes.joined(separator: ", ")))
    }
    for item in classes {
      let parts = [(item.contours, "contours"), (item.points, "points"), (item.shapes, "shapes")]
      let text = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
      rows.append(("class", "\(item.name.isEmpty ? "(none)" : item.name): \(text.isEmpty ? "unused" : text)"))
    }
    for fact in facts { rows.append((fact.name, fact.value)) }
    for note in notes { rows.append(("note", note)) }
    let width = (rows.map(\.0.count).max() ?? 0) + 2
    return rows.map { name, value in name + String(repeating: " ", count: width - name.count) + value }
      .joined(separator: "\n")
  }
}
