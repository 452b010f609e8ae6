import CDeflate
import MedVoxel
import Synchronization

/// Reading gzip: whole buffers through libdeflate, heads through zlib's stream.
///
/// Files of several members are read as one content. Members written by this library carry their compressed
/// size in an extra field and are inflated in parallel.
enum Gzip {
  /// The first `count` bytes of the content.
  /// - Throws: `ImageError` when the file holds fewer, or the compressed data are damaged.
  static func inflated(_ source: FileSource, count: Int) throws(ImageError) -> RawBytes {
    let content = try RawBytes(count: count, for: source.name)
    try inflate(source, into: UnsafeMutableRawBufferPointer(rebasing: content.mutable[..<count]))
    return content
  }

  /// Fills the memory with the content's first bytes; no other copy of them is made.
  /// - Throws: `ImageError` when the file holds fewer, or the compressed data are damaged.
  static func inflate(_ source: FileSource, into content: UnsafeMutableRawBufferPointer) throws(ImageError) {
    let packed = try source.rawBytes()
    let count = content.count
    if let members = sizedMembers(packed.bytes), members.last?.content.upperBound == count {
      return try inflate(members, of: packed, into: content, source: source)
    }
    guard let decompressor = libdeflate_alloc_decompressor() else { throw outOfMemory(source) }
    defer { libdeflate_free_decompressor(decompressor) }
    var (read, written) = (0, 0)
    while written < count {
      // Zero padding after the last member is allowed, as gzip itself has it.
      while read > 0, read < packed.count, packed.bytes[read] == 0 { read += 1 }
      guard read < packed.count, let input = packed.bytes.baseAddress,
        let output = content.baseAddress
      else { throw source.tooShort(count, found: written) }
      var (taken, given) = (0, 0)
      let result = libdeflate_gzip_decompress_ex(
        decompressor, input + read, packed.count - read, output + written, count - written, &taken, &given)
      if result == LIBDEFLATE_INSUFFICIENT_SPACE {
        // The content goes on after the part that is wanted: only a stream can stop in its midst.
        try InflateStream.fill(
          UnsafeMutableRawBufferPointer(rebasing: content[written..<count]),
          from: UnsafeRawBufferPointer(rebasing: packed.bytes[read...]), source: source)
        return
      }
      guard result == LIBDEFLATE_SUCCESS else { throw damaged(source, after: written) }
      read += taken
      written += given
    }
  }

  /// The whole content, whose length nobody tells.
  static func inflatedToEnd(_ source: FileSource) throws(ImageError) -> [UInt8] {
    var size = 1 << 20
    while true {
      let content = try prefix(of: source, count: min(size, source.largestContent))
      if content.count < size { return content }
      size *= 4
    }
  }

  static func prefix(of source: FileSource, count: Int) throws(ImageError) -> [UInt8] {
    var stream = try InflateStream(source)
    var result = [UInt8](repeating: 0, count: count)
    var packed = [UInt8](repeating: 0, count: 64 << 10)
    var (offset, written) = (0, 0)
    while written < count, !stream.isFinished {
      let got = try packed.withMutableBytes { buffer throws(ImageError) in
        try source.read(at: offset, into: buffer)
      }
      if got == 0 { break }
      offset += got
      written += try packed.withBytes { input throws(ImageError) in
        try result.withMutableBytes { output throws(ImageError) in
          try stream.inflate(
            UnsafeRawBufferPointer(rebasing: input[..<got]),
            into: UnsafeMutableRawBufferPointer(rebasing: output[written...]))
        }
      }
    }
    result.removeLast(count - written)
    return result
  }

  static func damaged(_ source: FileSource, after count: Int) -> ImageError {
    ImageError(
      "the compressed data are damaged or cut off, after \(count) good bytes of content", at: source.name,
      remedy: "get the file again from its source; `gzip -t` shows the same")
  }

  static func outOfMemory(_ source: FileSource) -> ImageError {
    ImageError("there is not enough memory to inflate the file", at: source.name, cause: .environment)
  }

  // MARK: Members that name their size

  struct Member {
    var packed: Range<Int>
    var content: Range<Int>
  }

  /// All members, when each one carries the field that `GzipWriter` writes; nil otherwise.
  private static func sizedMembers(_ bytes: UnsafeRawBufferPointer) -> [Member]? {
    var members: [Member] = []
    var (start, written) = (0, 0)
    while start < bytes.count {
      guard let length = GzipWriter.memberLength(UnsafeRawBufferPointer(rebasing: bytes[start...])),
        length <= bytes.count - start
      else { return nil }
      let size = Int(
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: start + length - 4, as: UInt32.self)))
      members.append(Member(packed: start..<start + length, content: written..<written + size))
      start += length
      written += size
    }
    return members
  }

  private static func inflate(
    _ members: [Member], of packed: RawBytes, into content: UnsafeMutableRawBufferPointer, source: FileSource
  ) throws(ImageError) {
    // SAFETY: the members fill disjoint memory.
    nonisolated(unsafe) let content = content
    let firstBad = Mutex<Int?>(nil)
    Parallel.forEach(members.count) { index in
      let member = members[index]
      let decompressor = libdeflate_alloc_decompressor()
      defer { libdeflate_free_decompressor(decompressor) }
      let input = packed.bytes[member.packed]
      let output = content[member.content]
      var good = false
      if let decompressor, let from = UnsafeRawBufferPointer(rebasing: input).baseAddress,
        let to = UnsafeMutableRawBufferPointer(rebasing: output).baseAddress
      {
        var given = 0
        let result = libdeflate_gzip_decompress(decompressor, from, input.count, to, output.count, &given)
        good = result == LIBDEFLATE_SUCCESS && given == output.count
      }
      if !good { firstBad.withLock { $0 = min($0 ?? Int.max, member.content.lowerBound) } }
    }
    if let count = firstBad.withLock({ $0 }) { throw damaged(source, after: count) }
  }
}
