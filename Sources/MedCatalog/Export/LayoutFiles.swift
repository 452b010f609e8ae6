import Foundation

/// The kinds of files that a data set's layout names, by the ends of their names.
enum LayoutFiles {
  struct Kind {
    /// Without the first dot: `nii.gz`.
    var ending: String
    var mediaType: String
    /// The layout's lines that name such files.
    var patterns: [String]
  }

  private static let mediaTypes: [(ending: String, mediaType: String)] = [
    ("nii.gz", "application/gzip"), ("csv.gz", "application/gzip"), ("txt.gz", "application/gzip"),
    ("tar.gz", "application/gzip"), ("nii", "application/octet-stream"), ("dcm", "application/dicom"),
    ("png", "image/png"), ("jpg", "image/jpeg"), ("jpeg", "image/jpeg"), ("tif", "image/tiff"),
    ("tiff", "image/tiff"), ("gif", "image/gif"), ("bmp", "image/bmp"), ("pgm", "image/x-portable-graymap"),
    ("avi", "video/x-msvideo"), ("wav", "audio/wav"), ("csv", "text/csv"),
    ("tsv", "text/tab-separated-values"), ("txt", "text/plain"), ("json", "application/json"),
    ("xml", "application/xml"), ("nxml", "application/xml"), ("pdf", "application/pdf"),
    ("html", "text/html"), ("md", "text/markdown"), ("xls", "application/vnd.ms-excel"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("mat", "application/x-matlab-data"), ("data", "text/plain"), ("names", "text/plain"),
    ("zip", "application/zip"), ("7z", "application/x-7z-compressed"), ("mha", "application/octet-stream"),
    ("mhd", "text/plain"), ("raw", "application/octet-stream"), ("nrrd", "application/octet-stream"),
    ("nhdr", "text/plain"), ("hdr", "application/octet-stream"), ("img", "application/octet-stream"),
  ]

  /// In the layout's order.
  static func kinds(in layout: String) -> [Kind] {
    var kinds: [Kind] = []
    for line in layout.split(separator: "\n").map(String.init) {
      for (ending, mediaType) in endings(of: line) {
        let pattern = line.oneLine
        if let index = kinds.firstIndex(where: { $0.ending == ending }) {
          kinds[index].patterns.append(pattern)
        } else {
          kinds.append(Kind(ending: ending, mediaType: mediaType, patterns: [pattern]))
        }
      }
    }
    return kinds
  }

  /// What the line's file names end in: `scan.{hdr,img}` has two endings. A remark in parentheses is no name.
  private static func endings(of line: String) -> [(ending: String, mediaType: String)] {
    let name = (line.split(separator: "(").first.map(String.init) ?? line).oneLine
    if name.hasSuffix("}"), let open = name.range(of: ".{", options: .backwards) {
      let endings = name[open.upperBound...].dropLast().split(separator: ",").map(String.init)
      return endings.compactMap { ending in mediaTypes.first { $0.ending == ending } }
    }
    return mediaTypes.first { name.hasSuffix("." + $0.ending) }.map { [$0] } ?? []
  }
}
