public import Foundation
import MedVoxel

/// DICOM objects that are no images, but become some.
enum DICOMObjects {
  /// The image of such an object; nil for what is an image itself.
  /// - Throws: `ImageError` for objects that hold neither pixels nor contours.
  static func open(_ source: FileSource, options: ReadOptions) throws(ImageError) -> OpenImage? {
    // The object's class is said in the file's head, or in the first elements.
    let head = try source.prefix(1024)
    let classes = ["1.2.840.10008.5.1.4.1.1.66.", DICOMStructureSet.storageClass]
    guard classes.contains(where: { !head.places(of: Array($0.utf8)).isEmpty }) else { return nil }
    let data = try DICOMDataSet(source)
    switch data.text(.sopClass) {
    case DICOMSegmentation.storageClass, DICOMSegmentation.labelMapStorageClass:
      return try DICOMSegmentation(source, data, options.reference).openImage()
    case DICOMStructureSet.storageClass:
      return try DICOMStructureSet(data, at: source.name).openImage(on: options.reference)
    default: return nil
    }
  }
}

/// A DICOM object that says something about images rather than being one.
public enum DICOMObject: Sendable {
  case structures(DICOMStructureSet)
  case report(DICOMReport)

  /// Nil for images, segmentations among them, and for what is no DICOM.
  ///
  /// - Throws: `ImageError` when the object is damaged.
  public static func open(_ url: URL) throws(ImageError) -> DICOMObject? {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), !isFolder.boolValue else {
      return nil
    }
    let source = try FileSource(url)
    let head = try source.prefix(1024)
    let classes = [DICOMReport.storageClasses, DICOMStructureSet.storageClass]
    guard classes.contains(where: { !head.places(of: Array($0.utf8)).isEmpty }) else { return nil }
    let data = try DICOMDataSet(source)
    let sopClass = data.text(.sopClass) ?? ""
    if sopClass == DICOMStructureSet.storageClass {
      return .structures(try DICOMStructureSet(data, at: source.name))
    }
    return sopClass.hasPrefix(DICOMReport.storageClasses)
      ? .report(try DICOMReport(data, at: source.name)) : nil
  }

  /// Lines for people.
  public var facts: [ImageHeader.Fact] {
    switch self {
    case .structures(let object):
      let series = object.referencedSeries.map { ImageHeader.Fact("references", "series \($0)") }
      return [.init("format", "DICOM RTSTRUCT")] + series
        + object.regions.map { .init("region \($0.number)", $0.summary) }
    case .report(let report):
      let states = [report.completion, report.verification].compactMap { $0 }
      return [.init("format", "DICOM SR"), .init("title", report.title?.description ?? "none")]
        + (states.isEmpty ? [] : [.init("state", states.joined(separator: ", "))])
        + report.groups.map { .init("finding", $0.description) }
        + report.measurements.map { .init("measurement", $0.description) }
    }
  }
}

extension Collection<UInt8> {
  /// Where the bytes begin that are asked for.
  func places(of wanted: [UInt8]) -> [Index] {
    guard let first = wanted.first else { return [] }
    return indices.filter { self[$0] == first && self[$0...].starts(with: wanted) }
  }
}
