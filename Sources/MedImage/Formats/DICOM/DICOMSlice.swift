import CGDCM
import Foundation
import MedVoxel

/// One frame of one file: where it lies and how it is rescaled.
struct DICOMSlice: Sendable {
  var file: Int
  var frame: Int
  var acquisition: Int
  var instance: Int
  var place: cg_frame

  /// RAS+ millimetres.
  var position: SIMD3<Double>? {
    place.has_position != 0 ? [-place.position.0, -place.position.1, place.position.2] : nil
  }

  /// Unit steps along a row (I) and along a column (J), in RAS+.
  var directions: (i: SIMD3<Double>, j: SIMD3<Double>)? {
    guard place.has_orientation != 0 else { return nil }
    let o = place.orientation
    return ([-o.0, -o.1, o.2], [-o.3, -o.4, o.5])
  }

  /// The third axis: the cross product in DICOM's axes, which are right-handed as RAS+ is.
  var normal: SIMD3<Double>? { directions.map { cross($0.i, $0.j) } }

  /// Millimetres between columns (I) and between rows (J); nil where the file says nothing.
  var spacing: (i: Double, j: Double)? {
    guard place.has_spacing != 0, place.spacing.0 > 0, place.spacing.1 > 0 else { return nil }
    return (place.spacing.1, place.spacing.0)
  }

  var rescale: Rescale { Rescale(slope: place.slope, intercept: place.intercept) }

  /// The order among slices at one position.
  static func isBefore(_ a: DICOMSlice, _ b: DICOMSlice) -> Bool {
    (a.acquisition, a.instance, a.file, a.frame) < (b.acquisition, b.instance, b.file, b.frame)
  }
}

/// What the header of one file says.
struct DICOMInstance: Sendable {
  var source: FileSource
  var series: String
  var identity: String
  var facts: cg_facts
  var frames: [cg_frame]
  var texts: [ImageHeader.Fact]

  var name: String { source.url.lastPathComponent }

  /// - Throws: `ImageError` for what is no DICOM image.
  init(_ source: FileSource) throws(ImageError) {
    self.source = source
    let file = try DICOMFile(source, withPixels: false)
    facts = try file.facts()
    guard facts.rows > 0, facts.columns > 0 else {
      throw ImageError(
        "expected a DICOM image, found a data set without pixels (\(file.text(0x0008, 0x0060)))",
        at: source.name, remedy: "choose the file or folder of the image itself")
    }
    // A frame takes at least a byte, even compressed.
    guard Int(facts.frames) <= source.largestContent else {
      throw ImageError(
        "the header claims \(facts.frames) frames, more than the file can hold", at: source.name)
    }
    series = file.text(0x0020, 0x000e)
    identity = file.text(0x0008, 0x0018)
    var frames: [cg_frame] = []
    for index in 0..<Int(facts.frames) { frames.append(try file.frame(index)) }
    self.frames = frames
    texts = Self.tags.compactMap { name, group, element in
      let value = file.text(group, element)
      return value.isEmpty ? nil : ImageHeader.Fact(name, value)
    }
  }

  private static let tags: [(String, UInt16, UInt16)] = [
    ("Modality", 0x0008, 0x0060), ("Manufacturer", 0x0008, 0x0070), ("SeriesDescription", 0x0008, 0x103e),
    ("SeriesNumber", 0x0020, 0x0011), ("SeriesInstanceUID", 0x0020, 0x000e), ("StudyDate", 0x0008, 0x0020),
    ("ImageType", 0x0008, 0x0008), ("PatientPosition", 0x0018, 0x5100),
    ("PhotometricInterpretation", 0x0028, 0x0004), ("TransferSyntaxUID", 0x0002, 0x0010),
    ("WindowCenter", 0x0028, 0x1050), ("WindowWidth", 0x0028, 0x1051),
  ]

  /// Whether the other file is a copy, byte for byte.
  func hasSameContent(as other: DICOMInstance) -> Bool {
    guard source.fileSize == other.source.fileSize, let a = try? source.rawBytes(),
      let b = try? other.source.rawBytes()
    else { return false }
    return withExtendedLifetime((a, b)) { a.bytes.elementsEqual(b.bytes) }
  }

  func text(_ name: String) -> String? { texts.first { $0.name == name }?.value }

  /// What the images of one volume share: size and orientation.
  func fits(_ other: DICOMInstance) -> Bool {
    guard facts.rows == other.facts.rows, facts.columns == other.facts.columns,
      facts.samples == other.facts.samples
    else { return false }
    guard let a = frames.first, let b = other.frames.first else { return false }
    func near(_ x: Double, _ y: Double) -> Bool { abs(x - y) < 1e-3 }
    let (o, p) = (a.orientation, b.orientation)
    return a.has_orientation == b.has_orientation && a.has_spacing == b.has_spacing
      && near(o.0, p.0) && near(o.1, p.1) && near(o.2, p.2) && near(o.3, p.3) && near(o.4, p.4)
      && near(o.5, p.5) && near(a.spacing.0, b.spacing.0) && near(a.spacing.1, b.spacing.1)
  }
}
