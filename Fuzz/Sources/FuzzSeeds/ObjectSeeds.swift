import Foundation
import MedImage
import MedVoxel

/// Small DICOM segmentations, structure sets and reports.
enum ObjectSeeds {
  static func write(to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let series = FileManager.default.temporaryDirectory.appendingPathComponent("seeds-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: series, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: series) }
    for slice in 0..<2 { try image(slice).write(to: series.appendingPathComponent("\(slice).dcm")) }
    let reference = try DICOMReference(contentsOf: series)
    let map = LabelMap(
      voxels: VoxelBuffer(size: [3, 2, 2], elements: [1, 1, 0, 2, 2, 0, 0, 1, 0, 0, 0, 2]),
      affine: reference.grid.affine)
    let identifiers = ObjectIdentifiers.derived(from: ["seed"])
    for storage in DICOMSegmentation.Writing.Storage.allCases {
      try DICOMSegmentation.write(
        map, of: reference, to: folder.appendingPathComponent("\(storage.rawValue).dcm"),
        .init(storage: storage, identifiers: identifiers))
    }
    try DICOMStructureSet.write(
      map, of: reference, to: folder.appendingPathComponent("structures.dcm"), .init(identifiers: identifiers)
    )
    try report.write(to: folder.appendingPathComponent("report.dcm"))
  }

  private static func text(
    _ group: UInt16, _ element: UInt16, _ representation: String, _ value: String
  ) -> DICOMElement {
    DICOMElement(DICOMTag(group, element), representation, .bytes(Array(value.utf8)))
  }

  private static func shorts(_ group: UInt16, _ element: UInt16, _ value: UInt8) -> DICOMElement {
    DICOMElement(DICOMTag(group, element), "US", .bytes([value, 0]))
  }

  private static func image(_ slice: Int) -> DICOMDataSet {
    DICOMDataSet([
      text(0x0008, 0x0016, "UI", "1.2.840.10008.5.1.4.1.1.2"),
      text(0x0008, 0x0018, "UI", "1.2.3.\(slice + 1)"),
      text(0x0008, 0x0060, "CS", "CT"), text(0x0020, 0x000d, "UI", "1.2"), text(0x0020, 0x000e, "UI", "1.3"),
      text(0x0020, 0x0052, "UI", "1.4"), text(0x0020, 0x0032, "DS", "0\\0\\\(2.5 * Double(slice))"),
      text(0x0020, 0x0037, "DS", "1\\0\\0\\0\\1\\0"), text(0x0028, 0x0030, "DS", "1\\1"),
      text(0x0028, 0x0004, "CS", "MONOCHROME2"), shorts(0x0028, 0x0002, 1), shorts(0x0028, 0x0010, 2),
      shorts(0x0028, 0x0011, 3), shorts(0x0028, 0x0100, 8), shorts(0x0028, 0x0101, 8),
      shorts(0x0028, 0x0102, 7),
      shorts(0x0028, 0x0103, 0), DICOMElement(DICOMTag(0x7fe0, 0x0010), "OB", .bytes([1, 2, 3, 4, 5, 6])),
    ])
  }

  private static func items(_ group: UInt16, _ element: UInt16, _ items: [DICOMDataSet]) -> DICOMElement {
    DICOMElement(DICOMTag(group, element), "SQ", .items(items))
  }

  private static func code(_ value: String) -> DICOMDataSet {
    DICOMDataSet([
      text(0x0008, 0x0100, "SH", value), text(0x0008, 0x0102, "SH", "DCM"), text(0x0008, 0x0104, "LO", "x"),
    ])
  }

  /// A measurement group with a volume.
  private static var report: DICOMDataSet {
    let number = DICOMDataSet([
      text(0x0040, 0xa010, "CS", "CONTAINS"), text(0x0040, 0xa040, "CS", "NUM"),
      items(0x0040, 0xa043, [code("118565006")]),
      items(
        0x0040, 0xa300,
        [DICOMDataSet([text(0x0040, 0xa30a, "DS", "12.5"), items(0x0040, 0x08ea, [code("mm3")])])]),
    ])
    let group = DICOMDataSet([
      text(0x0040, 0xa010, "CS", "CONTAINS"), text(0x0040, 0xa040, "CS", "CONTAINER"),
      items(0x0040, 0xa043, [code("125007")]), items(0x0040, 0xa730, [number]),
    ])
    return DICOMDataSet([
      text(0x0008, 0x0016, "UI", "1.2.840.10008.5.1.4.1.1.88.33"), text(0x0008, 0x0018, "UI", "1.5"),
      text(0x0040, 0xa040, "CS", "CONTAINER"), items(0x0040, 0xa043, [code("126000")]),
      items(0x0040, 0xa730, [group]),
    ])
  }
}
