import Foundation

/// A DICOM file put together element by element: explicit VR, little-endian.
///
/// Source: the DICOM standard, PS3.5 (encoding) and PS3.10 (files). Elements are sorted by their tags, values padded to
/// even lengths. Which elements an object needs is up to the caller.
struct DICOMWriter {
  private struct Element {
    var tag: UInt32
    var vr: String
    var value: [UInt8]
  }

  private var elements: [Element] = []

  /// Text of any kind but unique identifiers; several values are joined by backslashes.
  mutating func add(_ group: UInt16, _ number: UInt16, _ vr: String, _ text: String) {
    let bytes = Array(text.utf8)
    append(group, number, vr, bytes + (bytes.count % 2 == 0 ? [] : [32]))
  }

  mutating func add(uid: String, _ group: UInt16, _ number: UInt16) {
    let bytes = Array(uid.utf8)
    append(group, number, "UI", bytes + (bytes.count % 2 == 0 ? [] : [0]))
  }

  mutating func add(_ group: UInt16, _ number: UInt16, short: Int) {
    append(group, number, "US", Self.bytes(UInt16(clamping: short)))
  }

  /// Decimal strings of at most 16 characters.
  mutating func add(_ group: UInt16, _ number: UInt16, decimals: [Double]) {
    add(group, number, "DS", decimals.map { String(format: "%.8g", $0) }.joined(separator: "\\"))
  }

  mutating func add(pixels: [Int16]) {
    append(0x7fe0, 0x0010, "OW", pixels.flatMap { Self.bytes(UInt16(bitPattern: $0)) })
  }

  private mutating func append(_ group: UInt16, _ number: UInt16, _ vr: String, _ value: [UInt8]) {
    elements.append(Element(tag: UInt32(group) << 16 | UInt32(number), vr: vr, value: value))
  }

  /// The whole file, with the header that names the object's class and identity.
  func file(objectClass: String, identity: String) -> [UInt8] {
    var whole = self
    whole.add(uid: objectClass, 0x0008, 0x0016)
    whole.add(uid: identity, 0x0008, 0x0018)
    var meta = DICOMWriter()
    meta.append(0x0002, 0x0001, "OB", [0, 1])
    meta.add(uid: objectClass, 0x0002, 0x0002)
    meta.add(uid: identity, 0x0002, 0x0003)
    meta.add(uid: "1.2.840.10008.1.2.1", 0x0002, 0x0010)
    meta.add(uid: "2.25.180154098173642", 0x0002, 0x0012)
    let head = meta.encoded
    meta.append(0x0002, 0x0000, "UL", Self.bytes(UInt32(head.count)))
    return [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + meta.encoded + whole.encoded
  }

  private var encoded: [UInt8] {
    elements.sorted { $0.tag < $1.tag }.flatMap { element in
      let head =
        Self.bytes(UInt16(element.tag >> 16)) + Self.bytes(UInt16(element.tag & 0xffff))
        + Array(element.vr.utf8)
      let length =
        ["OB", "OW", "SQ", "UN", "UT"].contains(element.vr)
        ? [0, 0] + Self.bytes(UInt32(element.value.count)) : Self.bytes(UInt16(clamping: element.value.count))
      return head + length + element.value
    }
  }

  private static func bytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
