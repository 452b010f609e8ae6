import CDeflate
import CISAL
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

  /// A whole deflate stream without a wrapper, whose content's length nobody tells.
  static func inflatedRaw(_ packed: [UInt8], of source: FileSource) throws(ImageError) -> [UInt8] {
    guard let decompressor = libdeflate_alloc_decompressor() else { throw Gzip.outOfMemory(source) }
    defer { libdeflate_free_decompressor(decompressor) }
    // Deflate's largest ratio is 1032 to 1.
    let (product, overflow) = packed.count.multipliedReportingOverflow(by: 1032)
    let largest = overflow ? Int.max : product + 64
    var room = min(largest, max(1 << 16, packed.count * 4))
    while true {
      let content = try RawBytes(count: room, for: source.name)
      var (taken, given) = (0, 0)
      let result = packed.withUnsafeBytes { bytes in
        libdeflate_deflate_decompress_ex(
          decompressor, bytes.baseAddress, bytes.count, content.mutable.baseAddress, room, &taken, &given)
      }
      switch result {
      case LIBDEFLATE_SUCCESS: return Array(content.bytes[..<given])
      case LIBDEFLATE_INSUFFICIENT_SPACE where room < largest: room = min(largest, room * 4)
      default: throw Gzip.damaged(source, after: 0)
      }
    }
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
    // RFC 1952 §2.3, without time and name; RFC 1950 §2.2, a window of 32 KiB.
    let head: [UInt8] = isGzip ? [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255] : [0x78, 0x01]
    let checksum =
      isGzip
      ? libdeflate_crc32(0, bytes.baseAddress, bytes.count)
      : libdeflate_adler32(1, bytes.baseAddress, bytes.count).byteSwapped
    var tail = ByteWriter(count: isGzip ? 8 : 4)
    tail.integer(checksum, at: 0)
    if isGzip { tail.integer(UInt32(truncatingIfNeeded: bytes.count), at: 4) }
    let packed = raw(bytes, level: level, head: head.count, tail: tail.bytes.count) { memory, end in
      for (index, byte) in head.enumerated() { memory[index] = byte }
      for (index, byte) in tail.bytes.enumerated() { memory[end + index] = byte }
    }
    guard let packed else {
      throw ImageError("there is not enough memory to compress", cause: .environment)
    }
    return packed
  }

  /// A Deflate stream with room around it: by ISA-L where it is to be fast, which is three times as quick as
  /// libdeflate's first level at the same size; by libdeflate otherwise.
  ///
  /// - Parameter frame: fills the room; it is given the memory and where the stream ends.
  /// - Returns: nil when there is no memory.
  static func raw(
    _ bytes: UnsafeRawBufferPointer, level: GzipWriter.Level, head: Int, tail: Int,
    frame: (UnsafeMutableBufferPointer<UInt8>, Int) -> Void
  ) -> [UInt8]? {
    let compressor = level == .fast ? nil : libdeflate_alloc_compressor(level.rawValue)
    defer { if let compressor { libdeflate_free_compressor(compressor) } }
    guard level == .fast || compressor != nil else { return nil }
    // Stored blocks of at most 64 KiB are the worst that either does.
    let bound = bytes.count + (bytes.count / 32768 + 2) * 16
    let result = [UInt8](unsafeUninitializedCapacity: head + bound + tail) { buffer, initialized in
      guard let base = buffer.baseAddress else { return }
      let length =
        if let compressor {
          libdeflate_deflate_compress(compressor, bytes.baseAddress, bytes.count, base + head, bound)
        } else { ci_deflate(bytes.baseAddress, bytes.count, base + head, bound) }
      guard length > 0 else { return }
      frame(buffer, head + length)
      initialized = head + length + tail
    }
    return result.isEmpty ? nil : result
  }
}
