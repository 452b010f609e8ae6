import Foundation
import MedVoxel

/// A picture format that is chosen for writing by its name's end, and read as every picture is.
private protocol PictureWriter: WritableImageCodec {
  static var format: Raster.Format { get }
}

extension PictureWriter {
  static var name: String { format.rawValue }
  static var suffixes: [String] { format.suffixes }
  static var writtenSuffixes: [String] { suffixes }
  static var holds: ImageContent { .colors }

  static func recognizes(_ head: [UInt8]) -> Bool { format.begins(head) }

  static func open(_ source: FileSource, options: ReadOptions) throws(ImageError) -> OpenImage {
    try Raster.open(source, options: options)
  }

  static func write(_ image: StoredImage, to url: URL, options: WriteOptions) throws(ImageError) {
    let image = try image.unscaled(in: options.type, for: name, at: url.path)
    let quality = format == .jpeg ? options.quality : nil
    try AtomicFile<ImageError>.write(Raster.encode(image, as: format, quality: quality), to: url)
  }
}

/// Writing of PNG by name: one slice of 8 or 16 bits, without loss.
enum PNGPicture: PictureWriter {
  fileprivate static let format = Raster.Format.png
}

/// Writing of JPEG by name: one slice of 8 bits, only where a quality is given.
enum JPEGPicture: PictureWriter {
  fileprivate static let format = Raster.Format.jpeg
}
