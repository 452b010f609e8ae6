public import Foundation
import MedVoxel

extension DICOMDataSet {
  /// Writes a file with the data set: explicit value representations, little-endian, as read by everything.
  ///
  /// Elements of group 2 are left out: the file's head is made anew. Sequences get their lengths.
  /// - Throws: `ImageError` when a value is too long for its representation, the data set lacks its class and
  ///   instance UIDs, or the file can't be written; nothing is left behind.
  public func write(to url: URL) throws(ImageError) {
    try AtomicFile<ImageError>.write(encoded(at: url.path), to: url)
  }

  /// The bytes of such a file.
  func encoded(at name: String) throws(ImageError) -> [UInt8] {
    guard let sopClass = text(.sopClass), let instance = text(.sopInstance) else {
      throw ImageError(
        "expected a data set with \(DICOMTag.sopClass.name) and \(DICOMTag.sopInstance.name)", at: name)
    }
    var head = DICOMDataSet()
    head[DICOMTag(0x0002, 0x0001)] = DICOMElement(DICOMTag(0x0002, 0x0001), "OB", .bytes([0, 1]))
    head.set(DICOMTag(0x0002, 0x0002), "UI", sopClass)
    head.set(DICOMTag(0x0002, 0x0003), "UI", instance)
    head.set(.transferSyntax, "UI", "1.2.840.10008.1.2.1")
    head.set(DICOMTag(0x0002, 0x0012), "UI", DICOMIdentifier.implementation)
    let body = try DICOMEncoder.bytes(of: head, at: name)
    var start = DICOMDataSet()
    start.set(DICOMTag(0x0002, 0x0000), longs: body.count)
    let rest = DICOMDataSet(elements.filter { $0.tag.group != 2 })
    return try [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)
      + DICOMEncoder.bytes(of: start, at: name) + body + DICOMEncoder.bytes(of: rest, at: name)
  }
}

/// Explicit value representations, little-endian (PS3.5 chapter 7).
private enum DICOMEncoder {
  /// Representations with lengths of 32 bits.
  static let long: Set<String> = [
    "OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV",
  ]

  static func bytes(of data: DICOMDataSet, at name: String) throws(ImageError) -> [UInt8] {
    var bytes: [UInt8] = []
    for element in data.elements { try append(element, to: &bytes, at: name) }
    return bytes
  }

  private static func append(
    _ element: DICOMElement, to bytes: inout [UInt8], at name: String
  ) throws(ImageError) {
    let value: [UInt8]
    switch element.content {
    case .bytes(var content):
      if content.count % 2 == 1 { content.append(padding(element.representation)) }
      value = content
    case .items(let items):
      var all: [UInt8] = []
      for item in items {
        let content = try self.bytes(of: item, at: name)
        append(UInt16(0xfffe), &all)
        append(UInt16(0xe000), &all)
        append(UInt32(try length(content.count, element, 0xffff_fffe, name)), &all)
        all += content
      }
      value = all
    }
    append(element.tag.group, &bytes)
    append(element.tag.element, &bytes)
    let letters = Array(element.representation.utf8)
    bytes += letters.count == 2 ? letters : Array("UN".utf8)
    if long.contains(element.representation) || letters.count != 2 {
      append(UInt16(0), &bytes)
      append(UInt32(try length(value.count, element, 0xffff_fffe, name)), &bytes)
    } else {
      append(UInt16(try length(value.count, element, 0xfffe, name)), &bytes)
    }
    bytes += value
  }

  private static func length(
    _ count: Int, _ element: DICOMElement, _ most: Int, _ name: String
  ) throws(ImageError) -> Int {
    guard count <= most else {
      throw ImageError(
        "\(element.tag.name) takes \(count) bytes, \(element.representation) holds \(most)", at: name,
        remedy: "write fewer or smaller parts")
    }
    return count
  }

  private static func padding(_ representation: String) -> UInt8 {
    DICOMElement.textual.contains(representation) && representation != "UI" && representation != "UN" ? 32 : 0
  }

  private static func append<T: FixedWidthInteger>(_ value: T, _ bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }
}
