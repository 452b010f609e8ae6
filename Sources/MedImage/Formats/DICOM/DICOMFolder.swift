public import Foundation
import MedVoxel

extension DICOM {
  /// The images below a folder, in the order of their UIDs; files that are no DICOM images are passed over.
  /// - Complexity: reads the header of every file, in parallel.
  public static func series(in folder: URL) throws(ImageError) -> [DICOMSeries] {
    series(of: try files(below: folder))
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
}
