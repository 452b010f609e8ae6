import MedVoxel

/// Regions of interest that OsiriX exported as a property list, as the mammograms of INbreast have them.
///
/// Regions of three points and more are closed contours, those of one are points, and those of two are lines; the
/// region's name is the class. `Point_px` holds column and row from 0, taken as pixel centers; `ImageIndex` is the
/// slice where the file has several.
enum INbreast: AnnotationCodec {
  static let name = "OsiriX ROI plist (INbreast)"

  static func recognizes(_ head: AnnotationHead) -> Bool { head.xmlRoot == "plist" }

  static func read(_ file: AnnotationContent) throws(ImageError) -> Annotations {
    let list = try PropertyList(file.xml(), name: file.name)
    guard let images = list["Images"]?.array else {
      throw ImageError(
        "expected a list “Images” with the regions of interest", at: file.line(list.line),
        remedy: "this property list holds no regions of OsiriX")
    }
    var annotations = Annotations(format: name, frame: .pixels(.centers))
    var problems = ProblemList()
    for image in images {
      let index = image["ImageIndex"]?.number.flatMap { Int(exactly: $0) }
      let slice = images.count > 1 ? SliceReference(index: index) : nil
      let regions = image["ROIs"]?.array ?? []
      if let count = image["NumberOfROIs"]?.number, count != Double(regions.count) {
        annotations.notes.append("the file claims \(rounded(count)) regions and holds \(regions.count)")
      }
      for region in regions { add(region, slice, file, to: &annotations, &problems) }
    }
    try problems.check()
    return annotations
  }

  private static func add(
    _ region: PropertyList, _ slice: SliceReference?, _ file: AnnotationContent,
    to annotations: inout Annotations,
    _ problems: inout ProblemList
  ) {
    let label = region["Name"]?.plain ?? ""
    var points: [SIMD3<Double>] = []
    for item in region["Point_px"]?.array ?? [] {
      guard let text = item.text, let point = point(text) else {
        problems.append(
          "expected a point such as (1204.5, 873.2), found “\((item.plain ?? "").prefix(40))”",
          at: file.line(item.line),
          remedy: "write decimals with a point")
        continue
      }
      points.append(point)
    }
    let line = region.line
    guard !points.isEmpty else {
      problems.append("the region “\(label.prefix(40))” has no point", at: file.line(line))
      return
    }
    if let count = region["NumberOfPoints"]?.number, count != Double(points.count) {
      annotations.notes.append(
        "line \(line): the region “\(label.prefix(40))” claims \(rounded(count)) points and holds \(points.count)"
      )
    }
    let names = ["Area", "Mean", "Dev", "Total", "Type", "IndexInImage"]
    let attributes = names.compactMap { name in region[name]?.plain.map { ImageHeader.Fact(name, $0) } }
    if points.count == 1 {
      annotations.points.append(
        Landmark(label, at: points[0], label: label, slice: slice, attributes: attributes, line: line))
    } else {
      annotations.contours.append(
        Contour(
          points, label: label, isClosed: points.count > 2, slice: slice, attributes: attributes, line: line))
    }
  }

  /// “(x, y)”.
  private static func point(_ text: String) -> SIMD3<Double>? {
    let body = text[...].trimmed
    guard body.first == "(", body.last == ")" else { return nil }
    let fields = body.dropFirst().dropLast().split(separator: ",", omittingEmptySubsequences: false)
    guard fields.count == 2, let x = AnnotationNumber.value(fields[0].trimmed),
      let y = AnnotationNumber.value(fields[1].trimmed)
    else { return nil }
    return [x, y, 0]
  }
}
