import CVips
import MedVoxel

/// A picture that libvips has opened; used by one thread.
final class RasterDecoder {
  private let handle: OpaquePointer
  private let name: String
  private let format: Raster.Format
  let info: cv_info

  /// - Parameter content: the file's content where it is not the file itself; it must outlive the decoder.
  init(
    _ source: FileSource, format: Raster.Format, content: UnsafeRawBufferPointer?
  ) throws(ImageError) {
    guard let code = format.code else {
      throw ImageError("libvips is not asked for \(format.rawValue)", at: source.name)
    }
    var opened: OpaquePointer?
    let status =
      if let content {
        cv_open_memory(content.baseAddress, content.count, code, &opened)
      } else {
        cv_open_file(source.name, code, &opened)
      }
    guard status == CV_OK, let opened else {
      throw Self.error(status, "the \(format.rawValue) can't be read", at: source.name)
    }
    handle = opened
    name = source.name
    self.format = format
    var info = cv_info()
    cv_get_info(opened, &info)
    self.info = info
  }

  deinit { cv_close(handle) }

  /// Rows in order, the bands of a pixel side by side.
  func read(rows: Range<Int>, into bytes: UnsafeMutableRawBufferPointer) throws(ImageError) {
    let status = cv_read_rows(
      handle, Int32(rows.lowerBound), Int32(rows.count), bytes.baseAddress, bytes.count)
    guard status == CV_OK else {
      throw Self.error(
        status, "the \(format.rawValue) is damaged at or after row \(rows.lowerBound)", at: name)
    }
  }

  static func encode(
    _ samples: [UInt8], width: Int, height: Int, channels: Int, type: cv_type, format: Raster.Format,
    isCompressed: Bool
  ) throws(ImageError) -> [UInt8] {
    guard let code = format.code else { throw ImageError("\(format.rawValue) is not written") }
    var bytes: UnsafeMutableRawPointer?
    var count = 0
    let status = cv_encode(
      samples, Int32(width), Int32(height), Int32(channels), type, code, isCompressed ? 1 : 0, &bytes,
      &count)
    guard status == CV_OK, let bytes else {
      throw error(status, "the \(format.rawValue) can't be written", at: nil)
    }
    defer { cv_free(bytes) }
    return Array(UnsafeRawBufferPointer(start: bytes, count: count))
  }

  private static func error(_ status: cv_status, _ statement: String, at name: String?) -> ImageError {
    let why = "\(statement): \(String(cString: cv_message()))"
    switch status {
    case CV_UNAVAILABLE:
      return ImageError(
        why, at: name, remedy: "install libvips 8.12 or newer: “apt install libvips42”, “brew install vips”",
        cause: .environment)
    case CV_DAMAGED:
      return ImageError(why, at: name, remedy: "get the file again from its source")
    default:
      return ImageError(why, at: name, cause: .environment)
    }
  }
}
