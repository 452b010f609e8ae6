import Foundation
import MedVoxel

/// A DICOMDIR: the list of the files on a medium. Source: the DICOM standard, PS3.3, annex F, and PS3.10, 8.
struct DICOMDirectory {
  /// The files that its records name and that are there, in the records' order, each once.
  private(set) var places: [DICOMPlace] = []

  /// - Returns: nil for what is no DICOMDIR.
  /// - Throws: `ImageError` for records that lead out of the folder, and where none of the files is there.
  init?(_ source: FileSource) throws(ImageError) {
    // The class stands in the file's head.
    let head = try source.prefix(1024)
    guard DICOM.recognizes(head), !head.places(of: Array("1.2.840.10008.1.3.10".utf8)).isEmpty else {
      return nil
    }
    let file = try DICOMFile(source)
    guard file.pixels == nil, file.data.has(0x0004_1220) else { return nil }
    var seen: Set<String> = []
    var missing: [String] = []
    for record in file.data.items(0x0004_1220) {
      let parts = record.texts(0x0004_1500).filter { !$0.isEmpty }
      guard !parts.isEmpty, seen.insert(parts.joined(separator: "/")).inserted else { continue }
      // The root is the folder of the DICOMDIR, and nothing leads out of it.
      let url = try SiblingFile.url(parts.joined(separator: "/"), besides: source)
      if let found = Self.existing(url, parts) {
        places.append(.file(found))
      } else {
        missing.append(url.path)
      }
    }
    guard !places.isEmpty || missing.isEmpty else {
      throw ImageError(
        "none of the \(missing.count) files that the DICOMDIR lists is there, such as \(missing[0])",
        at: source.name, remedy: "copy the whole medium, not the DICOMDIR alone")
    }
  }

  /// File systems change the case of names, and some add a version.
  private static func existing(_ url: URL, _ parts: [String]) -> URL? {
    let manager = FileManager.default
    if manager.fileExists(atPath: url.path) { return url }
    var folder = url
    for _ in parts { folder.deleteLastPathComponent() }
    for part in parts {
      guard let names = try? manager.contentsOfDirectory(atPath: folder.path) else { return nil }
      let wanted = part.lowercased()
      let name = names.first { name in
        let plain = name.lowercased()
        return plain == wanted || plain == wanted + ";1" || plain == wanted + ".dcm"
      }
      guard let name else { return nil }
      folder.appendPathComponent(name)
    }
    return folder
  }
}
