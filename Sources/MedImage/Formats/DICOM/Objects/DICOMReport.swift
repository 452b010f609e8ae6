public import Foundation

/// A DICOM structured report (SR): its tree of content, and the measurements in it.
///
/// Source: PS3.3 C.17.3 (content), PS3.16 TID 1500, 1410, 1411, 1419 (measurement reports). Measurements outside of
/// measurement groups are told too, whatever the report's template.
public struct DICOMReport: Codable, Hashable, Sendable {
  /// A node of the tree.
  public struct Item: Codable, Hashable, Sendable {
    /// CONTAINS, HAS PROPERTIES and the like; nil for the root.
    public var relationship: String?
    /// CONTAINER, TEXT, NUM, CODE, IMAGE, SCOORD and others.
    public var type: String
    public var concept: DICOMCode?
    /// Of text, names, dates, times and UIDs.
    public var text: String?
    public var code: DICOMCode?
    public var number: Double?
    public var unit: DICOMCode?
    /// Why there is no number.
    public var qualifier: DICOMCode?
    public var reference: Reference?
    /// POLYLINE and the like, and its coordinates: columns and rows of an image (SCOORD), or millimeters (SCOORD3D), in
    /// DICOM's axes.
    public var shape: String?
    public var coordinates: [Double]?
    public var items: [Item]
  }

  /// Another object that is meant.
  public struct Reference: Codable, Hashable, Sendable {
    public var sopClass: String
    public var instance: String
    public var frames: [Int]
    public var segments: [Int]
  }

  public struct Measurement: Codable, Hashable, Sendable {
    public var name: DICOMCode
    /// Nil where the report says that there is none.
    public var value: Double?
    public var unit: DICOMCode?
    public var qualifier: DICOMCode?
    /// Mean, maximum and the like.
    public var derivation: DICOMCode?
    public var site: DICOMCode?
    /// How it was measured.
    public var method: DICOMCode?
    /// The images and segments it was measured on, where it names its own.
    public var references: [Reference]
  }

  /// What was found of one thing.
  public struct Group: Codable, Hashable, Sendable {
    public var trackingName: String?
    public var trackingUID: String?
    public var category: DICOMCode?
    public var finding: DICOMCode?
    public var site: DICOMCode?
    public var measurements: [Measurement]
    /// Answers that are codes, with their questions.
    public var evaluations: [Evaluation]
    /// Images, segmentations and their segments.
    public var references: [Reference]
    /// Outlines that the measurements were taken in.
    public var shapes: [String]
  }

  public struct Evaluation: Codable, Hashable, Sendable {
    public var name: DICOMCode
    public var value: DICOMCode
  }

  public var title: DICOMCode?
  /// COMPLETE or PARTIAL, and VERIFIED or UNVERIFIED.
  public var completion: String?
  public var verification: String?
  public var groups: [Group]
  /// Those in no group.
  public var measurements: [Measurement]
  public var content: Item

  /// The classes of structured reports share this start.
  static let storageClasses = "1.2.840.10008.5.1.4.1.1.88."

  /// - Throws: `ImageError` when the file is no structured report.
  public init(contentsOf url: URL) throws(ImageError) { try self.init(FileSource(url)) }

  public init(_ source: FileSource) throws(ImageError) {
    try self.init(DICOMDataSet(source), at: source.name)
  }

  init(_ data: DICOMDataSet, at name: String) throws(ImageError) {
    guard data[DICOMTag(0x0040, 0xa730)] != nil || data[DICOMTag(0x0040, 0xa040)] != nil else {
      throw ImageError(
        "expected a structured report, found an object without content (\(data.text(.modality) ?? "no modality"))",
        at: name)
    }
    content = Item(data)
    title = content.concept
    completion = data.text(DICOMTag(0x0040, 0xa491))
    verification = data.text(DICOMTag(0x0040, 0xa493))
    groups = []
    measurements = []
    collect(content)
  }

  private mutating func collect(_ item: Item) {
    if item.type == "CONTAINER", item.concept?.isOneOf(["125007"]) == true {
      groups.append(Group(item))
      return
    }
    if let measurement = Measurement(item) { measurements.append(measurement) }
    for child in item.items { collect(child) }
  }
}

extension DICOMReport.Item {
  private enum Tag {
    static let relationship = DICOMTag(0x0040, 0xa010)
    static let type = DICOMTag(0x0040, 0xa040)
    static let concept = DICOMTag(0x0040, 0xa043)
    static let code = DICOMTag(0x0040, 0xa168)
    static let measured = DICOMTag(0x0040, 0xa300)
    static let qualifier = DICOMTag(0x0040, 0xa301)
    static let number = DICOMTag(0x0040, 0xa30a)
    static let double = DICOMTag(0x0040, 0xa161)
    static let unit = DICOMTag(0x0040, 0x08ea)
    static let content = DICOMTag(0x0040, 0xa730)
    static let reference = DICOMTag(0x0008, 0x1199)
    static let shape = DICOMTag(0x0070, 0x0023)
    static let coordinates = DICOMTag(0x0070, 0x0022)
    /// Text, date and time, date, time, name, UID.
    static let texts = [
      DICOMTag(0x0040, 0xa160), DICOMTag(0x0040, 0xa120), DICOMTag(0x0040, 0xa121), DICOMTag(0x0040, 0xa122),
      DICOMTag(0x0040, 0xa123), DICOMTag(0x0040, 0xa124),
    ]
  }

  init(_ data: DICOMDataSet) {
    relationship = data.text(Tag.relationship)
    type = data.text(Tag.type) ?? (data.items(Tag.content).isEmpty ? "UNKNOWN" : "CONTAINER")
    concept = data.code(Tag.concept)
    text = Tag.texts.lazy.compactMap { data.text($0) }.first
    code = data.code(Tag.code)
    if let measured = data.items(Tag.measured).first {
      let number = measured.number(Tag.double) ?? measured.number(Tag.number)
      self.number = number.flatMap { $0.isFinite ? $0 : nil }
      unit = measured.code(Tag.unit)
    }
    qualifier = data.code(Tag.qualifier)
    reference = data.items(Tag.reference).first.flatMap { DICOMReport.Reference($0) }
    shape = data.text(Tag.shape)
    let coordinates = data.numbers(Tag.coordinates).filter(\.isFinite)
    self.coordinates = coordinates.isEmpty ? nil : coordinates
    items = data.items(Tag.content).map { DICOMReport.Item($0) }
  }

  func first(_ codes: [String]) -> DICOMReport.Item? { items.first { $0.concept?.isOneOf(codes) == true } }

  /// The images that this item or those below it name.
  var references: [DICOMReport.Reference] { (reference.map { [$0] } ?? []) + items.flatMap(\.references) }
}

extension DICOMReport.Reference {
  fileprivate init?(_ item: DICOMDataSet) {
    guard let instance = item.text(.referencedInstance) else { return nil }
    sopClass = item.text(.referencedClass) ?? ""
    self.instance = instance
    frames = item.numbers(DICOMTag(0x0008, 0x1160)).compactMap { Int(exactly: $0) }
    segments = item.numbers(DICOMTag(0x0062, 0x000b)).compactMap { Int(exactly: $0) }
  }
}

extension DICOMReport.Measurement {
  /// - Parameter item: of type NUM; nil for others.
  fileprivate init?(_ item: DICOMReport.Item) {
    guard item.type == "NUM", let name = item.concept else { return nil }
    self.name = name
    (value, unit, qualifier) = (item.number, item.unit, item.qualifier)
    derivation = item.first(["121401"])?.code
    site = item.first(["G-C0E3", "363698007"])?.code
    method = item.first(["G-C036", "370129005"])?.code
    references = item.references
  }
}

extension DICOMReport.Group {
  fileprivate init(_ item: DICOMReport.Item) {
    trackingName = item.first(["112039"])?.text
    trackingUID = item.first(["112040"])?.text
    category = item.first(["276214006", "R-408C3"])?.code
    finding = item.first(["121071"])?.code
    site = item.first(["G-C0E3", "363698007"])?.code
    var (numbers, answers, references):
      ([DICOMReport.Measurement], [DICOMReport.Evaluation], [DICOMReport.Reference]) =
        ([], [], [])
    var shapes: [String] = []
    let known = ["276214006", "R-408C3", "121071", "G-C0E3", "363698007"]
    func visit(_ items: [DICOMReport.Item]) {
      for item in items {
        if let measurement = DICOMReport.Measurement(item) {
          numbers.append(measurement)
          continue
        }
        if item.type == "CODE", let name = item.concept, let value = item.code, !name.isOneOf(known) {
          answers.append(DICOMReport.Evaluation(name: name, value: value))
        }
        if let reference = item.reference { references.append(reference) }
        if let shape = item.shape { shapes.append(shape) }
        visit(item.items)
      }
    }
    visit(item.items)
    measurements = numbers
    evaluations = answers
    self.references = references
    self.shapes = shapes
  }
}

extension DICOMCode {
  fileprivate func isOneOf(_ values: [String]) -> Bool { values.contains(value) }
}
