public import Foundation
import MedVoxel

/// Reading and writing annotation files of any known format.
public enum AnnotationFile {
  /// The formats, in the order in which content is tried.
  static let codecs: [any AnnotationCodec.Type] = [
    LIDCXML.self, INbreast.self, ASAP.self, ImageScope.self, GeoJSON.self, MarkupsJSON.self, MarkupsCSV.self,
    SunnybrookContour.self, LandmarkTable.self,
  ]
  /// Those that are written too.
  static let writers: [any WritableAnnotationCodec.Type] = [
    MarkupsJSON.self, GeoJSON.self, MarkupsCSV.self, LandmarkTable.self,
  ]

  /// The ends of the names that can be written.
  public static var writtenSuffixes: [String] { writers.flatMap { $0.writtenSuffixes } }

  /// Whether a file is of a known annotation format; its beginning is read. False for what can't be read at all.
  public static func recognizes(_ url: URL) -> Bool {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), !isFolder.boolValue,
      let source = try? FileSource(url)
    else { return false }
    return (try? codec(of: source)) != nil
  }

  private static func codec(of source: FileSource) throws(ImageError) -> (any AnnotationCodec.Type)? {
    let head = AnnotationHead(
      fileName: source.url.lastPathComponent, bytes: try source.prefix(AnnotationHead.length))
    return codecs.first { $0.recognizes(head) }
  }

  /// Reads a file; its format is found by the content first and the name second.
  ///
  /// - Parameter anchor: where whole pixel coordinates lie, where the caller knows better than the format's custom;
  ///   files in millimeters don't ask.
  /// - Throws: `ImageError` with all that is wrong with the file, line by line.
  public static func open(
    _ url: URL, anchor: CoordinateFrame.PixelAnchor? = nil
  ) throws(ImageError) -> Annotations {
    try open(FileSource(url), anchor: anchor)
  }

  /// Reads a file that is open.
  public static func open(
    _ source: FileSource, anchor: CoordinateFrame.PixelAnchor? = nil
  ) throws(ImageError) -> Annotations {
    guard let codec = try codec(of: source) else {
      throw ImageError(
        "neither the content nor the name is of a known annotation format", at: source.name,
        remedy: "known are \(codecs.map { $0.name }.joined(separator: ", "))")
    }
    let head = AnnotationHead(fileName: source.url.lastPathComponent, bytes: [])
    let content = AnnotationContent(
      name: source.name, fileName: head.fileName, bytes: try source.bytes(upTo: AnnotationContent.largest))
    var annotations = try codec.read(content)
    if let anchor, case .pixels = annotations.frame { annotations.frame = .pixels(anchor) }
    return annotations
  }

  /// The writer that a name's end chooses.
  public static func writer(for url: URL) -> (any WritableAnnotationCodec.Type)? {
    let name = url.lastPathComponent.lowercased()
    return writers.first { $0.writtenSuffixes.contains { name.hasSuffix($0) } }
  }

  /// Writes the format that the name's end tells.
  /// - Throws: `ImageError` when no format has that end, the format can't hold the annotations, or the file can't be
  ///   written; nothing is left behind.
  public static func write(_ annotations: Annotations, to url: URL) throws(ImageError) {
    guard let writer = writer(for: url) else {
      throw ImageError(
        "expected a name that ends in \(writtenSuffixes.joined(separator: ", "))", at: url.path,
        remedy: "name the output such as outlines.geojson", cause: .usage)
    }
    do {
      try AtomicFile<ImageError>.write(Array(writer.text(of: annotations).utf8), to: url)
    } catch {
      throw ImageError(
        error.problems.map { Problem($0.statement, at: $0.location ?? url.path, remedy: $0.remedy) },
        cause: error.cause)
    }
  }
}
