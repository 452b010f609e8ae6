import CDeflate
import MedVoxel

/// A ZIP file of images.
struct ZipArchive: Sendable {
  typealias Entry = ZipDirectory<ImageError>.Entry

  let source: FileSource
  /// Files only, in the archive's order.
  let entries: [Entry]

  static func recognizes(_ head: [UInt8]) -> Bool { ZipDirectory<ImageError>.begins(head) }

  /// - Throws: `ImageError` for a damaged directory, or one that leads out of the archive.
  init(_ source: FileSource) throws(ImageError) {
    self.source = source
    let directory = try ZipDirectory<ImageError>(byteCount: source.fileSize, path: source.name) {
      offset, buffer throws(ImageError) in
      try source.fill(buffer, from: offset)
    }
    entries = directory.entries.filter { !$0.isFolder }
  }

  /// The entry's content: left in the file where it is stored plainly, in memory where it is inflated.
  ///
  /// - Throws: `ImageError` when the entry is encrypted, packed by another method than Deflate, damaged, or claims
  ///   more than its bytes can hold.
  func content(of entry: Entry) throws(ImageError) -> FileSource {
    let name = source.name + "/" + entry.name
    guard !entry.isEncrypted else {
      throw ImageError("the entry is encrypted", at: name, remedy: "unpack the archive with its password")
    }
    switch entry.method {
    case .stored: return try FileSource(entry.range, of: source, name: name)
    case .other(let number):
      throw ImageError(
        "the entry is packed by method \(number), expected Deflate", at: name,
        remedy: "unpack the archive, or pack it again with zip")
    case .deflated: return try FileSource(memory: inflated(entry, name: name), name: name)
    }
  }

  private func inflated(_ entry: Entry, name: String) throws(ImageError) -> RawBytes {
    guard entry.byteCount <= entry.range.count.multipliedReportingOverflow(by: 1032).partialValue else {
      throw ImageError(
        "the entry claims \(entry.byteCount) bytes in \(entry.range.count) packed ones, more than Deflate can hold",
        at: name)
    }
    let packed = try RawBytes(count: entry.range.count, for: name)
    let input = UnsafeMutableRawBufferPointer(rebasing: packed.mutable[..<packed.count])
    try source.fill(input, from: entry.range.lowerBound)
    let content = try RawBytes(count: entry.byteCount, for: name)
    guard let decompressor = libdeflate_alloc_decompressor() else { throw Gzip.outOfMemory(source) }
    defer { libdeflate_free_decompressor(decompressor) }
    var count = 0
    let result = libdeflate_deflate_decompress(
      decompressor, packed.bytes.baseAddress, packed.count, content.mutable.baseAddress, content.count, &count
    )
    guard result == LIBDEFLATE_SUCCESS, count == content.count,
      libdeflate_crc32(0, content.bytes.baseAddress, content.count) == entry.checksum
    else {
      throw ImageError(
        "the entry's packed bytes are damaged", at: name, remedy: "get the archive again from its source")
    }
    return content
  }
}
