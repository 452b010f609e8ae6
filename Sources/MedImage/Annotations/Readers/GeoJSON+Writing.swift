import MedVoxel

extension GeoJSON {
  static func text(of annotations: Annotations) throws(ImageError) -> String {
    guard case .pixels(let anchor) = annotations.frame else {
      throw ImageError(
        "GeoJSON holds pixels, the annotations are in millimeters", remedy: "name the image they belong to")
    }
    let shift = anchor == .centers ? 0.5 : 0
    let colors = Dictionary(annotations.classes.map { ($0.name, $0.color) }) { first, _ in first }
    func position(_ point: SIMD3<Double>) -> JSONTree { .numbers([point.x + shift, point.y + shift]) }
    func ring(_ points: [SIMD3<Double>]) -> JSONTree { .list((points + points.prefix(1)).map(position)) }
    func feature(
      _ type: String, _ coordinates: JSONTree, _ label: String, _ slice: SliceReference?,
      _ facts: [ImageHeader.Fact]
    ) -> JSONTree {
      var geometry: [(name: String, value: JSONTree)] = [("type", .text(type)), ("coordinates", coordinates)]
      if let index = slice?.index {
        geometry.append(("plane", ["c": -1, "z": JSONTree(.number(Double(index))), "t": 0]))
      }
      var properties: [(name: String, value: JSONTree)] = facts.map { ($0.name, .text($0.value)) }
      if !facts.contains(where: { $0.name == "objectType" }) {
        properties.append(("objectType", "annotation"))
      }
      if !label.isEmpty {
        var members: [(name: String, value: JSONTree)] = [("name", .text(label))]
        if let color = colors[label] ?? nil {
          members.append(("color", .numbers([color.x, color.y, color.z].map(Double.init))))
        }
        properties.append(("classification", JSONTree(.object(members))))
      }
      return [
        "type": "Feature", "geometry": JSONTree(.object(geometry)),
        "properties": JSONTree(.object(properties)),
      ]
    }
    var features: [JSONTree] = []
    for contour in try annotations.flatContours() {
      let (label, slice) = (contour.label, contour.slice)
      if contour.isClosed {
        features.append(
          feature(
            "Polygon", .list(([contour.points] + contour.holes).map(ring)), label, slice, contour.attributes))
      } else {
        features.append(
          feature("LineString", .list(contour.points.map(position)), label, slice, contour.attributes))
      }
    }
    for point in annotations.points {
      let facts = (point.name.isEmpty ? [] : [ImageHeader.Fact("name", point.name)]) + point.attributes
      features.append(feature("Point", position(point.position), point.label, point.slice, facts))
    }
    return (["type": "FeatureCollection", "features": .list(features)] as JSONTree).rendered
  }

  static func losses(of annotations: Annotations) -> [String] {
    var losses: [String] = []
    let slices = annotations.contours.map(\.slice) + annotations.points.map(\.slice)
    if slices.contains(where: { $0 != nil && $0?.index == nil }) { losses.append("the names of slices") }
    if !annotations.ellipses.isEmpty { losses.append("ellipses other than as polygons of 360 corners") }
    let solid = (annotations.boxes + annotations.ellipses.map(\.box)).count { $0.extents.count != 2 }
    if solid > 0 { losses.append("\(solid) boxes that are no rectangles") }
    return losses
  }
}

extension Annotations {
  /// The contours with rectangles and ellipses as polygons, and holes that stand apart put into the outline of their
  /// object and slice that they lie in.
  ///
  /// - Throws: `ImageError` with every hole that lies in no outline.
  func flatContours() throws(ImageError) -> [Contour] {
    let all = contourSet().contours
    var result = all.filter { !$0.isHole }
    var problems = ProblemList()
    for hole in all where hole.isHole {
      let owner = result.firstIndex { outline in
        outline.isClosed && outline.object == hole.object && outline.slice == hole.slice
          && outline.points.contains(hole.points.first)
      }
      guard let owner else {
        problems.append("a hole lies in no outline of its object", at: hole.place)
        continue
      }
      result[owner].holes.append(hole.points)
    }
    try problems.check()
    return result
  }
}

extension [SIMD3<Double>] {
  /// Whether a polygon encloses a point, in x and y; a point on it is taken as inside.
  fileprivate func contains(_ point: SIMD3<Double>?) -> Bool {
    guard let point else { return false }
    // The exact fill of one pixel, moved to the point.
    let moved = map { SIMD2($0.x - point.x, $0.y - point.y) }
    guard moved.allSatisfy({ all(abs($0) .<= PolygonFill.farthest) }) else { return false }
    var isInside = false
    PolygonFill(moved, columns: 0..<1, rows: 0..<1).forEachRow(.nonZero) { _, places in
      isInside = places.first.map { $0 != .outside } ?? false
    }
    return isInside
  }
}

private func abs(_ v: SIMD2<Double>) -> SIMD2<Double> { v.replacing(with: -v, where: v .< 0) }
