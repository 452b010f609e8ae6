import MedVoxel

/// Fiducial points of 3D Slicer, versions 3 to 5: comma-separated lines after a header in comments.
///
/// The header says RAS (also 0) or LPS (also 1); positions become RAS. Where it says neither, versions before 5 are
/// RAS and later ones LPS, as Slicer has it, and a note says so. Points that Slicer marks as undefined are left out.
enum MarkupsCSV: WritableAnnotationCodec {
  static let name = "3D Slicer FCSV"
  static let writtenSuffixes = [".fcsv"]
  static let holdsMillimeters = true

  static func recognizes(_ head: AnnotationHead) -> Bool {
    head.text.hasPrefix("# Markups fiducial file") || head.text.hasPrefix("# Fiducial List file")
      || head.fileName.lowercased().hasSuffix(".fcsv")
  }

  private struct Header {
    var version: Double?
    var system: String?
    var columns: [String] = []
    var isOldList = false
  }

  static func read(_ file: AnnotationContent) throws(ImageError) -> Annotations {
    let lines = try file.lines()
    let header = header(lines.lazy.map(\.text).filter { $0.hasPrefix("#") })
    var annotations = Annotations(format: name, frame: .world)
    let isLPS = try system(header, file, &annotations.notes)
    func column(_ name: String, _ usual: Int) -> Int { header.columns.firstIndex(of: name) ?? usual }
    let (x, y, z, id, label) =
      header.isOldList
      ? (column("x", 1), column("y", 2), column("z", 3), -1, column("label", 0))
      : (column("x", 1), column("y", 2), column("z", 3), column("id", 0), column("label", 11))
    let description = column("desc", 12)
    var problems = ProblemList()
    var undefined = 0
    for (number, text) in lines where !text.hasPrefix("#") {
      let fields = SeparatedLine.fields(text, ",")
      let values = [x, y, z].compactMap { $0 < fields.count ? AnnotationNumber.value(fields[$0]) : nil }
      guard values.count == 3 else {
        problems.append(
          "expected numbers in the columns x, y and z, found “\(text.prefix(60))”", at: file.line(number))
        continue
      }
      // The column after associatedNodeID: 2 for a position that was set.
      if !header.isOldList, fields.count > 14, let status = Int(fields[14]), status != 2 {
        undefined += 1
        continue
      }
      func field(_ index: Int) -> String { index >= 0 && index < fields.count ? fields[index] : "" }
      let position = isLPS ? SIMD3(-values[0], -values[1], values[2]) : SIMD3(values[0], values[1], values[2])
      let facts = [("id", field(id)), ("description", header.isOldList ? "" : field(description))]
      annotations.points.append(
        Landmark(
          field(label), at: position, attributes: facts.filter { !$0.1.isEmpty }.map { .init($0.0, $0.1) },
          line: number))
    }
    try problems.check()
    if undefined > 0 {
      annotations.notes.append("\(undefined) points have no defined position and are left out")
    }
    return annotations
  }

  private static func header(_ lines: some Sequence<Substring>) -> Header {
    var header = Header()
    for line in lines {
      if line.hasPrefix("# Fiducial List file") { header.isOldList = true }
      let parts = line.dropFirst().split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else { continue }
      let (key, value) = (parts[0].trimmed, parts[1].trimmed)
      if key == "Markups fiducial file version" { header.version = AnnotationNumber.value(value) }
      if key == "CoordinateSystem" { header.system = value.uppercased() }
      if key == "columns" { header.columns = SeparatedLine.fields(value, ",") }
    }
    return header
  }

  private static func system(
    _ header: Header, _ file: AnnotationContent, _ notes: inout [String]
  ) throws(ImageError) -> Bool {
    switch header.system {
    case "RAS", "0": return false
    case "LPS", "1": return true
    case nil:
      if header.isOldList { return false }
      guard let version = header.version else {
        throw ImageError(
          "the header names neither a coordinate system nor a version", at: file.name,
          remedy: "add the line “# CoordinateSystem = LPS” or RAS")
      }
      notes.append(
        "the header names no coordinate system; version \(version) has \(version < 5 ? "RAS" : "LPS")")
      return version >= 5
    case let other?:
      throw ImageError(
        "expected RAS or LPS as CoordinateSystem, found “\(other.prefix(40))”", at: file.name,
        remedy: "save the points in millimeters")
    }
  }

  static func text(of annotations: Annotations) throws(ImageError) -> String {
    guard annotations.frame == .world else { throw MarkupsJSON.notMillimeters(name) }
    var text = """
      # Markups fiducial file version = 5.6
      # CoordinateSystem = LPS
      # columns = id,x,y,z,ow,ox,oy,oz,vis,sel,lock,label,desc,associatedNodeID

      """
    for (index, point) in annotations.points.enumerated() {
      let position = point.position
      func fact(_ name: String) -> String { point.attributes.first { $0.name == name }?.value ?? "" }
      let id = fact("id").isEmpty ? "\(index + 1)" : SeparatedLine.quoted(fact("id"))
      text +=
        "\(id),\(-position.x),\(-position.y),\(position.z),0,0,0,1,1,1,0,\(SeparatedLine.quoted(point.name)),"
        + "\(SeparatedLine.quoted(fact("description"))),,2,0\n"
    }
    return text
  }

  static func losses(of annotations: Annotations) -> [String] {
    let hasClasses = annotations.points.contains { !$0.label.isEmpty && $0.label != $0.name }
    return annotations.lossesOfAllButPoints + (hasClasses ? ["the points' classes"] : [])
  }
}
