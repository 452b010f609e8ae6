import CVips
import MedVoxel

/// A picture that libvips has opened; used by one thread.
final class RasterDecoder {
  private let handle: OpaquePointer
  private let name: String
  private let kind: String
  let info: cv_info

  /// - Parameter content: the file's content where it is not the file itself; it must outlive the decoder.
  convenience init(
    _ source: FileSource, format: Raster.Format, content: UnsafeRawBufferPointer?, page: Int = 0,
    isRandom: Bool = false
  ) throws(ImageError) {
    guard let code = format.code else {
      throw ImageError("libvips is not asked for \(format.rawValue)", at: source.name)
    }
    let choice = cv_choice(
      page: Int32(clamping: page), level: 0, associated: nil, is_random: isRandom ? 1 : 0)
    try self.init(
      kind: format.rawValue, name: source.name
    ) { opened in
      withUnsafePointer(to: choice) { choice in
        if let content {
          cv_open_memory(content.baseAddress, content.count, code, choice, &opened)
        } else {
          cv_open_file(source.name, code, choice, &opened)
        }
      }
    }
  }

  /// A level of a slide that OpenSlide reads, or one of its associated images.
  convenience init(slide path: String, level: Int, associated: String? = nil) throws(ImageError) {
    try self.init(kind: "slide", name: path) { opened in
      func open(_ name: UnsafePointer<CChar>?) -> cv_status {
        var choice = cv_choice(page: 0, level: Int32(clamping: level), associated: name, is_random: 1)
        return cv_open_file(path, CV_SLIDE, &choice, &opened)
      }
      return associated?.withCString(open) ?? open(nil)
    }
  }

  private init(
    kind: String, name: String, open: (inout OpaquePointer?) -> cv_status
  ) throws(ImageError) {
    var opened: OpaquePointer?
    let status = open(&opened)
    guard status == CV_OK, let opened else {
      throw Self.error(status, "the \(kind) can't be read", at: name)
    }
    handle = opened
    (self.kind, self.name) = (kind, name)
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
        status, "the \(kind) is damaged at or after row \(rows.lowerBound)", at: name)
    }
  }

  /// A region, the bands of a pixel side by side; for what was opened to be read in any order.
  func read(
    x: Int, y: Int, width: Int, height: Int, into bytes: UnsafeMutableRawBufferPointer
  ) throws(ImageError) {
    let status = cv_read_region(
      handle, Int32(clamping: x), Int32(clamping: y), Int32(clamping: width), Int32(clamping: height),
      bytes.baseAddress, bytes.count)
    guard status == CV_OK else {
      throw Self.error(
        status, "the \(kind) is damaged within \(width)×\(height) pixels at (\(x), \(y))", at: name)
    }
  }

  /// The metadata that libvips has of the file, as texts by name.
  func metadata() -> [String: String] {
    var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
    var count: Int32 = 0
    guard cv_get_names(handle, &names, &count) == CV_OK, let names else { return [:] }
    defer { cv_free_names(names) }
    var found: [String: String] = [:]
    for index in 0..<Int(count) {
      guard let name = names[index] else { continue }
      var text: UnsafeMutablePointer<CChar>?
      guard cv_get_text(handle, name, &text) == CV_OK, let text else { continue }
      found[String(cString: name)] = String(cString: text)
      cv_free(text)
    }
    return found
  }

  /// - Parameters:
  ///   - resolution: pixels a millimeter.
  ///   - quality: of a JPEG.
  static func encode(
    _ samples: [UInt8], width: Int, height: Int, channels: Int, type: cv_type, format: Raster.Format,
    resolution: (x: Double, y: Double), quality: Int
  ) throws(ImageError) -> [UInt8] {
    guard let code = format.code else { throw ImageError("\(format.rawValue) is not written") }
    var bytes: UnsafeMutableRawPointer?
    var count = 0
    let status = cv_encode(
      samples, Int32(width), Int32(height), Int32(channels), type, code, resolution.x, resolution.y,
      Int32(quality), &bytes, &count)
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
