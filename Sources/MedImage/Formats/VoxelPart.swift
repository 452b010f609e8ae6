import CDeflate
import Foundation
import MedVoxel

/// One file's share of an image's voxels, and how it is written there.
struct VoxelPart: Sendable {
  enum Encoding: Sendable {
    /// Bytes; a detached file may be gzip as a whole.
    case raw
    /// zlib's or gzip's stream.
    case deflate
    /// Numbers with spaces or line ends between them.
    case text
  }

  var url: URL
  /// The byte of the content at which the share begins; nil: it is the content's end.
  var offset: Int?
  var encoding: Encoding
  /// The length of a compressed share, where the header tells.
  var packedCount: Int?

  /// Bytes of `raw` files that begin as gzip does are still voxels, unless the encoding says otherwise.
  var isPlain = true

  func source() throws(ImageError) -> FileSource { try FileSource(url, isPlain: isPlain) }

  /// Refuses a share that the file can't hold, before memory is taken for it.
  func check(holds count: Int, type: VoxelType) throws(ImageError) {
    let source = try source()
    let content = source.largestContent
    let start = offset ?? 0
    let (room, _) =
      switch encoding {
      case .raw: (content - min(start, content), false)
      case .deflate: max(0, content - start).multipliedReportingOverflow(by: 1032)
      case .text: ((content - min(start, content) + 1) / 2).multipliedReportingOverflow(by: type.byteCount)
      }
    guard start >= 0, count <= room || room < 0 else {
      throw ImageError(
        "the header claims \(count) bytes of voxels, the file has room for \(room)", at: source.name,
        remedy: "the file is truncated or its header is wrong; get it again from its source")
    }
  }

  /// Fills the memory with the share's elements, in the file's byte order (text: in this machine's).
  func decode(into target: UnsafeMutableRawBufferPointer, type: VoxelType) throws(ImageError) {
    let source = try source()
    switch encoding {
    case .raw: try copy(source, into: target)
    case .deflate: try inflate(source, into: target)
    case .text:
      try TextVoxels.decode(source.bytes(from: offset ?? 0), as: type, into: target, at: source.name)
    }
  }

  private func copy(_ source: FileSource, into target: UnsafeMutableRawBufferPointer) throws(ImageError) {
    guard let base = target.baseAddress else { return }
    var start = offset ?? 0
    if offset == nil {
      let end = source.isCompressed ? try Gzip.inflatedToEnd(source).count : source.fileSize
      start = end - target.count
      guard start >= 0 else { throw source.tooShort(target.count, found: end) }
    }
    let (end, overflow) = start.addingReportingOverflow(target.count)
    guard !overflow else { throw source.tooShort(Int.max, found: source.fileSize) }
    // SAFETY: the pieces write disjoint memory.
    nonisolated(unsafe) let output = base
    try source.content(start..<end).forEachPiece(granule: 1) { bytes, position in
      guard let from = bytes.baseAddress else { return }
      (output + position).copyMemory(from: from, byteCount: bytes.count)
    }
  }

  private func inflate(_ source: FileSource, into target: UnsafeMutableRawBufferPointer) throws(ImageError) {
    let start = offset ?? 0
    let packed = try source.isCompressed ? nil : source.rawBytes()
    let content = try source.isCompressed ? source.bytes(from: 0) : []
    try content.withBytes { bytes throws(ImageError) in
      let all = packed?.bytes ?? bytes
      guard start <= all.count, packedCount ?? 0 <= all.count - start else {
        throw source.tooShort(start + (packedCount ?? 0), found: all.count)
      }
      let count = packedCount ?? all.count - start
      try Deflate.inflate(
        UnsafeRawBufferPointer(rebasing: all[start..<start + count]), into: target, of: source)
    }
  }
}

/// Streams of zlib or gzip in the midst of a file.
enum Deflate {
  /// - Throws: `ImageError` when the stream is damaged, or its content is not just as long as the memory.
  static func inflate(
    _ packed: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, of source: FileSource
  ) throws(ImageError) {
    guard let decompressor = libdeflate_alloc_decompressor() else { throw Gzip.outOfMemory(source) }
    defer { libdeflate_free_decompressor(decompressor) }
    let isGzip = packed.count >= 2 && packed[0] == 0x1f && packed[1] == 0x8b
    var (read, written) = (0, 0)
    repeat {
      var (taken, given) = (0, 0)
      guard let from = packed.baseAddress, let to = target.baseAddress, read < packed.count else {
        throw source.tooShort(target.count, found: written)
      }
      let (left, room) = (packed.count - read, target.count - written)
      let result =
        isGzip
        ? libdeflate_gzip_decompress_ex(
          decompressor, from + read, left, to + written, room, &taken, &given)
        : libdeflate_zlib_decompress_ex(decompressor, from + read, left, to + written, room, &taken, &given)
      switch result {
      case LIBDEFLATE_SUCCESS:
        read += taken
        written += given
        // gzip may come in members.
        if !isGzip, written < target.count { throw source.tooShort(target.count, found: written) }
      case LIBDEFLATE_INSUFFICIENT_SPACE:
        throw ImageError(
          "the header claims \(target.count) bytes of voxels, the compressed data hold more",
          at: source.name, remedy: "the header's axes or type are wrong; get the file again from its source")
      default: throw Gzip.damaged(source, after: written)
      }
    } while written < target.count
  }

  /// A zlib stream.
  static func compressed(
    _ bytes: UnsafeRawBufferPointer, level: GzipWriter.Level
  ) throws(ImageError) -> [UInt8] {
    guard let compressor = libdeflate_alloc_compressor(level.rawValue) else {
      throw ImageError("there is not enough memory to compress", cause: .environment)
    }
    defer { libdeflate_free_compressor(compressor) }
    let bound = libdeflate_zlib_compress_bound(compressor, bytes.count)
    return [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      count = libdeflate_zlib_compress(
        compressor, bytes.baseAddress, bytes.count, buffer.baseAddress, bound)
    }
  }
}
