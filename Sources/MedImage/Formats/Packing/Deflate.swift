import CDeflate
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
