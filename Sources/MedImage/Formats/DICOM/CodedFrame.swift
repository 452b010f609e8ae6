/// What a stream of the JPEG family says of itself. Its header, not the data set's, is what decoders follow.
struct CodedFrame: Hashable, Sendable {
  enum Family: Sendable { case jpeg, jpegLS, jpeg2000 }

  var family: Family
  var columns: Int
  var rows: Int
  var components: Int
  /// Bits of a sample.
  var precision: Int
  /// Whether samples are signed, of JPEG 2000.
  var isSigned = false
  /// JPEG's lossless process.
  var isLossless = false

  /// Whether a stream begins with these bytes.
  static func begins(_ head: [UInt8]) -> Bool {
    head.starts(with: [0xff, 0xd8, 0xff]) || head.starts(with: [0xff, 0x4f, 0xff, 0x51]) || isBox(head)
  }

  /// JP2 files, which some writers put in the place of the bare stream.
  private static func isBox(_ head: [UInt8]) -> Bool { head.starts(with: [0, 0, 0, 12]) }

  /// - Returns: nil where the bytes are no such stream, one without a frame header, or one of JPEG-LS with an error
  ///   bound that the standard forbids.
  init?(_ bytes: [UInt8]) {
    let reader = ByteReader(bytes: bytes, isBigEndian: true)
    func short(_ offset: Int) -> Int { Int(reader.integer(offset, as: UInt16.self)) }
    if bytes.starts(with: [0xff, 0xd8]) {
      var offset = 2
      while offset + 4 <= bytes.count {
        guard bytes[offset] == 0xff else { return nil }
        let marker = bytes[offset + 1]
        // Fill bytes, and markers without a segment.
        if marker == 0xff || marker == 0x01 || (0xd0...0xd8).contains(marker) {
          offset += marker == 0xff ? 1 : 2
          continue
        }
        let length = short(offset + 2)
        let isFrame = (0xc0...0xcf).contains(marker) && ![0xc4, 0xc8, 0xcc].contains(marker)
        if isFrame || marker == 0xf7 {
          guard offset + 10 <= bytes.count else { return nil }
          family = marker == 0xf7 ? .jpegLS : .jpeg
          isLossless = [0xc3, 0xc7, 0xcb, 0xcf].contains(marker)
          (precision, rows, columns) = (Int(bytes[offset + 4]), short(offset + 5), short(offset + 7))
          components = Int(bytes[offset + 9])
          guard family != .jpegLS || Self.hasPossibleError(reader, from: offset + 2 + length, precision)
          else {
            return nil
          }
          return
        }
        if marker == 0xda || length < 2 { return nil }
        offset += 2 + length
      }
      return nil
    }
    // Inside a JP2 file the stream is a box of its own.
    var start = 0
    if Self.isBox(bytes) {
      guard let found = Self.codestream(bytes) else { return nil }
      start = found
    }
    // SIZ: Rsiz, Xsiz, Ysiz, XOsiz, YOsiz, tile size and offset, Csiz, then Ssiz of the first component.
    guard bytes.count >= start + 43, bytes[start...].starts(with: [0xff, 0x4f, 0xff, 0x51]) else {
      return nil
    }
    func long(_ offset: Int) -> Int { Int(reader.integer(start + offset, as: UInt32.self)) }
    family = .jpeg2000
    (columns, rows) = (long(8) - long(16), long(12) - long(20))
    components = short(start + 40)
    precision = Int(bytes[start + 42] & 0x7f) + 1
    isSigned = bytes[start + 42] >= 0x80
  }

  /// Whether the error bound NEAR of a JPEG-LS scan is one that the standard allows, at most half of the largest
  /// sample (ISO 14495-1 C.2.3): decoders work on for seconds with others.
  private static func hasPossibleError(_ reader: ByteReader, from start: Int, _ precision: Int) -> Bool {
    let bytes = reader.bytes
    var offset = start
    while offset + 5 <= bytes.count, bytes[offset] == 0xff {
      let length = Int(reader.integer(offset + 2, as: UInt16.self))
      guard bytes[offset + 1] == 0xda else {
        offset += 2 + max(2, length)
        continue
      }
      let near = offset + 5 + 2 * Int(bytes[offset + 4])
      guard near < bytes.count, (2...16).contains(precision) else { return false }
      return Int(bytes[near]) <= min(255, ((1 << precision) - 1) / 2)
    }
    return false
  }

  private static func codestream(_ bytes: [UInt8]) -> Int? {
    let reader = ByteReader(bytes: bytes, isBigEndian: true)
    var offset = 0
    while offset + 8 <= bytes.count {
      let length = Int(reader.integer(offset, as: UInt32.self))
      if bytes[offset + 4..<offset + 8].elementsEqual("jp2c".utf8) { return offset + 8 }
      guard length >= 8 else { return nil }
      offset += length
    }
    return nil
  }
}
