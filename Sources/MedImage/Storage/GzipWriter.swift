import CDeflate
import MedVoxel

/// Writing gzip in parallel: members of 1 MiB of content, each a whole gzip file, as the standard allows
/// (RFC 1952 §2.2). Readers that know nothing of it see one content.
///
/// Each member's header has an extra field "DM" with the member's length, by which `Gzip` finds the next one
/// without inflating; so reading is parallel too.
public enum GzipWriter {
  /// How hard to compress: ISA-L's first level for `fast`, libdeflate's levels else.
  public enum Level: Int32, Sendable {
    /// Stored as it is.
    case none = 0
    case fast = 1
    case balanced = 6
    case small = 9
  }

  static let memberContent = 1 << 20
  /// 10 bytes of fixed header, 2 of the extra fields' length, 4 of this field's head, 4 of its value.
  static let headerLength = 20

  /// The members of a content, in order.
  static func compress(_ content: UnsafeRawBufferPointer, level: Level) throws(ImageError) -> [[UInt8]] {
    let count = max(1, (content.count + memberContent - 1) / memberContent)
    // SAFETY: read only, and for the duration of the call.
    nonisolated(unsafe) let content = content
    let members = Parallel.map(count) { index in
      let range = index * memberContent..<min(content.count, (index + 1) * memberContent)
      return member(UnsafeRawBufferPointer(rebasing: content[range]), level: level)
    }
    guard !members.contains(where: \.isEmpty) else {
      throw ImageError("there is not enough memory to compress", cause: .environment)
    }
    return members
  }

  /// One member; empty when there is no memory.
  private static func member(_ content: UnsafeRawBufferPointer, level: Level) -> [UInt8] {
    let member = Deflate.raw(content, level: level, head: headerLength, tail: 8) { memory, end in
      // Deflate, with an extra field; no time; unknown system.
      let header: [UInt8] = [
        0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 8, 0, UInt8(ascii: "D"), UInt8(ascii: "M"), 4, 0,
      ]
      for (index, byte) in header.enumerated() { memory[index] = byte }
      let raw = UnsafeMutableRawBufferPointer(memory)
      raw.storeBytes(of: UInt32(end + 8).littleEndian, toByteOffset: 16, as: UInt32.self)
      let checksum = libdeflate_crc32(0, content.baseAddress, content.count)
      raw.storeBytes(of: checksum.littleEndian, toByteOffset: end, as: UInt32.self)
      raw.storeBytes(of: UInt32(content.count).littleEndian, toByteOffset: end + 4, as: UInt32.self)
    }
    return member ?? []
  }

  /// The length that a member's own header gives; nil where it gives none.
  static func memberLength(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard bytes.count >= headerLength, bytes[0] == 0x1f, bytes[1] == 0x8b, bytes[2] == 8, bytes[3] == 4,
      bytes[10] == 8, bytes[11] == 0, bytes[12] == UInt8(ascii: "D"), bytes[13] == UInt8(ascii: "M"),
      bytes[14] == 4, bytes[15] == 0
    else { return nil }
    let length = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
    return length >= headerLength + 8 ? Int(length) : nil
  }
}
