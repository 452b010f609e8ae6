import Foundation
import MedVoxel

/// The file beside a header that takes its voxels.
struct DetachedVoxels {
  var url: URL
  var name: String { url.lastPathComponent }

  /// - Parameters:
  ///   - suffix: the end of the names of headers that stand alone.
  ///   - end: that of the voxels' file.
  /// - Returns: nil where header and voxels are one file.
  init?(header: URL, suffix: String, end: String) {
    let name = header.lastPathComponent
    guard name.lowercased().hasSuffix(suffix) else { return nil }
    url = header.deletingLastPathComponent().appendingPathComponent(name.dropLast(suffix.count) + end)
  }

  /// Writes the voxels after the header, or into their own file, which is there before the header names it.
  static func write(
    _ header: String, packed: [UInt8]?, _ bytes: UnsafeRawBufferPointer, to url: URL,
    _ voxels: DetachedVoxels?
  ) throws(ImageError) {
    if let voxels {
      var file = try AtomicFile<ImageError>(replacing: voxels.url.path)
      if let packed { try file.write(packed) } else { try file.write(bytes) }
      try file.commit()
    }
    var file = try AtomicFile<ImageError>(replacing: url.path)
    try file.write(Array(header.utf8))
    if voxels == nil {
      if let packed { try file.write(packed) } else { try file.write(bytes) }
    }
    try file.commit()
  }
}
