import CDeflate
import Foundation
import MedVoxel

/// Streams of zlib or gzip in the midst of a file.
enum Deflate {
  /// - Throws: `ImageError` when the stream is damaged, or its content is not just as long as the memory.
  ///
  /// - Parameter skip: bytes of the content to pass; nil: those wanted are its end.
  static func inflate(
    _ packed: UnsafeRawBufferPointer, skip: Int?, into target: UnsafeMutableRawBufferPointer,
    of source: FileSource
  ) throws(ImageError) {
    if skip == 0 {
      let count = try fill(packed, target, of: source)
      if let count, count == target.count { return }
      throw count.map { source.tooShort(target.count, found: $0) }
        ?? ImageError(
          "the header claims \(target.count) bytes of voxels, the compressed data hold more",
          at: source.name, remedy: "the header's axes, type or skips are wrong")
    }
    // How much there is to pass nobody tells.
    var room = target.count + (skip ?? 1 << 16)
    while true {
      let content = try RawBytes(count: room, for: source.name)
      let memory = UnsafeMutableRawBufferPointer(rebasing: content.mutable[0..<room])
      guard let count = try fill(packed, memory, of: source) else {
        room *= 4
        continue
      }
      let start = skip ?? count - target.count
      guard start >= 0, count - start >= target.count else {
        throw source.tooShort(target.count, found: count)
      }
      return target.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: content.bytes[start..<start + target.count]))
    }
  }

  /// - Returns: the length of the content; nil when it is longer than the memory.
  private static func fill(
    _ packed: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer, of source: FileSource
  ) throws(ImageError) -> Int? {
    guard let decompressor = libdeflate_alloc_decompressor() else { throw Gzip.outOfMemory(source) }
    defer { libdeflate_free_decompressor(decompressor) }
    let isGzip = packed.count >= 2 && packed[0] == 0x1f && packed[1] == 0x8b
    var (read, written) = (0, 0)
    while read < packed.count {
      guard let from = packed.baseAddress, let to = target.baseAddress else { break }
      var (taken, given) = (0, 0)
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
        // gzip may come in members; whatever else follows is none of the voxels.
        guard isGzip, packed.count - read > 2, packed[read] == 0x1f, packed[read + 1] == 0x8b else {
          return written
        }
      case LIBDEFLATE_INSUFFICIENT_SPACE: return nil
      default: throw Gzip.damaged(source, after: written)
      }
    }
    return written
  }

  /// The beginning of a zlib stream's content, as much as the memory holds.
  /// - Returns: how much there is; nil when the stream is damaged.
  static func begin(_ packed: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Int? {
    guard let decompressor = libdeflate_alloc_decompressor() else { return nil }
    defer { libdeflate_free_decompressor(decompressor) }
    guard let from = packed.baseAddress, let to = target.baseAddress else { return nil }
    var given = 0
    switch libdeflate_zlib_decompress(decompressor, from, packed.count, to, target.count, &given) {
    case LIBDEFLATE_SUCCESS: return given
    case LIBDEFLATE_INSUFFICIENT_SPACE:
      // Longer than its memory: a few writers fill up the last strip.
      guard target.count < 1 << 30, let more = malloc(2 * target.count + 65536) else { return nil }
      defer { free(more) }
      guard
        libdeflate_zlib_decompress(
          decompressor, from, packed.count, more, 2 * target.count + 65536, &given) == LIBDEFLATE_SUCCESS
      else { return nil }
      to.copyMemory(from: more, byteCount: target.count)
      return target.count
    default: return nil
    }
  }

  /// A zlib stream, or one of gzip in a single member (some readers stop after the first).
  static func compressed(
    _ bytes: UnsafeRawBufferPointer, level: GzipWriter.Level, isGzip: Bool = false
  ) throws(ImageError) -> [UInt8] {
    guard let compressor = libdeflate_alloc_compressor(level.rawValue) else {
      throw ImageError("there is not enough memory to compress", cause: .environment)
    }
    defer { libdeflate_free_compressor(compressor) }
    let bound =
      isGzip
      ? libdeflate_gzip_compress_bound(compressor, bytes.count)
      : libdeflate_zlib_compress_bound(compressor, bytes.count)
    return [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      let (from, to) = (bytes.baseAddress, buffer.baseAddress)
      count =
        isGzip
        ? libdeflate_gzip_compress(compressor, from, bytes.count, to, bound)
        : libdeflate_zlib_compress(compressor, from, bytes.count, to, bound)
    }
  }
}
