internal import Foundation
public import MedRecord
internal import MedVoxel

/// Scans as a user names them: files, folders of files, DICOM folders.
public enum ScanList {
  /// One case for each scan.
  ///
  /// Files named `NAME_0000`, `NAME_0001` … are the channels of one scan where the network has several. A folder
  /// stands for the images in it; one without any image file is taken as a DICOM series.
  /// - Throws: `EngineError` with every path that does not exist.
  public static func cases(_ paths: [String], channels: Int) throws(EngineError) -> [DatasetFolder.Case] {
    var problems: [Problem] = []
    var files: [URL] = []
    for path in paths {
      var isFolder: ObjCBool = false
      let url = URL(filePath: path)
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
        problems.append(Problem("there is no such file or folder", at: path, remedy: "check the path"))
        continue
      }
      guard isFolder.boolValue else {
        files.append(url)
        continue
      }
      let images = imageFiles(in: url)
      files += images.isEmpty ? [url] : images
    }
    guard problems.isEmpty else { throw EngineError(problems) }
    guard !files.isEmpty else { throw EngineError("no scan was named", cause: .usage) }
    guard channels > 1 else {
      return files.map {
        DatasetFolder.Case(id: DatasetFolder.caseIdentifier($0.lastPathComponent), images: [$0], label: nil)
      }
    }
    var order: [String] = []
    var groups: [String: [URL]] = [:]
    for file in files {
      let id = DatasetFolder.caseIdentifier(file.lastPathComponent)
      if groups[id] == nil { order.append(id) }
      groups[id, default: []].append(file)
    }
    return order.map { id in
      let images = (groups[id] ?? []).sorted { $0.lastPathComponent < $1.lastPathComponent }
      return DatasetFolder.Case(id: id, images: images, label: nil)
    }
  }

  private static func imageFiles(in folder: URL) -> [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let suffixes = [".nii", ".nii.gz", ".hdr", ".mgh", ".mgz"]
    return names.sorted()
      .filter { name in !name.hasPrefix(".") && suffixes.contains { name.lowercased().hasSuffix($0) } }
      .map { folder.appending(path: $0) }
  }
}
