import CVips
import Foundation
import MedVoxel

/// Slides of vendors' own formats, through libvips and OpenSlide.
///
/// OpenSlide trusts files more than this library does, so it is asked only for content that looks like one
/// of its formats, never for whatever has a slide's name.
struct OpenSlideReader: SlideReader {
  private let path: String
  private let pool: SlideDecoders
  private let background: SIMD3<UInt8>
  private let hasOpacity: Bool
  let sizes: [(width: Int, height: Int)]
  let properties: [String: String]
  let associated: [String]

  /// Whether the content is of a format that only OpenSlide reads.
  static func recognizes(_ source: FileSource) -> Bool {
    guard source.plainPath != nil, let head = try? source.prefix(64) else { return false }
    let name = source.url.lastPathComponent.lowercased()
    if Raster.Format.tiff.begins(head) { return isVendorTIFF(source) }
    if Raster.Format.jpeg.begins(head), name.hasSuffix(".mrxs") {
      let folder = source.url.deletingPathExtension().appendingPathComponent("Slidedat.ini")
      return FileManager.default.fileExists(atPath: folder.path)
    }
    let text = String(decoding: head, as: UTF8.self)
    return text.hasPrefix("[Virtual Microscope Specimen]")
      || text.hasPrefix("[Uncompressed Virtual Microscope Specimen]")
      || (text.hasPrefix("SQLite format 3") && name.hasSuffix(".svslide"))
  }

  private static func isVendorTIFF(_ source: FileSource) -> Bool {
    guard let file = try? TIFFFile(source), let head = try? file.directory(at: file.first) else {
      return false
    }
    // Hamamatsu's marker.
    if head.has(65420) { return true }
    func text(_ tag: UInt16) -> String { ((try? head.text(tag)) ?? nil) ?? "" }
    let software = text(305)
    return text(270).contains("http://www.leica-microsystems.com/scn/") || text(700).contains("<iScan")
      || software.hasPrefix("Philips DP") || software.hasPrefix("MedScan")
  }

  init(_ source: FileSource) throws(ImageError) {
    guard let path = source.plainPath else {
      throw ImageError("slides of this kind are read from plain files only", at: source.name)
    }
    try self.init(path: path)
  }

  init(path: String) throws(ImageError) {
    self.path = path
    let finest = try RasterDecoder(slide: path, level: 0)
    let metadata = finest.metadata()
    properties = metadata.filter { entry in
      [
        "openslide.", "aperio.", "hamamatsu.", "leica.", "mirax.", "philips.", "sakura.", "trestle.",
        "ventana.",
        "tiff.", "generic-tiff.",
      ].contains { entry.key.hasPrefix($0) }
    }
    var sizes: [(width: Int, height: Int)] = []
    let count = metadata["openslide.level-count"].flatMap { Int($0) } ?? 1
    for level in 0..<max(1, min(count, 64)) {
      guard let width = metadata["openslide.level[\(level)].width"].flatMap({ Int($0) }),
        let height = metadata["openslide.level[\(level)].height"].flatMap({ Int($0) }), width > 0, height > 0
      else { break }
      sizes.append((width, height))
    }
    if sizes.isEmpty { sizes = [(Int(finest.info.width), Int(finest.info.height))] }
    self.sizes = sizes
    hasOpacity = finest.info.bands == 4
    associated = (metadata["slide-associated-images"] ?? "").split(separator: ",")
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    let color = metadata["openslide.background-color"].flatMap { UInt32($0, radix: 16) } ?? 0xffffff
    background = [
      UInt8(truncatingIfNeeded: color >> 16), UInt8(truncatingIfNeeded: color >> 8),
      UInt8(truncatingIfNeeded: color),
    ]
    pool = SlideDecoders(path: path)
    pool.put(finest, level: 0)
  }

  var micronsPerPixel: SIMD2<Double>? {
    guard let x = properties["openslide.mpp-x"].flatMap(Double.init),
      let y = properties["openslide.mpp-y"].flatMap(Double.init), x > 0, y > 0, x < 1e6, y < 1e6
    else { return nil }
    return [x, y]
  }

  func header(_ level: Int) throws(ImageError) -> ImageHeader {
    let size = sizes[level]
    let scale = Double(sizes[0].width) / Double(size.width)
    let spacing = (micronsPerPixel.map { $0 / 1000 } ?? [1, 1]) * scale
    var header = ImageHeader(
      format: properties["openslide.vendor"] ?? "slide", shape: [size.width, size.height, 1],
      components: .rgb, type: .uint8, affine: RasterPixels.affine(spacing: [spacing.x, spacing.y, 1]),
      hasGeometry: false)
    header.facts = [.init("level", "\(level) of \(sizes.count)")]
    return header
  }

  func read(level: Int, _ box: PixelBox) throws(ImageError) -> StoredVoxels {
    let decoder = try pool.take(level: level)
    let voxels = try Self.colors(of: decoder, box, background: background, at: path)
    // A decoder that failed is not used again.
    pool.put(decoder, level: level)
    return voxels
  }

  func associatedImage(_ name: String) throws(ImageError) -> StoredImage {
    let decoder = try RasterDecoder(slide: path, level: 0, associated: name)
    let (width, height) = (Int(decoder.info.width), Int(decoder.info.height))
    guard width > 0, height > 0, width * height <= 1 << 28 else {
      throw ImageError("the picture “\(name)” claims \(width)×\(height) pixels", at: path)
    }
    let header = ImageHeader(
      format: "slide", shape: [width, height, 1], components: .rgb, type: .uint8,
      affine: RasterPixels.affine(spacing: [1, 1, 1]), hasGeometry: false)
    let box = PixelBox(width: width, height: height)
    return StoredImage(
      header: header, voxels: try Self.colors(of: decoder, box, background: background, at: path))
  }

  /// What was never scanned is transparent; it gets the background's color.
  private static func colors(
    of decoder: RasterDecoder, _ box: PixelBox, background: SIMD3<UInt8>, at path: String
  ) throws(ImageError) -> StoredVoxels {
    let bands = Int(decoder.info.bands)
    guard bands >= 3, decoder.info.type == 0 else {
      throw ImageError("expected colors of 8 bits, found \(bands) bands", at: path)
    }
    let size: GridSize = [box.x.count, box.y.count, 1]
    let step = max(1, (16 << 20) / (box.x.count * bands))
    let raw = try RawBytes(count: min(step, box.y.count) * box.x.count * bands, for: path)
    defer { withExtendedLifetime(raw) {} }
    return try .filled(type: .uint8, channels: 3, size: size) { target throws(ImageError) in
      for top in stride(from: 0, to: box.y.count, by: step) {
        let rows = min(step, box.y.count - top)
        let count = rows * box.x.count
        let bytes = UnsafeMutableRawBufferPointer(rebasing: raw.mutable[..<(count * bands)])
        try decoder.read(
          x: box.x.lowerBound, y: box.y.lowerBound + top, width: box.x.count, height: rows, into: bytes)
        for pixel in 0..<count {
          let opacity = bands > 3 ? Int(bytes[pixel * bands + 3]) : 255
          for channel in 0..<3 {
            let color = Int(bytes[pixel * bands + channel])
            let mixed =
              opacity == 255
              ? color : (color * opacity + Int(background[channel]) * (255 - opacity) + 127) / 255
            target[channel * box.pixels + top * box.x.count + pixel] = UInt8(mixed)
          }
        }
      }
    }
  }
}

/// Open decoders of a slide that wait to be used, each by one thread at a time.
private final class SlideDecoders: @unchecked Sendable {
  // SAFETY: `waiting` is touched under the lock only; a decoder that was taken belongs to its taker.
  private let lock = NSLock()
  private var waiting: [(level: Int, decoder: RasterDecoder)] = []
  private let path: String

  init(path: String) { self.path = path }

  func take(level: Int) throws(ImageError) -> RasterDecoder {
    let found = lock.withLock {
      waiting.lastIndex { $0.level == level }.map { waiting.remove(at: $0).decoder }
    }
    if let found { return found }
    return try RasterDecoder(slide: path, level: level)
  }

  func put(_ decoder: RasterDecoder, level: Int) {
    let old = lock.withLock { () -> RasterDecoder? in
      waiting.append((level, decoder))
      return waiting.count > 2 * Parallel.processorCount ? waiting.removeFirst().decoder : nil
    }
    withExtendedLifetime(old) {}
  }
}

/// Vendors' slides as images: level 0, or the one that is asked for.
enum WholeSlide: ImageCodec {
  static let name = "whole slides"
  static let suffixes = [".svs", ".ndpi", ".mrxs", ".vms", ".vmu", ".scn", ".bif", ".svslide"]

  static func recognizes(_ head: [UInt8]) -> Bool {
    let text = String(decoding: head.prefix(64), as: UTF8.self)
    return text.hasPrefix("[Virtual Microscope Specimen]")
      || text.hasPrefix("[Uncompressed Virtual Microscope Specimen]")
  }

  static func open(_ source: FileSource, options: ReadOptions) throws(ImageError) -> OpenImage {
    try ImageFile.open(Slide(source), level: options.level ?? 0)
  }
}
