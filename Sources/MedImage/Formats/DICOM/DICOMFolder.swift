public import Foundation
import MedVoxel

extension DICOM {
  /// The images below a folder, in a ZIP archive, or in the files that a DICOMDIR lists, in the order of their
  /// UIDs; files that are no DICOM images are passed over.
  ///
  /// Links are followed, each folder once. Files may have any name, and may be under gzip.
  /// - Throws: `ImageError` when the folder can't be read, or the file is no archive and no DICOMDIR.
  /// - Complexity: reads the header of every file, in parallel.
  public static func series(in folder: URL) throws(ImageError) -> [DICOMSeries] {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), !isFolder.boolValue {
      let source = try FileSource(folder)
      if ZipArchive.recognizes(try source.prefix(1024)) { return series(of: try ZipArchive(source)) }
      if let directory = try DICOMDirectory(source) { return series(of: directory.places) }
      return [DICOMSeries(try DICOMInstance(.opened(source), source))]
    }
    return series(of: try FolderWalk.files(below: folder).map { .file($0) })
  }

  static func series(of archive: ZipArchive) -> [DICOMSeries] {
    series(of: archive.entries.sorted { $0.name < $1.name }.map { .entry(archive, $0) })
  }

  /// The images of these files, in the order of their UIDs; files that are no DICOM images are passed over.
  static func series(of places: [DICOMPlace]) -> [DICOMSeries] {
    let instances = Parallel.map(places.count) { index -> DICOMInstance? in
      guard let source = try? places[index].source(), source.fileSize > 132,
        let head = try? source.prefix(1024), mayBeDICOM(head)
      else { return nil }
      return try? DICOMInstance(places[index], source)
    }
    var groups: [String: [DICOMInstance]] = [:]
    for case let instance? in instances { groups[instance.series, default: []].append(instance) }
    return groups.keys.sorted().flatMap { uid in DICOMSeries.parts(uid, groups[uid] ?? []) }
  }

  /// Data sets without the preamble begin with an element of group 2 or 8; other formats are told by their own
  /// signs.
  private static func mayBeDICOM(_ head: [UInt8]) -> Bool {
    if recognizes(head) { return true }
    guard head.count > 132, head[1] == 0, head[0] == 2 || head[0] == 8, head[3] == 0 else { return false }
    return !ImageFile.codecs.contains { $0.recognizes(head) }
  }
}
