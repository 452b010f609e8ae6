/// Finds elements in the bytes of a data set, one after the other, without looking into what they hold.
///
/// Source: the DICOM standard, PS3.5, chapter 7. Nothing recurses: nested sequences of undefined length are
/// passed with a list of open levels.
struct DICOMScanner {
  /// Where an element's value lies.
  struct Element: Sendable {
    var tag: UInt32
    /// The two letters of the value representation; 0 where the syntax leaves it out.
    var vr: UInt16
    /// The value, without the delimiter of one of undefined length.
    var range: Range<Int>
    var isUndefined: Bool
  }

  enum Stop: Error {
    /// An element reaches beyond the bytes.
    case needs(Int, tag: UInt32)
    case damaged(String, at: Int)
  }

  let bytes: UnsafeRawBufferPointer
  var position: Int
  let end: Int
  let isExplicit: Bool
  let isBigEndian: Bool

  static let item: UInt32 = 0xfffe_e000
  static let itemEnd: UInt32 = 0xfffe_e00d
  static let sequenceEnd: UInt32 = 0xfffe_e0dd

  func short(_ offset: Int) -> UInt16 {
    let value = bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
    return isBigEndian ? UInt16(bigEndian: value) : UInt16(littleEndian: value)
  }

  func long(_ offset: Int) -> UInt32 {
    let value = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    return isBigEndian ? UInt32(bigEndian: value) : UInt32(littleEndian: value)
  }

  func tag(_ offset: Int) -> UInt32 { UInt32(short(offset)) << 16 | UInt32(short(offset + 2)) }

  /// An element's head: its tag, representation and length, and where its value starts.
  struct Head {
    var tag: UInt32
    var vr: UInt16
    /// Nil: undefined.
    var length: Int?
    var start: Int
  }

  /// - Returns: nil at the end.
  func head(at offset: Int, isExplicit: Bool) throws(Stop) -> Head? {
    // Fewer bytes than an element takes are padding.
    guard offset <= end - 8 else { return nil }
    let tag = tag(offset)
    guard isExplicit, tag >> 16 != 0xfffe else {
      return Head(tag: tag, vr: 0, length: Self.length(long(offset + 4)), start: offset + 8)
    }
    let vr = UInt16(bytes[offset + 4]) << 8 | UInt16(bytes[offset + 5])
    guard VR.isWritten(vr) else {
      // Some writers leave a representation out, or write blanks.
      return Head(tag: tag, vr: 0, length: Self.length(long(offset + 4)), start: offset + 8)
    }
    guard VR.isLong(vr) else {
      return Head(tag: tag, vr: vr, length: Int(short(offset + 6)), start: offset + 8)
    }
    guard offset <= end - 12 else { throw .needs(offset + 12, tag: tag) }
    return Head(tag: tag, vr: vr, length: Self.length(long(offset + 8)), start: offset + 12)
  }

  private static func length(_ value: UInt32) -> Int? { value == UInt32.max ? nil : Int(value) }

  /// The next element; nil at the end.
  mutating func next() throws(Stop) -> Element? {
    while let head = try head(at: position, isExplicit: isExplicit) {
      if head.tag >> 16 == 0xfffe {
        // A delimiter that closes nothing.
        guard head.length == 0 else {
          throw .damaged("expected an element, found an item without a sequence", at: position)
        }
        position = head.start
        continue
      }
      guard let length = head.length else {
        let isExplicit = isExplicit && head.vr != VR.un
        let inside = try passSequence(from: head.start, tag: head.tag, isExplicit: isExplicit)
        position = inside.upperBound + 8
        return Element(tag: head.tag, vr: head.vr, range: inside, isUndefined: true)
      }
      guard length <= end - head.start else { throw .needs(head.start + length, tag: head.tag) }
      position = head.start + length
      return Element(
        tag: head.tag, vr: head.vr, range: head.start..<head.start + length, isUndefined: false)
    }
    return nil
  }

  /// What lies before the delimiter of a sequence of undefined length.
  func passSequence(from start: Int, tag: UInt32, isExplicit: Bool) throws(Stop) -> Range<Int> {
    // Whether each open level is an item, and how its elements are written.
    var levels: [(isItem: Bool, isExplicit: Bool)] = [(false, isExplicit)]
    var offset = start
    while let level = levels.last {
      guard let head = try head(at: offset, isExplicit: level.isItem && level.isExplicit) else {
        throw .needs(end + 8, tag: tag)
      }
      if head.tag == (level.isItem ? Self.itemEnd : Self.sequenceEnd) {
        levels.removeLast()
        if levels.isEmpty { return start..<offset }
        offset = head.start
        continue
      }
      if !level.isItem, head.tag != Self.item {
        throw .damaged("expected an item of (\(hex: tag)), found (\(hex: head.tag))", at: offset)
      }
      if let length = head.length {
        guard length <= end - head.start else { throw .needs(head.start + length, tag: tag) }
        offset = head.start + length
      } else {
        levels.append((!level.isItem, level.isExplicit && (!level.isItem || head.vr != VR.un)))
        offset = head.start
      }
    }
    return start..<offset
  }

  /// What lies before the delimiter of an item of undefined length.
  func passItem(from start: Int) throws(Stop) -> Range<Int> {
    var inside = self
    inside.position = start
    while let head = try head(at: inside.position, isExplicit: isExplicit) {
      if head.tag == Self.itemEnd { return start..<inside.position }
      guard try inside.next() != nil else { break }
    }
    throw .needs(end + 8, tag: Self.item)
  }
}

/// Value representations as numbers: their two letters.
enum VR {
  static let un = code("UN")

  static func code(_ letters: StaticString) -> UInt16 {
    UInt16(letters.utf8Start[0]) << 8 | UInt16(letters.utf8Start[1])
  }

  static func isWritten(_ vr: UInt16) -> Bool {
    (0x41...0x5a).contains(vr >> 8) && (0x41...0x5a).contains(vr & 0xff)
  }

  /// Whether the length takes four bytes, after two that are reserved.
  static func isLong(_ vr: UInt16) -> Bool {
    switch vr {
    case 0x4f42, 0x4f44, 0x4f46, 0x4f4c, 0x4f56, 0x4f57, 0x5351, 0x5356, 0x5543, 0x554e, 0x5552, 0x5554,
      0x5556:
      true  // OB OD OF OL OV OW SQ SV UC UN UR UT UV
    default: false
    }
  }

  /// Whether the letters are one of the standard's.
  static func isKnown(_ vr: UInt16) -> Bool { known.contains(vr) }

  private static let known: Set<UInt16> = Set(
    """
    AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV
    """.split(separator: " ").map { $0.utf8.reduce(0) { $0 << 8 | UInt16($1) } })
}

extension DefaultStringInterpolation {
  /// A tag as the standard prints it: "0028,0010".
  mutating func appendInterpolation(hex tag: UInt32) {
    let digits = String(tag, radix: 16, uppercase: true)
    let padded = String(repeating: "0", count: 8 - digits.count) + digits
    appendLiteral("\(padded.prefix(4)),\(padded.suffix(4))")
  }
}
