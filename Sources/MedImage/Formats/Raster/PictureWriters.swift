import Foundation
import MedVoxel

/// Writing of PNG by name: one slice of 8 or 16 bits, without loss.
enum PNGPicture: WritableImageCodec {
  static let name = "PNG"
  static let suffixes = Raster.Format.png.suffixes
  static let writtenSuffixes = suffixes
  static let holds: ImageContent = [.colors]

  static func recognizes(_ head: [UInt8]) -> Bool { Raster.Format.png.begins(head) }

  static func open(_ source: FileSource, options: ReadOptions) throws(ImageError) -> OpenImage {
    try Raster.open(source, options: options)
  }

  static func write(_ image: StoredImage, to url: URL, options: WriteOptions) throws(ImageError) {
    let image = try image.unscaled(in: options.type, for: name, at: url.path)
    try AtomicFile<ImageError>.write(Raster.encode(image, as: .png), to: url)
  }
}

/// Writing of JPEG by name: one slice of 8 bits, only where a quality is given.
enum JPEGPicture: WritableImageCodec {
  static let name = "JPEG"
  static let suffixes = Raster.Format.jpeg.suffixes
  static let writtenSuffixes = suffixes
  static let holds: ImageContent = [.colors]

  static func recognizes(_ head: [UInt8]) -> Bool { Raster.Format.jpeg.begins(head) }

  static func open(_ source: FileSource, options: ReadOptions) throws(ImageError) -> OpenImage {
    try Raster.open(source, options: options)
  }

  static func write(_ image: StoredImage, to url: URL, options: WriteOptions) throws(ImageError) {
    let image = try image.unscaled(in: options.type, for: name, at: url.path)
    try AtomicFile<ImageError>.write(
      Raster.encode(image, as: .jpeg, quality: options.quality), to: url)
  }
}
