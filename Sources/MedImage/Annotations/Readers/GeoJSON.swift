import MedVoxel

/// GeoJSON as QuPath and other slide viewers write it: features with polygons, lines and points.
///
/// The class is the `classification`'s name, with its color; the feature's name and other plain properties are kept as
/// facts. Coordinates are pixels of the finest level, (0, 0) the corner of the first; a third one is left out, and
/// QuPath's `plane` gives the slice. Of a MultiPolygon all parts are one object.
///
/// Source: RFC 7946, whose longitudes and latitudes these files don't use.
enum GeoJSON: WritableAnnotationCodec {
  static let name = "GeoJSON"
  static let writtenSuffixes = [".geojson"]
  static let holdsMillimeters = false

  private static let types = [
    "FeatureCollection", "Feature", "GeometryCollection", "Polygon", "MultiPolygon", "Point", "MultiPoint",
    "LineString", "MultiLineString",
  ]

  static func recognizes(_ head: AnnotationHead) -> Bool {
    types.contains { head.isJSON(with: $0) } && head.isJSON(with: "type")
      || head.fileName.lowercased().hasSuffix(".geojson")
  }

  static func read(_ file: AnnotationContent) throws(ImageError) -> Annotations {
    var reader = GeoJSONReader(file)
    reader.read(try file.json(), GeoJSONReader.Feature())
    try reader.problems.check()
    var annotations = reader.annotations
    if reader.empty > 0 { annotations.notes.append("\(reader.empty) features have no geometry") }
    return annotations
  }
}

/// Collects what a GeoJSON file holds.
struct GeoJSONReader {
  /// What a feature says of its geometries.
  struct Feature {
    var name = ""
    var label = ""
    var attributes: [ImageHeader.Fact] = []
    var line = 1
  }

  private let file: AnnotationContent
  private var seen: Set<String> = []
  private var objects = 0
  var annotations = Annotations(format: GeoJSON.name, frame: .pixels(.corners))
  var problems = ProblemList()
  var empty = 0

  init(_ file: AnnotationContent) { self.file = file }

  mutating func read(_ tree: JSONTree, _ feature: Feature) {
    // Some programs write a bare list of features.
    if let list = tree.list {
      for item in list { read(item, feature) }
      return
    }
    switch tree["type"]?.text {
    case "FeatureCollection":
      guard let features = tree["features"]?.list else {
        return problems.append("expected a list “features”", at: file.line(tree.line))
      }
      for item in features { read(item, feature) }
    case "Feature":
      guard let geometry = tree["geometry"] else {
        empty += 1
        return
      }
      read(geometry, properties(of: tree))
    case "GeometryCollection":
      for item in tree["geometries"]?.list ?? [] { read(item, feature) }
    case let type?: self.geometry(type, tree, feature)
    case nil: problems.append("expected an object with a “type”", at: file.line(tree.line))
    }
  }

  private mutating func properties(of tree: JSONTree) -> Feature {
    var feature = Feature(line: tree.line)
    let properties = tree["properties"]
    feature.name = properties?["name"]?.plain ?? ""
    if let classification = properties?["classification"] {
      feature.label = Self.label(classification)
      if !feature.label.isEmpty {
        annotations.classes.add(feature.label, color: Self.color(classification), seen: &seen)
      }
    }
    for (name, value) in properties?.members ?? [] where name != "classification" && name != "name" {
      if let value = value.plain { feature.attributes.append(.init(name, value)) }
    }
    return feature
  }

  private static func label(_ classification: JSONTree) -> String {
    if let name = classification["name"]?.text ?? classification.text { return name }
    let names = classification["names"]?.list ?? []
    return names.compactMap(\.text).joined(separator: ": ")
  }

  private static func color(_ classification: JSONTree) -> SIMD3<UInt8>? {
    if let color = AnnotationColor.bytes(classification["color"]?.numbers) { return color }
    guard let number = classification["colorRGB"]?.number, let packed = Int32(exactly: number) else {
      return nil
    }
    return AnnotationColor.rgb(UInt32(bitPattern: packed))
  }

  private mutating func geometry(_ type: String, _ tree: JSONTree, _ feature: Feature) {
    guard let coordinates = tree["coordinates"]?.list else {
      return problems.append("the \(type.prefix(40)) has no coordinates", at: file.line(tree.line))
    }
    let slice = Self.slice(tree)
    func contour(_ rings: [[SIMD3<Double>]], isClosed: Bool, object: Int? = nil) -> Contour? {
      guard let first = rings.first, !first.isEmpty else { return nil }
      return Contour(
        first, label: feature.label, isClosed: isClosed, holes: Array(rings.dropFirst()), object: object,
        slice: slice, attributes: named(feature), line: feature.line)
    }
    switch type {
    case "Polygon": annotations.contours += [contour(rings(coordinates), isClosed: true)].compactMap { $0 }
    case "MultiPolygon":
      objects += 1
      for part in coordinates {
        annotations.contours += [contour(rings(part.list ?? []), isClosed: true, object: objects)].compactMap
        { $0 }
      }
    case "LineString":
      annotations.contours += [contour([line(coordinates)], isClosed: false)].compactMap { $0 }
    case "MultiLineString":
      for part in coordinates {
        annotations.contours += [contour([line(part.list ?? [])], isClosed: false)].compactMap { $0 }
      }
    case "Point": add([tree["coordinates"]].compactMap { $0 }, feature, slice)
    case "MultiPoint": add(coordinates, feature, slice)
    default: problems.append("expected a geometry, found “\(type.prefix(40))”", at: file.line(tree.line))
    }
  }

  private static func slice(_ geometry: JSONTree) -> SliceReference? {
    guard let z = geometry["plane"]?["z"]?.number, let index = Int(exactly: z) else { return nil }
    return SliceReference(index: index)
  }

  private func named(_ feature: Feature) -> [ImageHeader.Fact] {
    (feature.name.isEmpty ? [] : [.init("name", feature.name)]) + feature.attributes
  }

  private mutating func add(_ points: [JSONTree], _ feature: Feature, _ slice: SliceReference?) {
    for point in line(points) {
      annotations.points.append(
        Landmark(
          feature.name, at: point, label: feature.label, slice: slice, attributes: feature.attributes,
          line: feature.line))
    }
  }

  private mutating func line(_ list: [JSONTree]) -> [SIMD3<Double>] {
    var points: [SIMD3<Double>] = []
    points.reserveCapacity(list.count)
    for item in list {
      guard let pair = item.list, pair.count >= 2, let x = pair[0].number, let y = pair[1].number, x.isFinite,
        y.isFinite
      else {
        problems.append("expected a position of two numbers", at: file.line(item.line))
        continue
      }
      points.append([x, y, 0])
    }
    return points
  }

  /// Rings without the last position, which repeats the first.
  private mutating func rings(_ lists: [JSONTree]) -> [[SIMD3<Double>]] {
    lists.map { list in
      guard let positions = list.list else {
        problems.append("expected a list of positions", at: file.line(list.line))
        return []
      }
      var ring = line(positions)
      if ring.count > 1, ring.first == ring.last { ring.removeLast() }
      return ring
    }
  }
}
