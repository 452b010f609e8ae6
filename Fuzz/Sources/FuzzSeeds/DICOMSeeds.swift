import Foundation
import MedImage

/// Small DICOM images of the kinds that take different ways through the reader.
enum DICOMSeeds {
  static func write(to folder: URL, slides: URL) throws {
    for folder in [folder, slides] {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }
    for (name, elements) in images {
      let target = name == "slide" ? slides : folder
      try DICOMDataSet(elements).write(to: target.appendingPathComponent("\(name).dcm"))
    }
  }

  private static var images: [(String, [DICOMElement])] {
    let palette = (1...3).flatMap { color in
      [
        shorts(0x0028, 0x1100 + color, 2, 0, 16),
        DICOMElement(DICOMTag(0x0028, 0x1200 + color), "OW", .bytes([1, 1, 255, 255])),
      ]
    }
    let segments = (1...3).flatMap { color in
      [
        shorts(0x0028, 0x1100 + color, 4, 0, 16),
        DICOMElement(DICOMTag(0x0028, 0x1220 + color), "OW", .bytes([0, 0, 1, 0, 5, 0, 1, 0, 3, 0, 9, 0])),
      ]
    }
    let frames = items(
      0x5200, 0x9230,
      (0..<2).map { frame in
        [
          items(0x0020, 0x9113, [[text(0x0020, 0x0032, "DS", "0\\0\\\(frame)")]]),
          items(0x0028, 0x9145, [[text(0x0028, 0x1053, "DS", "\(frame + 1)")]]),
        ]
      })
    let orientation = items(
      0x5200, 0x9229,
      [
        [
          items(0x0020, 0x9116, [[text(0x0020, 0x0037, "DS", "1\\0\\0\\0\\1\\0")]]),
          items(0x0028, 0x9110, [[text(0x0028, 0x0030, "DS", "1\\2")]]),
        ]
      ])
    let mosaic = [
      text(0x0008, 0x0008, "CS", "ORIGINAL\\PRIMARY\\M\\MOSAIC"),
      text(0x0019, 0x0010, "LO", "SIEMENS MR HEADER"),
      shorts(0x0019, 0x100a, 3), text(0x0020, 0x0032, "DS", "1\\2\\3"),
      text(0x0020, 0x0037, "DS", "1\\0\\0\\0\\1\\0"), text(0x0028, 0x0030, "DS", "1\\2"),
    ]
    let slide = [
      text(0x0008, 0x0016, "UI", "1.2.840.10008.5.1.4.1.1.77.1.6"), text(0x0020, 0x9311, "CS", "TILED_FULL"),
      DICOMElement(DICOMTag(0x0048, 0x0006), "UL", .bytes([3, 0, 0, 0])),
      DICOMElement(DICOMTag(0x0048, 0x0007), "UL", .bytes([2, 0, 0, 0])),
    ]
    return [
      ("bits", pixels(1, frames: 3, [0x5a, 0x0c])), ("twelve", pixels(12, [1, 2, 3, 4, 5, 6])),
      ("palette", pixels(8, photometric: "PALETTE COLOR", [0, 1, 0, 1]) + palette),
      ("segments", pixels(8, photometric: "PALETTE COLOR", [0, 1, 2, 3]) + segments),
      ("pairs", pixels(8, samples: 3, photometric: "YBR_FULL_422", [1, 2, 3, 4, 5, 6, 7, 8])),
      ("frames", pixels(16, frames: 2, [UInt8](repeating: 1, count: 16)) + [frames, orientation]),
      ("mosaic", pixels(8, [1, 2, 3, 4]) + mosaic),
      ("slide", pixels(8, frames: 2, [1, 2, 3, 4, 5, 6, 7, 8]) + slide),
    ]
  }

  /// Two by two pixels.
  private static func pixels(
    _ bits: UInt16, samples: UInt16 = 1, frames: Int = 1, photometric: String = "MONOCHROME2",
    _ bytes: [UInt8]
  ) -> [DICOMElement] {
    [
      text(0x0008, 0x0016, "UI", "1.2.840.10008.5.1.4.1.1.7"), text(0x0008, 0x0018, "UI", "1.2.3"),
      text(0x0008, 0x0060, "CS", "OT"), text(0x0020, 0x000e, "UI", "1.2"),
      shorts(0x0028, 0x0002, samples), text(0x0028, 0x0004, "CS", photometric),
      text(0x0028, 0x0008, "IS", "\(frames)"), shorts(0x0028, 0x0010, 2), shorts(0x0028, 0x0011, 2),
      shorts(0x0028, 0x0100, bits), shorts(0x0028, 0x0101, bits), shorts(0x0028, 0x0102, bits - 1),
      shorts(0x0028, 0x0103, 0),
      DICOMElement(DICOMTag(0x7fe0, 0x0010), "OB", .bytes(bytes)),
    ]
  }

  private static func text(_ group: UInt16, _ element: UInt16, _ vr: String, _ value: String) -> DICOMElement
  {
    DICOMElement(DICOMTag(group, element), vr, .bytes(Array(value.utf8)))
  }

  private static func shorts(_ group: UInt16, _ element: UInt16, _ values: UInt16...) -> DICOMElement {
    DICOMElement(
      DICOMTag(group, element), "US", .bytes(values.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }))
  }

  private static func items(_ group: UInt16, _ element: UInt16, _ items: [[DICOMElement]]) -> DICOMElement {
    DICOMElement(DICOMTag(group, element), "SQ", .items(items.map { DICOMDataSet($0) }))
  }
}
