public import Foundation
import MedVoxel

extension DICOM {
  /// The images below a folder, in the order of their UIDs; files that are no DICOM images are passed over.
  /// - Complexity: reads the header of every file, in parallel.
  public static func series(in folder: URL) throws(ImageError) -> [DICOMSeries] {
    series(of: try FolderWalk.files(below: folder))
  }

  /// The images of these files, in the order of their UIDs; files that are no DICOM images are passed over.
  static func series(of files: [URL]) -> [DICOMSeries] {
    let instances = Parallel.map(files.count) { index -> DICOMInstance? in
      guard let source = try? FileSource(files[index]), source.fileSize > 132,
        let head = try? source.prefix(1024), mayBeDICOM(head)
      else { return nil }
      return try? DICOMInstance(source)
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
