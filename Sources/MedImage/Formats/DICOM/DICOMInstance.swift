import Foundation
import MedVoxel

/// What the header of one file says.
struct DICOMInstance: Sendable {
  var place: DICOMPlace
  var fileSize: Int
  var largestContent: Int
  var series: String
  var identity: String
  var format: DICOMFormat
  var syntax: DICOMSyntax
  var pixels: DICOMFile.Pixels
  var acquisition: Int
  var instance: Int
  var frames: [DICOMFrame]
  var facts: [ImageHeader.Fact]
  /// Seconds between the frames of a cine, where it is one.
  var frameTime: Double?
  var notes: [String] = []
  /// Seconds between the volumes of a series of times, where the file says so.
  var repetitionTime: Double?
  /// How the image is taken apart, where it is a mosaic.
  var mosaic: DICOMMosaic?
  /// The extended offset table; empty where there is none.
  var frameOffsets: [Int] = []

  var name: String { place.url.lastPathComponent }

  /// - Throws: `ImageError` for what is no DICOM image.
  init(_ place: DICOMPlace, _ source: FileSource) throws(ImageError) {
    let file = try DICOMFile(source)
    self.place = place
    (fileSize, largestContent) = (source.fileSize, source.largestContent)
    let data = file.data
    guard let pixels = file.pixels else {
      let kind = data.text(0x0008_0060) ?? data.text(0x0008_0016) ?? "of no kind"
      throw ImageError(
        "expected a DICOM image, found a data set without pixels (\(kind))", at: source.name,
        remedy: "choose the file or folder of the image itself")
    }
    self.pixels = pixels
    syntax = file.syntax
    format = try DICOMFormat(file, at: source.name)
    let count = format.frameCount
    // A frame takes at least a bit, even compressed.
    guard count <= source.largestContent.multipliedReportingOverflow(by: 8).partialValue else {
      throw ImageError("the header claims \(count) frames, more than the file can hold", at: source.name)
    }
    series = data.text(0x0020_000e) ?? ""
    identity = data.text(0x0008_0018) ?? ""
    acquisition = data.integer(0x0020_0012) ?? 0
    instance = data.integer(0x0020_0013) ?? 0
    frames = file.frames(count)
    frameTime = count > 1 ? Self.frameTime(data) : nil
    mosaic = DICOMMosaic(data)
    if (data.integer(0x0020_0105) ?? 1) > 1 || mosaic != nil, let time = data.number(0x0018_0080), time > 0 {
      repetitionTime = time / 1000
    }
    facts = Self.tags.compactMap { name, tag in data.text(tag).map { ImageHeader.Fact(name, $0) } }
    if pixels.length == nil, data.has(0x7fe0_0001) {
      frameOffsets = data.numbers(0x7fe0_0001, count, kind: .unsigned64).map { Int(min($0, 1e18)) }
    }
    facts.append(ImageHeader.Fact("TransferSyntaxUID", syntax.uid))
    if data.has(0x0028_3000) { notes.append("a modality lookup table is present and not applied") }
  }

  /// Seconds: FrameTime, the mean of FrameTimeVector, or the inverse of CineRate.
  private static func frameTime(_ data: DICOMElements) -> Double? {
    if let time = data.number(0x0018_1063), time > 0 { return time / 1000 }
    let steps = data.numbers(0x0018_1065).dropFirst()
    if !steps.isEmpty { return steps.reduce(0, +) / Double(steps.count) / 1000 }
    return data.number(0x0018_0040).flatMap { $0 > 0 ? 1 / $0 : nil }
  }

  private static let tags: [(String, UInt32)] = [
    ("Modality", 0x0008_0060), ("Manufacturer", 0x0008_0070), ("SeriesDescription", 0x0008_103e),
    ("SeriesNumber", 0x0020_0011), ("SeriesInstanceUID", 0x0020_000e), ("StudyDate", 0x0008_0020),
    ("ImageType", 0x0008_0008), ("PatientPosition", 0x0018_5100), ("SliceThickness", 0x0018_0050),
    ("PhotometricInterpretation", 0x0028_0004), ("WindowCenter", 0x0028_1050), ("WindowWidth", 0x0028_1051),
    ("GantryDetectorTilt", 0x0018_1120), ("Units", 0x0054_1001), ("SOPClassUID", 0x0008_0016),
  ]

  /// Whether the other file is a copy, byte for byte.
  func hasSameContent(as other: DICOMInstance) -> Bool {
    guard fileSize == other.fileSize, let a = try? place.source().rawBytes(),
      let b = try? other.place.source().rawBytes()
    else { return false }
    return withExtendedLifetime((a, b)) { a.bytes.elementsEqual(b.bytes) }
  }

  func text(_ name: String) -> String? { facts.first { $0.name == name }?.value }
}
