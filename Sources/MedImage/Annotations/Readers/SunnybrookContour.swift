import MedVoxel

/// A contour of the Sunnybrook Cardiac Data: a text file with a corner in each line, “x y” in pixels.
///
/// The name says what it is, as in `IM-0001-0059-icontour-manual.txt`: the inner (i) or outer (o) outline of the left
/// ventricle's wall or a papillary muscle (p1, p2, …), and the slice, whose image has the same second number.
/// Coordinates are taken as pixel centers.
enum SunnybrookContour: AnnotationCodec {
  static let name = "Sunnybrook contour"

  private struct Name {
    var slice: String
    var kind: String
    var label: String
    var way: String
  }

  private static func parse(_ fileName: String) -> Name? {
    let lower = fileName.lowercased()
    guard lower.hasSuffix(".txt") else { return nil }
    let parts = lower.dropLast(4).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 5, parts[0] == "im", parts[1].allSatisfy(\.isNumber),
      parts[2].allSatisfy(\.isNumber),
      !parts[2].isEmpty
    else { return nil }
    let label: String
    switch parts[3] {
    case "icontour": label = "endocardium"
    case "ocontour": label = "epicardium"
    case let kind where kind.first == "p" && kind.count > 1 && kind.dropFirst().allSatisfy(\.isNumber):
      label = "papillary muscle \(kind.dropFirst())"
    default: return nil
    }
    return Name(slice: String(parts[2]), kind: String(parts[3]), label: label, way: String(parts[4]))
  }

  static func recognizes(_ head: AnnotationHead) -> Bool { parse(head.fileName) != nil }

  static func read(_ file: AnnotationContent) throws(ImageError) -> Annotations {
    guard let parsed = parse(file.fileName) else {
      throw ImageError("expected a name such as IM-0001-0059-icontour-manual.txt", at: file.name)
    }
    var problems = ProblemList()
    var points: [SIMD3<Double>] = []
    for (number, text) in try file.lines() {
      let fields = text.split { $0 == " " || $0 == "\t" }
      guard fields.count == 2, let x = AnnotationNumber.value(fields[0]),
        let y = AnnotationNumber.value(fields[1])
      else {
        problems.append(
          "expected two numbers, found “\(text.prefix(40))”", at: file.line(number),
          remedy: AnnotationNumber.remedy(text))
        continue
      }
      points.append([x, y, 0])
    }
    try problems.check()
    guard !points.isEmpty else { throw ImageError("the contour has no point", at: file.name) }
    if points.count > 1, points.first == points.last { points.removeLast() }
    var annotations = Annotations(format: name, frame: .pixels(.centers))
    annotations.contours = [
      Contour(
        points, label: parsed.label, slice: SliceReference(name: parsed.slice),
        attributes: [.init("drawn", parsed.way)], line: 1)
    ]
    return annotations
  }
}
