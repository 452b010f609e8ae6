import MedVoxel

/// The markers of a JPEG, so far as what is needed before it is decoded: its frame, its tables, its colors.
///
/// Source: ITU-T T.81, annex B.
struct JPEGStream {
  struct Frame: Equatable {
    var kind: UInt8
    var precision: Int
    var width: Int
    var height: Int
    var components: Int
    /// Baseline, extended and progressive DCT, coded by Huffman.
    var isDecodable: Bool { kind <= 2 }
  }

  /// The stream to decode.
  private(set) var bytes: [UInt8]
  private(set) var frame: Frame?
  private(set) var hasHuffmanTables = false

  private struct Marker {
    var code: UInt8
    /// With the marker itself.
    var range: Range<Int>
  }

  /// A stream as it is.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    for marker in Self.markers(bytes) { note(marker, bytes) }
  }

  /// A stream whose tables may lie elsewhere, without remarks on its colors.
  init(_ stream: [UInt8], tables: [UInt8]?) {
    bytes = [0xff, 0xd8]
    for part in [tables ?? [], stream] {
      var end = 2
      for marker in Self.markers(part) {
        end = marker.range.upperBound
        note(marker, part)
        // What applications and comments say is not needed.
        if (0xe0...0xef).contains(marker.code) || marker.code == 0xfe { continue }
        bytes += part[marker.range]
      }
      if part.count == stream.count, part == stream, end <= part.count { bytes += part[end...] }
    }
  }

  var description: String {
    guard let frame else { return "no frame" }
    let coding = ["baseline", "extended", "progressive", "lossless"]
    let name = frame.kind < 4 ? coding[Int(frame.kind)] : "kind \(frame.kind)"
    return
      "\(frame.width)×\(frame.height), \(frame.components) components of \(frame.precision) bits, \(name)"
  }

  /// Says whether three components are YCbCr or RGB, as Adobe's marker does.
  mutating func tellColors(isYCbCr: Bool) {
    guard frame?.components == 3 else { return }
    bytes.insert(
      contentsOf: [0xff, 0xee, 0, 14] + Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, isYCbCr ? 1 : 0], at: 2)
  }

  /// Gives the tables of annex K to a stream without any, as video frames have them.
  mutating func completeTables() {
    guard !hasHuffmanTables, bytes.count > 2 else { return }
    bytes.insert(contentsOf: Self.usualTables, at: 2)
    hasHuffmanTables = true
  }

  private mutating func note(_ marker: Marker, _ part: [UInt8]) {
    let start = marker.range.lowerBound + 4
    switch marker.code {
    case 0xc4: hasHuffmanTables = true
    case 0xc0...0xc3, 0xc5...0xc7, 0xc9...0xcb, 0xcd...0xcf:
      guard frame == nil, marker.range.upperBound >= start + 6 else { return }
      frame = Frame(
        kind: marker.code - 0xc0, precision: Int(part[start]),
        width: Int(part[start + 3]) << 8 | Int(part[start + 4]),
        height: Int(part[start + 1]) << 8 | Int(part[start + 2]), components: Int(part[start + 5]))
    default: break
    }
  }

  /// Those before the first scan, without the start; the scan's own is the last.
  private static func markers(_ bytes: [UInt8]) -> [Marker] {
    var found: [Marker] = []
    var at = 0
    while at + 4 <= bytes.count {
      guard bytes[at] == 0xff else { break }
      let code = bytes[at + 1]
      if code == 0xff {
        at += 1
        continue
      }
      if code == 0xd8 || code == 1 || (0xd0...0xd7).contains(code) {
        at += 2
        continue
      }
      if code == 0xd9 || code == 0 { break }
      let length = Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
      guard length >= 2, at + 2 + length <= bytes.count else { break }
      found.append(Marker(code: code, range: at..<at + 2 + length))
      at += 2 + length
      if code == 0xda { break }
    }
    return found
  }

  /// Annex K.3: the Huffman tables that most encoders use.
  static let usualTables: [UInt8] = {
    let luminanceDC: [UInt8] = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]
    let chrominanceDC: [UInt8] = [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    let luminanceAC: [UInt8] = [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7d]
    let chrominanceAC: [UInt8] = [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 0x77]
    let luminance: [UInt8] = [
      0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07, 0x22,
      0x71, 0x14, 0x32, 0x81, 0x91, 0xa1, 0x08, 0x23, 0x42, 0xb1, 0xc1, 0x15, 0x52, 0xd1, 0xf0, 0x24, 0x33,
      0x62, 0x72, 0x82, 0x09, 0x0a, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a,
    ]
    let chrominance: [UInt8] = [
      0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61, 0x71, 0x13,
      0x22, 0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xa1, 0xb1, 0xc1, 0x09, 0x23, 0x33, 0x52, 0xf0, 0x15, 0x62,
      0x72, 0xd1, 0x0a, 0x16, 0x24, 0x34, 0xe1, 0x25, 0xf1, 0x17, 0x18, 0x19, 0x1a, 0x26, 0x27, 0x28, 0x29,
      0x2a,
    ]
    // The rest is regular: rows of numbers that end in the digit a.
    func rows(_ rows: ClosedRange<UInt8>, from digit: UInt8) -> [UInt8] {
      rows.flatMap { row in (digit...10).map { row << 4 | $0 } }
    }
    let luminanceRest =
      rows(3...3, from: 4) + rows(4...8, from: 3) + rows(9...13, from: 2) + rows(14...15, from: 1)
    let chrominanceRest = rows(3...3, from: 5) + rows(4...7, from: 3) + rows(8...15, from: 2)
    func table(_ kind: UInt8, _ counts: [UInt8], _ values: [UInt8]) -> [UInt8] { [kind] + counts + values }
    let dc = [UInt8](0...11)
    let body =
      table(0x00, luminanceDC, dc) + table(0x10, luminanceAC, luminance + luminanceRest)
      + table(0x01, chrominanceDC, dc) + table(0x11, chrominanceAC, chrominance + chrominanceRest)
    let length = body.count + 2
    return [0xff, 0xc4, UInt8(length >> 8), UInt8(length & 255)] + body
  }()
}
