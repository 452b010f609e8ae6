import Foundation
import MedVoxel

/// Where a file is found again: thousands can't all stay open.
enum DICOMPlace: Sendable {
  case file(URL)
  case opened(FileSource)
  case entry(ZipArchive, ZipArchive.Entry)

  /// The file; of an archive's entry its path behind the archive's.
  var url: URL {
    switch self {
    case .file(let url): url
    case .opened(let source): source.url
    case .entry(let archive, let entry): archive.source.url.appendingPathComponent(entry.name)
    }
  }

  var name: String { url.path }

  func source() throws(ImageError) -> FileSource {
    switch self {
    case .file(let url): try FileSource(url)
    case .opened(let source): source
    case .entry(let archive, let entry): try archive.content(of: entry)
    }
  }
}
