import MedVoxel

/// The size that a picture's header claims, read before a decoder sees it.
struct RasterClaim: Equatable {
  var width: Int
  var height: Int
  var components: Int
  var bits: Int

  /// - Returns: nil for formats whose claims are checked once they are open.
  /// - Throws: `ImageError` for pictures that no decoder here reads.
  init?(_ head: [UInt8], _ format: Raster.Format, at name: String) throws(ImageError) {
    switch format {
    case .jpeg:
      let stream = JPEGStream(head)
      guard let frame = stream.frame else { return nil }
      guard frame.precision == 8, frame.isDecodable else {
        throw ImageError(
          "the JPEG is of a kind that is not decoded: \(stream.description)", at: name,
          remedy: "baseline and progressive JPEG of 8 bits are; convert others to TIFF or PNG")
      }
      self.init(
        width: frame.width, height: frame.height, components: frame.components, bits: frame.precision)
    case .jpeg2000:
      guard let size = JPEG2000Size(head) else {
        throw ImageError("expected the sizes of a JPEG 2000 picture (SIZ), found none", at: name)
      }
      self.init(width: size.width, height: size.height, components: size.components, bits: size.bits)
    case .webp:
      guard let size = Self.webP(head) else {
        throw ImageError("expected the size of a WebP picture, found none", at: name)
      }
      self.init(width: size.width, height: size.height, components: 4, bits: 8)
    default: return nil
    }
  }

  private init(width: Int, height: Int, components: Int, bits: Int) {
    (self.width, self.height, self.components, self.bits) = (width, height, components, bits)
  }

  /// Source: RFC 9649.
  private static func webP(_ head: [UInt8]) -> (width: Int, height: Int)? {
    guard head.count >= 30 else { return nil }
    let reader = ByteReader(bytes: head, isBigEndian: false)
    switch reader.text(12..<16) {
    case "VP8 ":
      return (
        Int(reader.integer(26, as: UInt16.self)) & 0x3fff, Int(reader.integer(28, as: UInt16.self)) & 0x3fff
      )
    case "VP8L":
      let packed = Int(reader.integer(21, as: UInt32.self))
      return (packed & 0x3fff + 1, packed >> 14 & 0x3fff + 1)
    case "VP8X":
      let (width, height) = (
        Int(reader.integer(24, as: UInt32.self)) & 0xff_ffff,
        Int(reader.integer(26, as: UInt32.self)) >> 8
      )
      return (width + 1, height + 1)
    default: return nil
    }
  }
}

/// The SIZ segment of a JPEG 2000 codestream, by itself or in a JP2 file.
///
/// Source: ITU-T T.800, annexes A.5.1 and I.
struct JPEG2000Size {
  var width: Int
  var height: Int
  var components: Int
  /// The most of any component.
  var bits: Int
  var isSigned: Bool
  var isSubsampled: Bool

  init?(_ head: [UInt8]) {
    guard let start = Self.codestream(head), start + 42 <= head.count else { return nil }
    let reader = ByteReader(bytes: head, isBigEndian: true)
    func number(_ at: Int) -> Int { Int(reader.integer(start + at, as: UInt32.self)) }
    (width, height) = (number(8) - number(16), number(12) - number(20))
    components = Int(reader.integer(start + 40, as: UInt16.self))
    guard width > 0, height > 0, components > 0, start + 42 + 3 * components <= head.count else { return nil }
    (bits, isSigned, isSubsampled) = (0, false, false)
    for component in 0..<components {
      let at = start + 42 + 3 * component
      bits = max(bits, Int(head[at] & 0x7f) + 1)
      isSigned = isSigned || head[at] & 0x80 != 0
      isSubsampled = isSubsampled || head[at + 1] != 1 || head[at + 2] != 1
    }
  }

  /// Where the codestream begins: at once, or in a box of JP2.
  private static func codestream(_ head: [UInt8]) -> Int? {
    if head.starts(with: [0xff, 0x4f, 0xff, 0x51]) { return 0 }
    let reader = ByteReader(bytes: head, isBigEndian: true)
    var at = 0
    while at + 8 <= head.count {
      var length = Int(reader.integer(at, as: UInt32.self))
      var start = at + 8
      if length == 1 {
        guard at + 16 <= head.count else { return nil }
        length = Int(clamping: reader.integer(at + 8, as: UInt64.self))
        start = at + 16
      }
      if head[at + 4..<at + 8].elementsEqual("jp2c".utf8) {
        return head[start...].starts(with: [0xff, 0x4f, 0xff, 0x51]) ? start : nil
      }
      guard length >= 8, length <= head.count - at else { return nil }
      at += length
    }
    return nil
  }
}
