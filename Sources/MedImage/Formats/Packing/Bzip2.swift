import CDeflate
import MedVoxel

/// Streams of bzip2, one after the other.
enum Bzip2 {
  /// - Parameters:
  ///   - skip: bytes of the content to pass; nil: those wanted are its end.
  ///   - count: how many are wanted.
  /// - Throws: `ImageError` when there are fewer, or the data are damaged.
  static func decompressed(
    _ packed: UnsafeRawBufferPointer, skip: Int?, count: Int, of source: FileSource
  ) throws(ImageError) -> RawBytes {
    let (sum, overflow) = count.addingReportingOverflow(skip ?? 0)
    let limit = skip == nil || overflow ? Int.max : sum
    var content: [UInt8] = []
    var stream = bz_stream()
    guard BZ2_bzDecompressInit(&stream, 0, 0) == BZ_OK else { throw Gzip.outOfMemory(source) }
    defer { BZ2_bzDecompressEnd(&stream) }
    var piece = [UInt8](repeating: 0, count: 1 << 20)
    var (read, isOver) = (0, false)
    while !isOver, content.count < limit {
      let available = min(packed.count - read, 1 << 30)
      let room = piece.count
      stream.next_in = UnsafeMutablePointer(
        mutating: packed.baseAddress?.advanced(by: read).assumingMemoryBound(to: CChar.self))
      stream.avail_in = UInt32(available)
      let result = piece.withUnsafeMutableBytes { buffer in
        stream.next_out = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
        stream.avail_out = UInt32(room)
        return BZ2_bzDecompress(&stream)
      }
      read += available - Int(stream.avail_in)
      let given = room - Int(stream.avail_out)
      content += piece[0..<given]
      switch result {
      case BZ_OK:
        guard given > 0 || read < packed.count else { throw damaged(source, content.count) }
      case BZ_STREAM_END:
        BZ2_bzDecompressEnd(&stream)
        stream = bz_stream()
        isOver = read >= packed.count || packed[read] != UInt8(ascii: "B")
        guard BZ2_bzDecompressInit(&stream, 0, 0) == BZ_OK else { throw Gzip.outOfMemory(source) }
      default: throw damaged(source, content.count)
      }
    }
    let start = skip ?? content.count - count
    guard start >= 0, !overflow, content.count - start >= count else {
      throw source.tooShort(count, found: content.count)
    }
    let wanted = try RawBytes(count: count, for: source.name)
    content.withUnsafeBytes {
      wanted.mutable.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<start + count]))
    }
    return wanted
  }

  private static func damaged(_ source: FileSource, _ count: Int) -> ImageError {
    ImageError(
      "the compressed data are damaged or cut off, after \(count) good bytes of content", at: source.name,
      remedy: "get the file again from its source")
  }
}
