public import Foundation
import MedVoxel

/// A DICOM structure set (RTSTRUCT): named regions of interest as outlines in millimeters.
///
/// Source: PS3.3 A.19 and C.8.8.5 to C.8.8.8. A region's outlines on one slice are put together by exclusive or, so
/// that an outline within another is a hole, and a line that is followed to a hole and back (a keyhole) encloses
/// nothing.
public struct DICOMStructureSet: Sendable {
  /// A region of interest.
  public struct Region: Hashable, Codable, Sendable {
    /// The region's ROI number.
    public var number: Int
    public var name: String
    /// Red, green, blue.
    public var color: [UInt8]?
    /// Such as ORGAN, PTV, EXTERNAL or MARKER.
    public var kind: String?
    /// AUTOMATIC, SEMIAUTOMATIC or MANUAL.
    public var algorithm: String?
    public var note: String?
    /// Closed outlines, open lines and single points that it has.
    public var outlineCount = 0
    public var lineCount = 0
    public var pointCount = 0

    public init(number: Int, name: String, color: [UInt8]? = nil, kind: String? = nil) {
      (self.number, self.name, self.color, self.kind) = (number, name, color, kind)
    }

    /// "Heart, ORGAN, 30 outlines, #ff0000".
    public var summary: String {
      var words = [name]
      if let kind { words.append(kind) }
      if let algorithm { words.append(algorithm) }
      for (count, what) in [(outlineCount, "outline"), (lineCount, "open line"), (pointCount, "point")]
      where count > 0 {
        words.append("\(count) \(what)\(count == 1 ? "" : "s")")
      }
      if let color {
        words.append("#" + color.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
      }
      return words.joined(separator: ", ")
    }
  }

  public let regions: [Region]
  /// Outlines and points in RAS+ millimeters, with the names of their regions, no two alike, as labels.
  public let annotations: Annotations
  /// The series that the regions were drawn on.
  public let referencedSeries: [String]
  /// All that the object says.
  public let data: DICOMDataSet
  let name: String

  static let storageClass = "1.2.840.10008.5.1.4.1.1.481.3"

  enum Tag {
    static let label = DICOMTag(0x3006, 0x0002)
    static let date = DICOMTag(0x3006, 0x0008)
    static let time = DICOMTag(0x3006, 0x0009)
    static let regions = DICOMTag(0x3006, 0x0020)
    static let number = DICOMTag(0x3006, 0x0022)
    static let name = DICOMTag(0x3006, 0x0026)
    static let note = DICOMTag(0x3006, 0x0028)
    static let algorithm = DICOMTag(0x3006, 0x0036)
    static let observations = DICOMTag(0x3006, 0x0080)
    static let kind = DICOMTag(0x3006, 0x00a4)
    static let outlines = DICOMTag(0x3006, 0x0039)
    static let reference = DICOMTag(0x3006, 0x0084)
    static let color = DICOMTag(0x3006, 0x002a)
    static let contours = DICOMTag(0x3006, 0x0040)
    static let geometry = DICOMTag(0x3006, 0x0042)
    static let pointCount = DICOMTag(0x3006, 0x0046)
    static let points = DICOMTag(0x3006, 0x0050)
    static let images = DICOMTag(0x3006, 0x0016)
    static let frames = DICOMTag(0x3006, 0x0010)
    static let studies = DICOMTag(0x3006, 0x0012)
    static let series = DICOMTag(0x3006, 0x0014)
  }

  /// - Throws: `ImageError` with the contours whose coordinates are no points.
  public init(contentsOf url: URL) throws(ImageError) { try self.init(FileSource(url)) }

  public init(_ source: FileSource) throws(ImageError) {
    try self.init(DICOMDataSet(source), at: source.name)
  }

  init(_ data: DICOMDataSet, at name: String) throws(ImageError) {
    self.data = data
    self.name = name
    guard data.text(.sopClass) == Self.storageClass else {
      throw ImageError(
        "expected a structure set, found class \(data.text(.sopClass) ?? "without a name")", at: name)
    }
    var regions = Self.describe(data)
    let labels = Self.labels(regions)
    let places = Dictionary(regions.enumerated().map { ($0.element.number, $0.offset) }) { first, _ in first }
    var annotations = Annotations(format: "DICOM RTSTRUCT", frame: .world)
    var problems = ProblemList()
    for item in data.items(Tag.outlines) {
      guard let number = item.integer(Tag.reference), let place = places[number] else {
        problems.append(
          "contours refer to ROI \(item.text(Tag.reference) ?? "nothing"), which isn't described", at: name)
        continue
      }
      let color = item.numbers(Tag.color)
      if color.count == 3 { regions[place].color = color.map { UInt8(min(max($0, 0), 255)) } }
      for (index, contour) in item.items(Tag.contours).enumerated() {
        Self.read(
          contour, "contour \(index + 1) of “\(labels[place])”", &regions[place], labels[place], &annotations,
          &problems)
      }
    }
    try problems.check()
    let numbers = regions.map(\.number)
    let areNumbers = numbers.allSatisfy { (1...65535).contains($0) }
    annotations.classes = zip(regions, labels).enumerated().map { index, region in
      AnnotationClass(
        region.1, number: UInt16(clamping: areNumbers ? region.0.number : index + 1),
        color: region.0.color.map { [$0[0], $0[1], $0[2]] })
    }
    self.regions = regions
    self.annotations = annotations
    let series = data.items(Tag.frames).flatMap { $0.items(Tag.studies) }.flatMap { $0.items(Tag.series) }
    referencedSeries = Set(series.compactMap { $0.text(.series) }).sorted()
  }

  private static func describe(_ data: DICOMDataSet) -> [Region] {
    var seen: Set<Int> = []
    let kinds = Dictionary(
      data.items(Tag.observations).compactMap { item in
        item.integer(Tag.reference).map { ($0, item.text(Tag.kind)) }
      }
    ) { first, _ in first }
    return data.items(Tag.regions).compactMap { item in
      guard let number = item.integer(Tag.number), seen.insert(number).inserted else { return nil }
      var region = Region(
        number: number, name: item.text(Tag.name) ?? "ROI \(number)", kind: kinds[number] ?? nil)
      region.algorithm = item.text(Tag.algorithm)
      region.note = item.text(Tag.note)
      return region
    }
  }

  /// Names that tell regions apart.
  private static func labels(_ regions: [Region]) -> [String] {
    let counts = Dictionary(grouping: regions, by: \.name).mapValues(\.count)
    return regions.map { counts[$0.name] == 1 ? $0.name : "\($0.name) (ROI \($0.number))" }
  }

  private static func read(
    _ item: DICOMDataSet, _ place: String, _ region: inout Region, _ label: String,
    _ annotations: inout Annotations, _ problems: inout ProblemList
  ) {
    let values = item.numbers(Tag.points)
    guard values.count % 3 == 0, !values.isEmpty, values.allSatisfy({ $0.isFinite && abs($0) < 1e9 }) else {
      problems.append("expected three coordinates for each point, found \(values.count) numbers", at: place)
      return
    }
    let points = stride(from: 0, to: values.count, by: 3).map {
      SIMD3(-values[$0], -values[$0 + 1], values[$0 + 2])
    }
    let geometry = item.text(Tag.geometry) ?? (points.count == 1 ? "POINT" : "CLOSED_PLANAR")
    let image = item.items(Tag.images).first?.text(.referencedInstance)
    let facts =
      [ImageHeader.Fact("ContourGeometricType", geometry)]
      + (image.map { [.init("ReferencedSOPInstanceUID", $0)] } ?? [])
    if geometry == "POINT" {
      region.pointCount += points.count
      for point in points {
        annotations.points.append(Landmark(label, at: point, label: label, attributes: facts))
      }
      return
    }
    let isClosed = geometry.hasPrefix("CLOSED")
    if isClosed { region.outlineCount += 1 } else { region.lineCount += 1 }
    let rings = isClosed ? Keyhole.rings(points) : [points]
    for ring in rings {
      annotations.contours.append(
        Contour(ring, label: label, isClosed: isClosed, object: region.number, attributes: facts))
    }
  }
}
