import Foundation

/// Unique identifiers of DICOM objects that this library makes: UUIDs below the root 2.25 (PS3.5 annex B).
enum DICOMIdentifier {
  /// Of this library, as the writer of a file.
  static let implementation = make(from: ["DeepMedicine", "DICOM objects"])

  /// One that was never there before.
  static func random() -> String {
    withUnsafeBytes(of: UUID().uuid) { text(Array($0)) }
  }

  /// The same for the same words, and no other's: two 64-bit hashes of them as a UUID of version 8.
  static func make(from words: [String]) -> String {
    var (a, b): (UInt64, UInt64) = (0xcbf2_9ce4_8422_2325, 0x6c62_272e_07bb_0142)
    for byte in words.joined(separator: "\u{0}").utf8 {
      // FNV-1a, twice: from two starts, with a turn between them.
      a = (a ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
      b = ((b ^ UInt64(byte)) &* 0x0000_0100_0000_01b3) ^ (a >> 29)
    }
    var bytes = [a, b].flatMap { value in withUnsafeBytes(of: value.bigEndian) { Array($0) } }
    bytes[6] = bytes[6] & 0x0f | 0x80
    bytes[8] = bytes[8] & 0x3f | 0x80
    return text(bytes)
  }

  /// The 128-bit number in decimal, after the root.
  private static func text(_ bytes: [UInt8]) -> String {
    var digits: [UInt8] = [0]
    for byte in bytes {
      var carry = Int(byte)
      for index in digits.indices {
        carry += Int(digits[index]) * 256
        digits[index] = UInt8(carry % 10)
        carry /= 10
      }
      while carry > 0 {
        digits.append(UInt8(carry % 10))
        carry /= 10
      }
    }
    return "2.25." + digits.reversed().map { String($0) }.joined()
  }
}
