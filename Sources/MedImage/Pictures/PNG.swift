import CPNG
public import Foundation
import MedVoxel

/// PNG files through libpng's simplified interface.
public enum PNG {
  /// - Throws: `ImageError` when the picture is empty or memory is short.
  public static func encode(_ bitmap: Bitmap) throws(ImageError) -> Data {
    guard bitmap.width > 0, bitmap.height > 0 else { throw ImageError("a picture without pixels") }
    let components = components(of: bitmap.pixels)
    var samples: [UInt8] = []
    samples.reserveCapacity(components * bitmap.width * bitmap.height)
    for at in stride(from: 0, to: bitmap.pixels.count, by: 4) {
      samples += bitmap.pixels[at..<at + components]
    }
    return try encode(samples, width: bitmap.width, height: bitmap.height, components: components)
  }

  /// The fewest that lose nothing: gray, colors, or colors with opacity.
  private static func components(of pixels: [UInt8]) -> Int {
    var isGray = true
    for at in stride(from: 0, to: pixels.count, by: 4) {
      if pixels[at + 3] != 255 { return 4 }
      isGray = isGray && pixels[at] == pixels[at + 1] && pixels[at] == pixels[at + 2]
    }
    return isGray ? 1 : 3
  }

  /// - Parameter components: 1 (gray), 3 (RGB) or 4 (RGBA), 8 bits each, side by side.
  private static func encode(
    _ samples: [UInt8], width: Int, height: Int, components: Int
  ) throws(ImageError) -> Data {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    image.width = UInt32(width)
    image.height = UInt32(height)
    image.format = components == 1 ? 0 : components == 3 ? colorFormat : colorFormat | alphaFormat
    defer { png_image_free(&image) }
    // Filters and deflate never need more than this: the pixels, a byte a row, and deflate's worst case.
    var size = samples.count + height + (samples.count + height) / 1000 + 4096
    var bytes = [UInt8](repeating: 0, count: size)
    guard png_image_write_to_memory(&image, &bytes, &size, 0, samples, 0, nil) != 0, size <= bytes.count
    else {
      throw ImageError("the picture can't be encoded: \(message(image))", cause: .environment)
    }
    return Data(bytes[..<size])
  }

  public static func write(_ bitmap: Bitmap, to url: URL) throws(ImageError) {
    try AtomicFile<ImageError>.write(encode(bitmap), to: url)
  }

  /// - Throws: `ImageError` for what is no PNG, a damaged one, or one of more than 2²⁸ pixels.
  public static func decode(_ data: Data) throws(ImageError) -> Bitmap {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    let bytes = [UInt8](data)
    guard png_image_begin_read_from_memory(&image, bytes, bytes.count) != 0 else {
      throw ImageError("expected a PNG: \(message(image))")
    }
    let (width, height) = (Int(image.width), Int(image.height))
    // Deflate's largest ratio, for the smallest pixels of an eighth of a byte.
    guard width * height <= min(1 << 28, bytes.count * 1032 * 8) else {
      throw ImageError("the PNG claims \(width)×\(height) pixels, more than its bytes can hold")
    }
    image.format = colorFormat | alphaFormat
    var pixels = [UInt8](repeating: 0, count: 4 * width * height)
    guard png_image_finish_read(&image, nil, &pixels, 0, nil) != 0 else {
      throw ImageError("the PNG is damaged: \(message(image))")
    }
    return Bitmap(width: width, height: height, pixels: pixels)
  }

  private static let colorFormat = UInt32(PNG_FORMAT_FLAG_COLOR)
  private static let alphaFormat = UInt32(PNG_FORMAT_FLAG_ALPHA)

  private static func message(_ image: png_image) -> String {
    withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
