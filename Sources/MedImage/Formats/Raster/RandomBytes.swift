import MedVoxel

/// A file's content, read at any place: on disk, or inflated in memory where it is gzip.
struct RandomBytes: Sendable {
  let source: FileSource
  let count: Int
  private let memory: [UInt8]?

  init(_ source: FileSource) throws(ImageError) {
    self.source = source
    memory = source.isCompressed ? try source.bytes(from: 0) : nil
    count = memory?.count ?? source.fileSize
  }

  var name: String { source.name }

  /// Fills the memory from a place on.
  /// - Throws: `ImageError` where the content ends before.
  func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws(ImageError) {
    guard offset >= 0, offset <= count - target.count else {
      throw ImageError(
        "the file names \(target.count) bytes at byte \(offset), but has only \(count)", at: name,
        remedy: "the file is truncated; get it again from its source")
    }
    if let memory {
      memory.withUnsafeBytes {
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + target.count]))
      }
      return
    }
    try source.fill(target, from: offset)
  }

  /// - Throws: `ImageError` where the content ends before.
  func bytes(at offset: Int, count wanted: Int) throws(ImageError) -> [UInt8] {
    // Before memory is taken.
    guard offset >= 0, wanted >= 0, offset <= count - wanted else {
      throw ImageError(
        "the file names \(wanted) bytes at byte \(offset), but has only \(count)", at: name,
        remedy: "the file is truncated; get it again from its source")
    }
    var bytes = [UInt8](repeating: 0, count: wanted)
    try bytes.withMutableBytes { target throws(ImageError) in try read(at: offset, into: target) }
    return bytes
  }
}
