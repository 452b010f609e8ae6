package import Foundation
import MedVoxel

/// What the readers of one LIDC scan drew and rated, from the XML file beside it.
///
/// Source: the owners' documentation of the XML files. `LidcReadMessage` holds a `readingSession` for each reader;
/// nodules of 3 mm and more have outlines and ratings, smaller ones and findings that are no nodules have one point.
package struct LIDCAnnotations: Sendable {
  package struct Session: Sendable {
    package var nodules: [Nodule] = []
    /// Nodules under 3 mm.
    package var small: [Finding] = []
    /// Findings of 3 mm and more that are no nodules.
    package var others: [Finding] = []
  }

  /// What has one point; it has no position where the file gives none.
  package struct Finding: Sendable {
    package var id: String
    package var slice: String
    package var z: Double?
    package var position: SIMD2<Int>?
    package var line: Int
  }

  /// A nodule of 3 mm or more as one reader saw it.
  package struct Nodule: Sendable {
    package var id: String
    /// In the order of `characteristics`; nil where the reader gave none.
    package var ratings: [Int?]
    package var outlines: [Outline]

    package var malignancy: Int? { ratings.last ?? nil }
  }

  /// One outline on one slice.
  package struct Outline: Sendable {
    /// The SOPInstanceUID of the slice; empty where the file has none.
    package var slice: String
    /// Millimeters along the patient, as DICOM has them.
    package var z: Double?
    /// Whether the region belongs to the nodule; false for holes.
    package var isIncluded: Bool
    /// Column and row of each point, from 0 at the upper left.
    package var points: [SIMD2<Int>]
    /// Where it stands in the XML file.
    package var line: Int
  }

  package static let characteristics = [
    "subtlety", "internalStructure", "calcification", "sphericity", "margin", "lobulation", "spiculation",
    "texture", "malignancy",
  ]

  /// What kind of images a file describes.
  package enum Kind: Sendable { case ct, radiograph }

  package var kind: Kind
  package var series: String
  package var sessions: [Session] = []
  /// What can't be used, with the line.
  package var problems: [(line: Int, statement: String)] = []

  /// - Throws: `ImageError` for what is no XML, or XML of another kind.
  package init(contentsOf url: URL) throws(ImageError) {
    try self.init(XMLTree(contentsOf: url).root, name: url.path)
  }

  init(_ root: XMLTree.Element, name: String) throws(ImageError) {
    switch root.name {
    case "LidcReadMessage": kind = .ct
    case "IdriReadMessage": kind = .radiograph
    default:
      throw ImageError(
        "expected LidcReadMessage, found \(root.name)", at: "\(name): line \(root.line)",
        remedy: "this is no annotation of LIDC-IDRI")
    }
    let header = root.child("ResponseHeader")
    series = header?.text(of: "SeriesInstanceUid") ?? header?.text(of: "SeriesInstanceUID") ?? ""
    guard kind == .ct else { return }
    if series.isEmpty { report(root.line, "the header names no SeriesInstanceUid") }
    for element in root.all("readingSession") { sessions.append(session(element)) }
    if sessions.isEmpty { report(root.line, "there is no readingSession") }
  }

  private mutating func report(_ line: Int, _ statement: String) { problems.append((line, statement)) }

  private mutating func session(_ element: XMLTree.Element) -> Session {
    var session = Session()
    for finding in element.all("nonNodule") {
      session.others.append(Self.finding(finding, id: "nonNoduleID", point: "locus"))
    }
    for nodule in element.all("unblindedReadNodule") {
      let outlines = nodule.all("roi").compactMap { outline($0) }
      let ratings = Self.characteristics.map { name in rating(nodule.child("characteristics"), name) }
      if ratings.allSatisfy({ $0 == nil }), outlines.allSatisfy({ $0.points.count == 1 }) {
        var finding = Self.finding(nodule.child("roi") ?? nodule, id: "", point: "edgeMap")
        finding.id = nodule.text(of: "noduleID") ?? ""
        session.small.append(finding)
      } else {
        session.nodules.append(
          Nodule(id: nodule.text(of: "noduleID") ?? "", ratings: ratings, outlines: outlines))
      }
    }
    return session
  }

  private static func finding(_ element: XMLTree.Element, id: String, point: String) -> Finding {
    let place = element.child(point)
    var position: SIMD2<Int>?
    if let x = whole(place?.text(of: "xCoord")), let y = whole(place?.text(of: "yCoord")) {
      position = [x, y]
    }
    return Finding(
      id: element.text(of: id) ?? "", slice: element.text(of: "imageSOP_UID") ?? "", z: height(element),
      position: position, line: element.line)
  }

  private static func height(_ element: XMLTree.Element) -> Double? {
    element.text(of: "imageZposition").flatMap(Double.init).flatMap { $0.isFinite ? $0 : nil }
  }

  private mutating func rating(_ element: XMLTree.Element?, _ name: String) -> Int? {
    guard let element = element?.child(name), !element.text.isEmpty else { return nil }
    guard let value = Int(element.text), (1...6).contains(value) else {
      report(element.line, "expected a rating from 1 to 6 for \(name), found “\(element.text.prefix(40))”")
      return nil
    }
    return value
  }

  private mutating func outline(_ element: XMLTree.Element) -> Outline? {
    let included = element.text(of: "inclusion")?.uppercased() ?? "TRUE"
    guard included == "TRUE" || included == "FALSE" else {
      report(element.line, "expected TRUE or FALSE as inclusion, found “\(included.prefix(40))”")
      return nil
    }
    let z = Self.height(element)
    let slice = element.text(of: "imageSOP_UID") ?? ""
    if z == nil, slice.isEmpty {
      report(element.line, "the outline names no slice: neither imageSOP_UID nor imageZposition")
      return nil
    }
    var points: [SIMD2<Int>] = []
    for point in element.all("edgeMap") {
      guard let x = Self.whole(point.text(of: "xCoord")), let y = Self.whole(point.text(of: "yCoord")) else {
        report(point.line, "expected xCoord and yCoord with whole numbers")
        return nil
      }
      points.append([x, y])
    }
    guard !points.isEmpty else {
      report(element.line, "the outline has no point")
      return nil
    }
    return Outline(slice: slice, z: z, isIncluded: included == "TRUE", points: points, line: element.line)
  }

  /// A coordinate: whole, perhaps written with decimals.
  private static func whole(_ text: String?) -> Int? {
    text.flatMap(Double.init).flatMap { Int(exactly: $0) }.flatMap { abs($0) < 1 << 24 ? $0 : nil }
  }
}
