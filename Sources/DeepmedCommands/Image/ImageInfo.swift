public import ArgumentParser
import Foundation
import MedImage
import MedRecord
import MedVoxel

extension Deepmed.Image {
  /// Geometry, intensities, and a picture in the terminal.
  public struct Info: ParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "Geometry, intensities, and a picture where the terminal can show one.")

    @OptionGroup public var source: Source

    @Flag(help: "Print JSON, without a picture.")
    public var json = false

    @Flag(help: "Read the header only.")
    public var headerOnly = false

    @Flag(help: "Print what identifying elements of DICOM files hold, not only which there are.")
    public var identityValues = false

    public init() {}

    public func run() throws {
      if AnnotationFile.recognizes(source.url) {
        let summary = try AnnotationSummary(path: source.input, AnnotationFile.open(source.url))
        print(json ? String(decoding: try JSONEncoder.records.encode(summary), as: UTF8.self) : summary.text)
        return
      }
      if let object = try DICOMObject.open(source.url) { return try printObject(object) }
      if let slide = try source.slide() {
        let summary = SlideSummary(path: source.input, slide)
        print(json ? String(decoding: try JSONEncoder.records.encode(summary), as: UTF8.self) : summary.text)
        return
      }
      let image = try source.open()
      let voxels = headerOnly ? nil : try image.scalarImage()
      var summary = ImageSummary(path: source.input, header: image.header, voxels: voxels?.voxels)
      if image.header.format.hasPrefix("DICOM") {
        summary.identity = try? DICOMIdentityCheck(contentsOf: source.url, withValues: identityValues)
      }
      if json {
        print(String(decoding: try JSONEncoder.records.encode(summary), as: UTF8.self))
        return
      }
      print(summary.text)
      if let voxels, let columns = Terminal.pictureColumns {
        let picture = try SlicePicture.montage(of: voxels, columns: 1, height: 64)
        print(TerminalPicture.text(picture, columns: columns))
      }
    }
  }
}

extension Deepmed.Image.Info {
  /// Structure sets and reports, which have no voxels.
  private func printObject(_ object: DICOMObject) throws {
    let identity = try DICOMIdentityCheck(contentsOf: source.url, withValues: identityValues)
    if json {
      let summary = ObjectSummary(path: source.input, object: object, identity: identity)
      print(String(decoding: try JSONEncoder.records.encode(summary), as: UTF8.self))
      return
    }
    let facts = object.facts.map { (name: $0.name, text: $0.value) }
    print(ImageSummary.table([(name: "file", text: source.input)] + facts + identity.lines))
  }
}

/// What is shown of a DICOM object without voxels.
private struct ObjectSummary: Encodable {
  var path: String
  var facts: [ImageHeader.Fact]
  var report: DICOMReport?
  var regions: [DICOMStructureSet.Region]?
  var identity: DICOMIdentityCheck

  init(path: String, object: DICOMObject, identity: DICOMIdentityCheck) {
    (self.path, self.identity, facts) = (path, identity, object.facts)
    switch object {
    case .report(let report): self.report = report
    case .structures(let structures): regions = structures.regions
    }
  }
}

/// What is shown of an image; its fields are those of `--json`.
struct ImageSummary: Encodable {
  struct Intensities: Encodable {
    var minimum: Double
    var maximum: Double
    var mean: Double
    var deviation: Double
    var percentiles: [String: Double]
    var notFinite: Int
  }

  var path: String
  var format: String
  var size: [Int]
  var channels: Int
  var shape: [Int]
  var spacing: [Double]
  var orientation: String
  var affine: [[Double]]
  var hasGeometry: Bool
  var dataType: String
  var components: ImageHeader.Components
  var slope: Double
  var intercept: Double
  var timeStep: Double?
  var extensions: Int
  var facts: [ImageHeader.Fact]
  var notes: [String]
  var intensities: Intensities?
  /// Of DICOM files.
  var identity: DICOMIdentityCheck?

  private static let percentiles: [Double] = [1, 5, 25, 50, 75, 95, 99]

  init(path: String, header: ImageHeader, voxels: VoxelBuffer<Float>?) {
    self.path = path
    format = header.format
    size = [header.size.x, header.size.y, header.size.z]
    (channels, shape) = (header.channels, header.shape)
    let spacing = header.affine.spacing
    self.spacing = [spacing.x, spacing.y, spacing.z]
    orientation = header.affine.orientation.description
    affine = header.affine.rows
    hasGeometry = header.hasGeometry
    (dataType, components) = (header.type.rawValue, header.components)
    (slope, intercept) = (header.rescale.slope, header.rescale.intercept)
    timeStep = header.timeStep
    extensions = header.extensions.count
    (facts, notes) = (header.facts, header.notes)
    guard let voxels else { return }
    let statistics = voxels.statistics()
    guard statistics.count > 0 else {
      notes.append("no voxel is finite")
      return
    }
    let values = voxels.percentiles(Self.percentiles)
    intensities = Intensities(
      minimum: Double(statistics.minimum), maximum: Double(statistics.maximum), mean: statistics.mean,
      deviation: statistics.deviation,
      percentiles: Dictionary(
        zip(Self.percentiles.map { "\(Int($0))" }, values), uniquingKeysWith: { a, _ in a }),
      notFinite: statistics.notFiniteCount)
  }

  var text: String {
    var rows: [(String, String)] = [("file", path), ("format", format)]
    rows.append(
      ("size", size.map(String.init).joined(separator: "×") + (channels > 1 ? ", \(channels) channels" : "")))
    rows.append(("spacing", spacing.map(rounded).joined(separator: "×") + " mm"))
    if let timeStep { rows.append(("time step", "\(rounded(timeStep)) s")) }
    rows.append(("orientation", orientation + (hasGeometry ? "" : " (made up: the file does not say)")))
    for (index, row) in affine.prefix(3).enumerated() {
      let numbers = row.map { padded(String(format: "%.4f", abs($0) < 5e-5 ? 0 : $0), 12) }.joined()
      rows.append((index == 0 ? "affine" : "", numbers))
    }
    let scaling = slope == 1 && intercept == 0 ? "" : ", value = \(slope) · stored + \(intercept)"
    rows.append(
      ("data type", dataType + (components == .scalar ? "" : " (\(components.rawValue))") + scaling))
    for fact in facts { rows.append((fact.name, fact.value)) }
    if extensions > 0 { rows.append(("extensions", "\(extensions)")) }
    if let values = intensities {
      rows.append(
        (
          "intensities",
          "\(rounded(values.minimum)) … \(rounded(values.maximum)), mean \(rounded(values.mean)), "
            + "deviation \(rounded(values.deviation))"
        ))
      let parts = Self.percentiles.map { "\(Int($0))%: \(rounded(values.percentiles["\(Int($0))"] ?? .nan))" }
      rows.append(("percentiles", parts.joined(separator: "  ")))
      if values.notFinite > 0 {
        rows.append(("not finite", "\(values.notFinite) voxels are NaN or infinite"))
      }
    }
    for note in notes { rows.append(("note", note)) }
    return Self.table(rows.map { (name: $0.0, text: $0.1) } + (identity?.lines ?? []))
  }

  /// Names, and texts in a column.
  static func table(_ rows: [(name: String, text: String)]) -> String {
    let width = (rows.map(\.name.count).max() ?? 0) + 2
    return rows.map { $0.name + String(repeating: " ", count: width - $0.name.count) + $0.text }
      .joined(separator: "\n")
  }

  private func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(1, width - text.count)) + text
  }
}
