import Foundation

/// Data sets of any elements, written in any of the plain ways.
struct DICOMBytes {
  enum Syntax: String {
    case implicit = "1.2.840.10008.1.2"
    case explicit = "1.2.840.10008.1.2.1"
    case bigEndian = "1.2.840.10008.1.2.2"
    case runLength = "1.2.840.10008.1.2.5"
    case unknown = "1.2.840.10008.1.2.4.110"
  }

  var syntax = Syntax.explicit
  private(set) var data: [UInt8] = []

  init(_ syntax: Syntax = .explicit) { self.syntax = syntax }

  private var isBigEndian: Bool { syntax == .bigEndian }

  func bytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian) { Array($0) }
  }

  func bytes(_ value: Float) -> [UInt8] { bytes(value.bitPattern) }
  func bytes(_ value: Double) -> [UInt8] { bytes(value.bitPattern) }

  /// - Parameter length: what the head claims; nil: the truth.
  mutating func add(_ tag: UInt32, _ vr: String, _ value: [UInt8], length: UInt32? = nil) {
    data += bytes(UInt16(tag >> 16)) + bytes(UInt16(tag & 0xffff))
    let count = length ?? UInt32(value.count)
    if syntax == .implicit {
      data += bytes(count)
    } else {
      let isLong = ["OB", "OW", "OF", "OD", "OV", "SQ", "UN", "UT"].contains(vr)
      data += Array(vr.utf8) + (isLong ? [0, 0] + bytes(count) : bytes(UInt16(count)))
    }
    data += value
  }

  mutating func text(_ tag: UInt32, _ vr: String, _ value: String) {
    let bytes = Array(value.utf8)
    add(tag, vr, bytes.count % 2 == 0 ? bytes : bytes + [vr == "UI" ? 0 : 32])
  }

  mutating func decimals(_ tag: UInt32, _ values: Double...) {
    text(tag, "DS", values.map { "\($0)" }.joined(separator: "\\"))
  }

  mutating func short(_ tag: UInt32, _ values: Int...) {
    add(tag, "US", values.flatMap { bytes(UInt16(truncatingIfNeeded: $0)) })
  }

  /// A sequence of undefined length, its items too where `isDefined` is false.
  mutating func sequence(_ tag: UInt32, isDefined: Bool = false, _ items: [(inout DICOMBytes) -> Void]) {
    var inside: [UInt8] = []
    for item in items {
      var content = DICOMBytes(syntax)
      item(&content)
      inside += bytes(UInt16(0xfffe)) + bytes(UInt16(0xe000))
      inside += bytes(isDefined ? UInt32(content.data.count) : UInt32.max) + content.data
      if !isDefined { inside += bytes(UInt16(0xfffe)) + bytes(UInt16(0xe00d)) + bytes(UInt32(0)) }
    }
    if !isDefined { inside += bytes(UInt16(0xfffe)) + bytes(UInt16(0xe0dd)) + bytes(UInt32(0)) }
    add(tag, "SQ", inside, length: isDefined ? nil : UInt32.max)
  }

  /// The elements that every image has, up to its pixels.
  mutating func image(
    _ columns: Int, _ rows: Int, frames: Int? = nil, bits: Int = 16, samples: Int = 1,
    photometric: String = "MONOCHROME2", isSigned: Bool = false, isPlanar: Bool = false
  ) {
    short(0x0028_0002, samples)
    text(0x0028_0004, "CS", photometric)
    if samples > 1 { short(0x0028_0006, isPlanar ? 1 : 0) }
    if let frames { text(0x0028_0008, "IS", "\(frames)") }
    short(0x0028_0010, rows)
    short(0x0028_0011, columns)
    short(0x0028_0100, bits)
    short(0x0028_0101, bits)
    short(0x0028_0102, bits - 1)
    short(0x0028_0103, isSigned ? 1 : 0)
  }

  mutating func pixels(_ bytes: [UInt8], _ vr: String = "OW") {
    add(0x7fe0_0010, vr, bytes.count % 2 == 0 ? bytes : bytes + [0])
  }

  /// Encapsulated frames, with an empty offset table.
  mutating func fragments(_ frames: [[UInt8]]) {
    var inside: [UInt8] = [0xfe, 0xff, 0, 0xe0, 0, 0, 0, 0]
    for frame in frames {
      let even = frame.count % 2 == 0 ? frame : frame + [0]
      inside += [0xfe, 0xff, 0, 0xe0] + bytes(UInt32(even.count)) + even
    }
    inside += [0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]
    add(0x7fe0_0010, "OB", inside, length: UInt32.max)
  }

  /// With preamble and file meta group.
  var file: [UInt8] {
    var meta = DICOMBytes(.explicit)
    meta.text(0x0002_0010, "UI", syntax.rawValue)
    return [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + meta.data + data
  }
}
