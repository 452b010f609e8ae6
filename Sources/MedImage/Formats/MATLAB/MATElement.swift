import CDeflate
import MedVoxel

/// The pieces of a level 5 MAT-file: elements with a tag of type and length, in either byte order.
struct MATElements {
  /// A tag, and where its data lie.
  struct Tag {
    var type: Int
    var data: Range<Int>
    /// The byte after the padding.
    var end: Int
  }

  let reader: ByteReader
  let name: String

  init(_ bytes: [UInt8], isBigEndian: Bool, name: String) {
    reader = ByteReader(bytes: bytes, isBigEndian: isBigEndian)
    self.name = name
  }

  /// - Parameter isPartial: whether data may reach over the end of what is in memory.
  func tag(at position: Int, limit: Int, isPartial: Bool = false) throws(ImageError) -> Tag {
    guard position >= 0, position <= limit - 8, limit <= reader.bytes.count || isPartial,
      position <= reader.bytes.count - 8
    else { throw damaged("an element's tag is cut off", position) }
    let word = Int(reader.integer(position, as: UInt32.self))
    // Up to four bytes lie in the tag itself.
    if word >> 16 != 0 {
      let count = word >> 16
      guard count <= 4 else { throw damaged("a small element of \(count) bytes", position) }
      return Tag(type: word & 0xFFFF, data: position + 4..<position + 4 + count, end: position + 8)
    }
    let count = Int(reader.integer(position + 4, as: UInt32.self))
    let end = position + 8 + count
    guard end <= limit || isPartial else {
      throw damaged("an element of \(count) bytes where \(limit - position - 8) are left", position)
    }
    return Tag(type: word, data: position + 8..<end, end: word == 15 ? end : min(limit, (end + 7) & ~7))
  }

  func damaged(_ what: String, _ position: Int) -> ImageError {
    ImageError(
      "the MAT-file is damaged: \(what)", at: "\(name), byte \(position)",
      remedy: "get the file again from its source")
  }

  static func type(_ code: Int) -> VoxelType? {
    [
      1: .int8, 2: .uint8, 3: .int16, 4: .uint16, 5: .int32, 6: .uint32, 7: .float32, 9: .float64, 12: .int64,
      13: .uint64,
    ][code]
  }

  /// The first bytes of a zlib stream's content.
  static func prefix(of packed: [UInt8], count: Int, of source: FileSource) throws(ImageError) -> [UInt8] {
    var stream = z_stream()
    guard inflateInit2_(&stream, 15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw Gzip.outOfMemory(source)
    }
    defer { inflateEnd(&stream) }
    var packed = packed
    var given = 0
    let content = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      packed.withUnsafeMutableBufferPointer { input in
        (stream.next_in, stream.avail_in) = (input.baseAddress, UInt32(input.count))
        (stream.next_out, stream.avail_out) = (buffer.baseAddress, UInt32(count))
        let result = CDeflate.inflate(&stream, Z_SYNC_FLUSH)
        given =
          result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR
          ? count - Int(stream.avail_out) : -1
      }
      filled = max(0, given)
    }
    guard given >= 0 else { throw Gzip.damaged(source, after: 0) }
    return content
  }
}
