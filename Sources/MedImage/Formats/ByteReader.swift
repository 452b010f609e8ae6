/// Numbers in a header, at offsets from its start, in either byte order.
struct ByteReader {
  var bytes: [UInt8]
  var isBigEndian: Bool

  /// - Precondition: the header is long enough; check its length once.
  func integer<T: FixedWidthInteger>(_ offset: Int, as type: T.Type = T.self) -> T {
    bytes.withUnsafeBytes { raw in
      let value = raw.loadUnaligned(fromByteOffset: offset, as: T.self)
      return isBigEndian ? T(bigEndian: value) : T(littleEndian: value)
    }
  }

  func float(_ offset: Int) -> Double { Double(Float(bitPattern: integer(offset))) }
  func double(_ offset: Int) -> Double { Double(bitPattern: integer(offset)) }

  /// Text up to the first zero byte.
  func text(_ range: Range<Int>) -> String {
    String(decoding: bytes[range].prefix { $0 != 0 }, as: UTF8.self)
  }
}

/// The reverse: a header of a given length.
struct ByteWriter {
  var bytes: [UInt8]
  private let isBigEndian: Bool

  init(count: Int, isBigEndian: Bool = false) {
    bytes = [UInt8](repeating: 0, count: count)
    self.isBigEndian = isBigEndian
  }

  mutating func integer<T: FixedWidthInteger>(_ value: T, at offset: Int) {
    let ordered = isBigEndian ? value.bigEndian : value.littleEndian
    bytes.withUnsafeMutableBytes { $0.storeBytes(of: ordered, toByteOffset: offset, as: T.self) }
  }

  mutating func float(_ value: Double, at offset: Int) { integer(Float(value).bitPattern, at: offset) }
  mutating func double(_ value: Double, at offset: Int) { integer(value.bitPattern, at: offset) }

  /// As much of the text as fits with a zero byte after it.
  mutating func text(_ value: String, in range: Range<Int>) {
    for (offset, byte) in zip(range.dropLast(), value.utf8) { bytes[offset] = byte }
  }
}

/// Whether this machine is big-endian.
let isHostBigEndian = 1.bigEndian == 1
