public import Foundation
import MedVoxel

extension DICOMDataSet {
  /// Writes a file with the data set: little-endian, with explicit value representations, unless a value is too
  /// long for its own (the outlines of large regions are).
  ///
  /// Elements of group 2 are left out: the file's head is made anew. Sequences get their lengths.
  /// - Throws: `ImageError` when a value is longer than 4 GiB, the data set lacks its class and
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
    let rest = DICOMDataSet(elements.filter { $0.tag.group != 2 })
    let encoder = DICOMEncoder(isExplicit: rest.fitsExplicitLengths, name: name)
    var head = DICOMDataSet()
    head[DICOMTag(0x0002, 0x0001)] = DICOMElement(DICOMTag(0x0002, 0x0001), "OB", .bytes([0, 1]))
    head.set(DICOMTag(0x0002, 0x0002), "UI", sopClass)
    head.set(DICOMTag(0x0002, 0x0003), "UI", instance)
    head.set(.transferSyntax, "UI", encoder.isExplicit ? "1.2.840.10008.1.2.1" : "1.2.840.10008.1.2")
    head.set(DICOMTag(0x0002, 0x0012), "UI", DICOMIdentifier.implementation)
    let explicit = DICOMEncoder(isExplicit: true, name: name)
    let body = try explicit.bytes(of: head)
    var start = DICOMDataSet()
    start.set(DICOMTag(0x0002, 0x0000), longs: body.count)
    return try [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + explicit.bytes(of: start) + body
      + encoder.bytes(of: rest)
  }

  private var fitsExplicitLengths: Bool {
    elements.allSatisfy { element in
      switch element.content {
      case .bytes(let bytes):
        bytes.count <= 0xfffe || DICOMEncoder.long.contains(element.representation)
      case .items(let items): items.allSatisfy(\.fitsExplicitLengths)
      }
    }
  }
}

/// Data sets as bytes, little-endian (PS3.5 chapter 7).
private struct DICOMEncoder {
  /// Representations whose explicit lengths have 32 bits; others have 16.
  static let long: Set<String> = [
    "OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV",
  ]

  var isExplicit: Bool
  /// The file's, for messages.
  var name: String

  func bytes(of data: DICOMDataSet) throws(ImageError) -> [UInt8] {
    var bytes: [UInt8] = []
    for element in data.elements { try append(element, to: &bytes) }
    return bytes
  }

  private func append(_ element: DICOMElement, to bytes: inout [UInt8]) throws(ImageError) {
    let value: [UInt8]
    switch element.content {
    case .bytes(var content):
      if content.count % 2 == 1 { content.append(Self.padding(element.representation)) }
      value = content
    case .items(let items):
      var all: [UInt8] = []
      for item in items {
        let content = try self.bytes(of: item)
        append(UInt16(0xfffe), &all)
        append(UInt16(0xe000), &all)
        append(try length(content.count, element), &all)
        all += content
      }
      value = all
    }
    append(element.tag.group, &bytes)
    append(element.tag.element, &bytes)
    let length = try length(value.count, element)
    if isExplicit {
      bytes += Array(element.representation.utf8)
      if Self.long.contains(element.representation) {
        append(UInt16(0), &bytes)
        append(length, &bytes)
      } else {
        append(UInt16(truncatingIfNeeded: length), &bytes)
      }
    } else {
      append(length, &bytes)
    }
    bytes += value
  }

  private func length(_ count: Int, _ element: DICOMElement) throws(ImageError) -> UInt32 {
    guard count <= 0xffff_fffe else {
      throw ImageError(
        "\(element.tag.name) takes \(count) bytes, an element holds \(0xffff_fffe as UInt32)", at: name,
        remedy: "write fewer or smaller parts")
    }
    return UInt32(count)
  }

  private static func padding(_ representation: String) -> UInt8 {
    DICOMElement.textual.contains(representation) && representation != "UI" && representation != "UN" ? 32 : 0
  }

  private func append<T: FixedWidthInteger>(_ value: T, _ bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }
}
