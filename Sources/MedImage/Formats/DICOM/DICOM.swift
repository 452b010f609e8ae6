import CGDCM
public import Foundation
import MedVoxel
import Synchronization

/// DICOM images through GDCM: single files, and folders of slices.
///
/// Source: the DICOM standard, PS3.3 C.7.6 (image planes, functional groups). Columns run along I, rows along
/// J, slices along K by position; positions in DICOM are LPS+ and become RAS+. Images repeated at a position
/// become channels, in the order of acquisition and instance numbers. Values of MONOCHROME1 images are as
/// stored, not inverted; a note says so.
public enum DICOM: ImageCodec {
  public static let name = "DICOM"
  public static let suffixes = [".dcm", ".dicom", ".ima"]

  public static func recognizes(_ head: [UInt8]) -> Bool {
    head.count >= 132 && head[128..<132].elementsEqual("DICM".utf8)
  }

  public static func open(_ source: FileSource, options: ReadOptions) throws(ImageError) -> OpenImage {
    if let object = try DICOMObjects.open(source, options: options) { return object }
    let instance = try DICOMInstance(source)
    return try open(DICOMSeries(uid: instance.series, part: 1, partCount: 1, instances: [instance]))
  }

  /// The image of a folder.
  /// - Throws: `ImageError` when there is none, or several and the options name none of them; the error lists
  ///   them.
  public static func open(folder: URL, options: ReadOptions) throws(ImageError) -> OpenImage {
    let all = try series(in: folder)
    let chosen = options.series.map { name in all.filter { $0.name == name || $0.uid == name } } ?? all
    guard chosen.count <= 1 else {
      throw ImageError(
        "expected one image, found \(chosen.count):\n" + list(chosen), at: folder.path,
        remedy: "choose one, such as --series \(chosen[0].name)", cause: .usage)
    }
    guard let only = chosen.first else {
      guard let wanted = options.series else {
        throw ImageError(
          "the folder holds no DICOM images", at: folder.path,
          remedy: "name a folder of DICOM slices, or an image file")
      }
      throw ImageError(
        "no series \(wanted) in the folder, only\n" + list(all), at: folder.path, cause: .usage)
    }
    if only.instances.count == 1, let object = try DICOMObjects.open(only.instances[0].source, options: options) {
      return object
    }
    return try open(only)
  }

  private static func list(_ all: [DICOMSeries]) -> String {
    all.map { "    \($0.name)  \($0.summary)" }.joined(separator: "\n")
  }

  /// The images below a folder, in the order of their UIDs; files that are no DICOM images are passed over.
  /// - Complexity: reads the header of every file, in parallel.
  public static func series(in folder: URL) throws(ImageError) -> [DICOMSeries] {
    let files = try files(below: folder)
    let instances = Parallel.map(files.count) { index -> DICOMInstance? in
      guard let source = try? FileSource(files[index]), source.fileSize > 132,
        let head = try? source.prefix(1024), mayBeDICOM(head, files[index])
      else { return nil }
      return try? DICOMInstance(source)
    }
    var groups: [String: [DICOMInstance]] = [:]
    for case let instance? in instances { groups[instance.series, default: []].append(instance) }
    return groups.keys.sorted().flatMap { uid in parts(uid, groups[uid] ?? []) }
  }

  /// Data sets without the preamble begin with an element of group 2 or 8; other formats are told by their own
  /// signs.
  private static func mayBeDICOM(_ head: [UInt8], _ url: URL) -> Bool {
    if recognizes(head) { return true }
    guard head.count > 132, head[1] == 0, head[0] == 2 || head[0] == 8, head[3] == 0 else { return false }
    return !ImageFile.codecs.contains { $0.recognizes(head) }
  }

  private static func files(below folder: URL) throws(ImageError) -> [URL] {
    var failure: (any Error)?
    let keys: [URLResourceKey] = [.isRegularFileKey]
    guard
      let enumerator = FileManager.default.enumerator(
        at: folder, includingPropertiesForKeys: keys, options: [.skipsHiddenFiles],
        errorHandler: { _, error in
          failure = error
          return true
        })
    else { throw ImageError("the folder can't be read", at: folder.path, cause: .environment) }
    var files: [URL] = []
    while let url = enumerator.nextObject() as? URL {
      if (try? url.resourceValues(forKeys: Set(keys)))?.isRegularFile == true { files.append(url) }
    }
    if files.isEmpty, let failure {
      throw ImageError("the folder can't be read: \(failure)", at: folder.path, cause: .environment)
    }
    return files.sorted { $0.path < $1.path }
  }

  /// The images of one series told apart by size and orientation, copies of a file dropped.
  private static func parts(_ uid: String, _ instances: [DICOMInstance]) -> [DICOMSeries] {
    var seen: [String: [DICOMInstance]] = [:]
    var copies = 0
    var parts: [[DICOMInstance]] = []
    for instance in instances {
      if !instance.identity.isEmpty {
        guard !seen[instance.identity, default: []].contains(where: { $0.hasSameContent(as: instance) })
        else {
          copies += 1
          continue
        }
        seen[instance.identity, default: []].append(instance)
      }
      if let index = parts.firstIndex(where: { $0[0].fits(instance) }) {
        parts[index].append(instance)
      } else {
        parts.append([instance])
      }
    }
    return parts.enumerated().map { index, instances in
      var series = DICOMSeries(uid: uid, part: index + 1, partCount: parts.count, instances: instances)
      if copies > 0 { series.notes.append("\(copies) files are copies of others and are left out") }
      return series
    }
  }

  // MARK: Opening

  public static func open(_ series: DICOMSeries) throws(ImageError) -> OpenImage {
    let layout = try series.layout()
    guard let first = series.instances.first, let volume = layout.volumes.first else {
      throw ImageError("the series has no images")
    }
    let location =
      series.instances.count == 1 ? first.source.name : first.source.url.deletingLastPathComponent().path
    var shape = [Int(first.facts.columns), Int(first.facts.rows), volume.count]
    if layout.volumes.count > 1 { shape.append(layout.volumes.count) }
    let pixels = DICOMPixels(series: series, layout: layout, location: location)
    let components: ImageHeader.Components = pixels.samples == 3 ? .rgb : .scalar
    var header = ImageHeader(
      format: "DICOM", shape: shape, components: components, type: try pixels.type(), affine: layout.affine,
      hasGeometry: layout.hasGeometry)
    header.rescale = pixels.commonRescale ?? .identity
    header.facts = first.texts + [.init("files", "\(series.instances.count)")]
    header.notes = layout.notes
    if pixels.commonRescale == nil {
      header.notes.append("slices are rescaled differently; their real values are kept")
    }
    if first.text("PhotometricInterpretation") == "MONOCHROME1" {
      header.notes.append("low values are bright (MONOCHROME1); values are as stored, not inverted")
    }
    if first.text("PhotometricInterpretation") == "PALETTE COLOR" {
      header.notes.append("values are indices into the file's palette")
    }
    if first.text("ImageType")?.contains("MOSAIC") == true {
      header.notes.append("a mosaic: one image holds the tiles of a volume; it is read as it is")
    }
    return OpenImage(header: header, voxels: pixels, location: location)
  }
}
