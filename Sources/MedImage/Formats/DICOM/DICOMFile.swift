import CGDCM
import Foundation
import MedVoxel

/// A data set that GDCM has parsed.
final class DICOMFile: @unchecked Sendable {
  // SAFETY: the shim's readers don't change the data set, and decoding is called by its only owner.
  private let handle: OpaquePointer
  private let name: String

  /// - Parameter withPixels: whether to read the pixels too; without them only the header's part of the file is
  ///   touched.
  init(_ source: FileSource, withPixels: Bool) throws(ImageError) {
    name = source.name
    var opened: OpaquePointer?
    let status: cg_status
    if let path = source.plainPath {
      status = withPixels ? cg_open_image(path, &opened) : cg_open(path, &opened)
    } else {
      // Data sets under gzip are inflated whole: their length is known only then.
      let content = try source.bytes(from: 0)
      status = content.withUnsafeBytes { bytes in
        withPixels
          ? cg_open_image_memory(bytes.baseAddress, bytes.count, &opened)
          : cg_open_memory(bytes.baseAddress, bytes.count, &opened)
      }
    }
    guard status == CG_OK, let opened else { throw Self.error(status, at: name) }
    handle = opened
  }

  deinit { cg_close(handle) }

  private static func error(_ status: cg_status, at name: String) -> ImageError {
    let why = String(cString: cg_message())
    let remedy = status == CG_OUT_OF_MEMORY ? nil : "get the file again from its source"
    return ImageError(
      why, at: name, remedy: remedy, cause: status == CG_OUT_OF_MEMORY ? .environment : .data)
  }

  private func check(_ status: cg_status) throws(ImageError) {
    guard status == CG_OK else { throw Self.error(status, at: name) }
  }

  func facts() throws(ImageError) -> cg_facts {
    var facts = cg_facts()
    try check(cg_get_facts(handle, &facts))
    return facts
  }

  func frame(_ index: Int) throws(ImageError) -> cg_frame {
    var frame = cg_frame()
    try check(cg_get_frame(handle, Int32(clamping: index), &frame))
    return frame
  }

  func text(_ group: UInt16, _ element: UInt16) -> String {
    var bytes = [CChar](repeating: 0, count: 512)
    guard cg_get_text(handle, group, element, &bytes, bytes.count) == CG_OK else { return "" }
    return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  func pixels() throws(ImageError) -> cg_pixels {
    var pixels = cg_pixels()
    try check(cg_get_pixels(handle, &pixels))
    return pixels
  }

  /// All frames, components side by side.
  func decode(_ pixels: cg_pixels) throws(ImageError) -> RawBytes {
    let count =
      Int(pixels.columns) * Int(pixels.rows) * Int(pixels.frames) * Int(pixels.samples) * Int(pixels.bits / 8)
    let bytes = try RawBytes(count: count, for: name)
    try check(cg_decode(handle, bytes.mutable.baseAddress, count))
    return bytes
  }
}

extension cg_pixels {
  var type: VoxelType? {
    switch (bits, is_float != 0, is_signed != 0) {
    case (8, false, false): .uint8
    case (8, false, true): .int8
    case (16, false, false): .uint16
    case (16, false, true): .int16
    case (32, false, false): .uint32
    case (32, false, true): .int32
    case (32, true, _): .float32
    case (64, true, _): .float64
    default: nil
    }
  }
}
