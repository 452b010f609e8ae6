import MedVoxel

/// Landmarks of the image registration benchmarks BIRL and ANHIR: a table with the columns X and Y, or a `.pts` file of
/// elastix.
///
/// A table's first line names the columns: X, Y, and perhaps an index or name. A `.pts` file has the word point or
/// index, the number of points, then a point a line; three numbers after “point” are LPS millimeters, as elastix has
/// them, all else is pixels. Whole pixel coordinates are taken as pixel centers.
enum LandmarkTable: WritableAnnotationCodec {
  static let name = "landmark table (BIRL)"
  static let writtenSuffixes = [".csv"]
  static let holdsMillimeters = false

  private struct Header {
    var separator: Character
    var x: Int
    var y: Int
    var name: Int?

    init?(_ line: Substring) {
      let separator = [",", ";", "\t"].first { line.contains($0) } ?? ","
      let names = SeparatedLine.fields(line, separator).map { $0.lowercased() }
      let known: Set = ["", "index", "id", "name", "label", "x", "y"]
      guard names.count <= 4, names.allSatisfy(known.contains), let x = names.firstIndex(of: "x"),
        let y = names.firstIndex(of: "y")
      else { return nil }
      (self.separator, self.x, self.y) = (separator, x, y)
      name = names.indices.first { $0 != x && $0 != y && names[$0] != "x" && names[$0] != "y" }
    }
  }

  static func recognizes(_ head: AnnotationHead) -> Bool {
    let first = head.text.split(maxSplits: 1) { $0.isNewline }.first?.trimmed ?? ""
    let name = head.fileName.lowercased()
    if name.hasSuffix(".pts") { return first == "point" || first == "index" }
    return Header(first) != nil
  }

  static func read(_ file: AnnotationContent) throws(ImageError) -> Annotations {
    let lines = try file.lines()
    guard let first = lines.first else { throw ImageError("the file is empty", at: file.name) }
    if first.text == "point" || first.text == "index" { return try readPoints(file, lines) }
    guard let header = Header(first.text) else {
      throw ImageError(
        "expected the columns X and Y, found “\(first.text.prefix(40))”", at: file.line(first.number))
    }
    var annotations = Annotations(format: name, frame: .pixels(.centers))
    var problems = ProblemList()
    let columns = 1 + max(header.x, header.y)
    for (number, text) in lines.dropFirst() {
      let fields = SeparatedLine.fields(text, header.separator)
      guard fields.count >= columns, let x = AnnotationNumber.value(fields[header.x]),
        let y = AnnotationNumber.value(fields[header.y])
      else {
        problems.append(
          "expected numbers in the columns X and Y, found “\(text.prefix(40))”", at: file.line(number),
          remedy: header.separator == "," ? nil : AnnotationNumber.remedy(text))
        continue
      }
      let name = header.name.flatMap { $0 < fields.count ? fields[$0] : nil } ?? ""
      annotations.points.append(Landmark(name, at: [x, y, 0], line: number))
    }
    try problems.check()
    return annotations
  }

  private static func readPoints(
    _ file: AnnotationContent, _ lines: [(number: Int, text: Substring)]
  ) throws(ImageError) -> Annotations {
    guard lines.count > 1, let count = Int(lines[1].text), count >= 0 else {
      throw ImageError("expected the number of points in the second line", at: file.name)
    }
    var problems = ProblemList()
    var rows: [(line: Int, numbers: [Double])] = []
    for (number, text) in lines.dropFirst(2) {
      let fields = text.split { $0 == " " || $0 == "\t" }
      let numbers = fields.compactMap { AnnotationNumber.value($0) }
      let wanted = rows.first?.numbers.count ?? (fields.count == 3 ? 3 : 2)
      guard numbers.count == fields.count, numbers.count == wanted else {
        problems.append(
          "expected \(wanted) numbers, found “\(text.prefix(40))”", at: file.line(number),
          remedy: AnnotationNumber.remedy(text))
        continue
      }
      rows.append((number, numbers))
    }
    if problems.isEmpty, rows.count != count {
      problems.append(
        "the file claims \(count) points and holds \(rows.count)", at: file.line(lines[1].number))
    }
    try problems.check()
    let isVolume = rows.first?.numbers.count == 3
    let isWorld = isVolume && lines[0].text == "point"
    var annotations = Annotations(format: name, frame: isWorld ? .world : .pixels(.centers))
    annotations.points = rows.enumerated().map { index, row in
      var point = SIMD3(row.numbers[0], row.numbers[1], isVolume ? row.numbers[2] : 0)
      if isWorld { point = [-point.x, -point.y, point.z] }
      let slice = isVolume && !isWorld ? Int(exactly: point.z).map { SliceReference(index: $0) } : nil
      return Landmark("\(index + 1)", at: point, slice: slice, line: row.line)
    }
    return annotations
  }

  static func text(of annotations: Annotations) throws(ImageError) -> String {
    guard case .pixels(let anchor) = annotations.frame else {
      throw ImageError(
        "a landmark table holds pixels, the points are in millimeters",
        remedy: "name the image they belong to")
    }
    let shift = anchor == .corners ? 0.5 : 0
    var text = ",X,Y\n"
    for (index, point) in annotations.points.enumerated() {
      let name = point.name.isEmpty ? "\(index + 1)" : SeparatedLine.quoted(point.name)
      text += "\(name),\(point.position.x - shift),\(point.position.y - shift)\n"
    }
    return text
  }

  static func losses(of annotations: Annotations) -> [String] {
    var losses = annotations.lossesOfAllButPoints
    if annotations.points.contains(where: { !$0.label.isEmpty && $0.label != $0.name }) {
      losses.append("the points' classes")
    }
    if annotations.points.contains(where: { $0.slice != nil }) { losses.append("the points' slices") }
    return losses
  }
}

extension Annotations {
  /// What a format of points alone leaves out.
  var lossesOfAllButPoints: [String] {
    var losses: [String] = []
    if !contours.isEmpty { losses.append("\(contours.count) contours") }
    if !boxes.isEmpty { losses.append("\(boxes.count) boxes") }
    if !ellipses.isEmpty { losses.append("\(ellipses.count) ellipses") }
    return losses
  }
}
