public import Foundation
public import MedVoxel

/// A whole-slide image: a picture too large for memory, kept in tiles at several magnifications.
///
/// Pyramids in TIFF (generic, OME-TIFF, Aperio SVS) and whole-slide images in DICOM (one file names the slide; the other
/// files of its series in the folder are further levels) are read here, tile by tile; other vendors' slides (Hamamatsu, Leica
/// SCN, MIRAX, Ventana, Philips, Trestle, Sakura) through libvips and OpenSlide. Opening reads the directories
/// only; every region decodes just the tiles that it touches.
///
/// Level 0 is the finest. Coordinates are pixels of the level that is read.
public struct Slide: Sendable {
  /// One magnification.
  public struct Level: Hashable, Codable, Sendable {
    public var width: Int
    public var height: Int
    /// How many times larger a pixel is than one of level 0, along x.
    public var downsample: Double
    /// Along x and y; nil where the file says nothing.
    public var micronsPerPixel: SIMD2<Double>?
  }

  public let url: URL
  /// Finest first; at least one.
  public let levels: [Level]
  /// What the file says, under OpenSlide's names (`openslide.mpp-x`, `openslide.objective-power`, `aperio.…`).
  public let properties: [String: String]
  /// The names of pictures beside the slide: "label", "macro", "thumbnail".
  public let associatedImages: [String]
  let reader: any SlideReader

  /// - Throws: `ImageError` for files that are no slides, or damaged ones.
  public init(contentsOf url: URL) throws(ImageError) { try self.init(FileSource(url)) }

  /// A slide in memory or in an archive; those that only OpenSlide reads must be plain files.
  public init(_ source: FileSource) throws(ImageError) {
    url = source.url
    if DICOMSlideReader.recognizes(source) {
      reader = try DICOMSlideReader(source)
    } else if OpenSlideReader.recognizes(source) {
      reader = try OpenSlideReader(source)
    } else {
      reader = try PyramidReader(source)
    }
    let sizes = reader.sizes
    let finest = reader.micronsPerPixel
    levels = sizes.map { size in
      let scale = SIMD2(
        Double(sizes[0].width) / Double(size.width), Double(sizes[0].height) / Double(size.height))
      return Level(
        width: size.width, height: size.height, downsample: scale.x,
        micronsPerPixel: finest.map { $0 * scale })
    }
    properties = reader.properties
    associatedImages = reader.associated
  }

  /// Whether a file is one that is better read as a slide: it has several levels, or is of a vendor's format.
  public static func recognizes(_ url: URL) -> Bool {
    guard let source = try? FileSource(url) else { return false }
    if DICOMSlideReader.recognizes(source) || OpenSlideReader.recognizes(source) { return true }
    guard let head = try? source.prefix(16), Raster.Format.tiff.begins(head),
      let pyramid = try? PyramidReader(source)
    else { return false }
    return pyramid.sizes.count > 1
  }

  /// Pixels of a rectangle; what lies beyond the level's edge is white (zero where the slide has no colors).
  ///
  /// - Parameters:
  ///   - x: the left edge, in pixels of the level.
  ///   - y: the upper edge.
  /// - Returns: `[C, width, height, 1]`; colors for brightfield slides. The affine says where the region lies, in
  ///   millimeters from the slide's upper left pixel, alike for all levels.
  /// - Throws: `ImageError` for a level that is not there, an empty rectangle, and damaged tiles.
  /// - Complexity: O(pixels of the tiles that are touched); tiles are decoded in parallel.
  public func region(
    x: Int, y: Int, width: Int, height: Int, level: Int = 0
  ) throws(ImageError) -> StoredImage {
    let info = try self.level(level)
    guard width > 0, height > 0, width <= 1 << 20, height <= 1 << 20, width * height <= 1 << 32 else {
      throw ImageError(
        "expected a region of 1 to 2³² pixels, found \(width)×\(height)", at: url.path, cause: .usage)
    }
    let (far, low) = (-(1 << 40), 1 << 40)
    guard (far...low).contains(x), (far...low).contains(y) else {
      throw ImageError("a region at (\(x), \(y)) lies far outside of the slide", at: url.path, cause: .usage)
    }
    func inside(_ start: Int, _ count: Int, of length: Int) -> Range<Int> {
      let first = min(max(start, 0), length)
      return first..<max(first, min(start + count, length))
    }
    let box = PixelBox(x: inside(x, width, of: info.width), y: inside(y, height, of: info.height))
    var header = try reader.header(level)
    header.shape[0] = width
    header.shape[1] = height
    header.affine = affine(level: level, x: x, y: y)
    guard box.pixels > 0 else {
      return StoredImage(header: header, voxels: blank(header))
    }
    let voxels = try reader.read(level: level, box)
    guard box.x.count != width || box.y.count != height else {
      return StoredImage(header: header, voxels: voxels)
    }
    let place = (x: box.x.lowerBound - x, y: box.y.lowerBound - y)
    return StoredImage(
      header: header, voxels: padded(voxels, header, at: place))
  }

  private func blank(_ header: ImageHeader) -> StoredVoxels {
    .filled(type: header.type, channels: header.channels, size: header.size) { target in
      target.initializeMemory(as: UInt8.self, repeating: header.components == .scalar ? 0 : 255)
    }
  }

  private func padded(
    _ voxels: StoredVoxels, _ header: ImageHeader, at place: (x: Int, y: Int)
  ) -> StoredVoxels {
    let (size, inner, width) = (header.size, voxels.size, header.type.byteCount)
    return .filled(type: header.type, channels: header.channels, size: size) { target in
      target.initializeMemory(as: UInt8.self, repeating: header.components == .scalar ? 0 : 255)
      voxels.withUnsafeBytes { source in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        for row in 0..<header.channels * inner.y {
          let (channel, line) = row.quotientAndRemainder(dividingBy: inner.y)
          let start = (channel * size.y + place.y + line) * size.x + place.x
          (to + start * width).copyMemory(
            from: from + row * inner.x * width, byteCount: inner.x * width)
        }
      }
    }
  }

  /// The slide made small enough to fit into a square.
  ///
  /// - Parameter side: the most pixels of the longer side.
  /// - Complexity: O(pixels of the coarsest level that is large enough); memory O(side²).
  public func thumbnail(fitting side: Int = 1024) throws(ImageError) -> StoredImage {
    let finest = levels[0]
    let longest = max(finest.width, finest.height)
    let side = min(max(1, side), 16384)
    let scale = max(1, Double(longest) / Double(side))
    return try SlideReduction(self, scale: scale).image()
  }

  /// A picture beside the slide.
  /// - Throws: `ImageError` that lists the names when there is none of that name.
  public func associatedImage(_ name: String) throws(ImageError) -> StoredImage {
    guard associatedImages.contains(name) else {
      let names = associatedImages.isEmpty ? "none" : associatedImages.joined(separator: ", ")
      throw ImageError(
        "the slide has no picture “\(name)”; there are: \(names)", at: url.path, cause: .usage)
    }
    return try reader.associatedImage(name)
  }

  /// Where the pixels of a level lie: millimeters from the slide's upper left pixel, x to the patient's left and y to
  /// the back as for all pictures. Without microns in the file, a pixel of level 0 counts as a millimeter.
  ///
  /// - Parameters:
  ///   - x: the column of the first voxel, in pixels of the level.
  ///   - y: its row.
  public func affine(level: Int, x: Int = 0, y: Int = 0) -> Affine {
    let finest = levels[0]
    let base = finest.micronsPerPixel.map { $0 / 1000 } ?? [1, 1]
    let info = levels[min(max(0, level), levels.count - 1)]
    let spacing = SIMD2(
      base.x * Double(finest.width) / Double(info.width),
      base.y * Double(finest.height) / Double(info.height))
    return affine(spacing: spacing, x: Double(x), y: Double(y))
  }

  /// For pixels of any size; the pixels' upper left corners fall together, not their centers.
  func affine(spacing: SIMD2<Double>, x: Double, y: Double) -> Affine {
    let base = levels[0].micronsPerPixel.map { $0 / 1000 } ?? [1, 1]
    var affine = RasterPixels.affine(spacing: [spacing.x, spacing.y, 1])
    affine.origin = [
      -((x + 0.5) * spacing.x - 0.5 * base.x), -((y + 0.5) * spacing.y - 0.5 * base.y), 0,
    ]
    return affine
  }

  func level(_ number: Int) throws(ImageError) -> Level {
    guard levels.indices.contains(number) else {
      throw ImageError(
        "expected a level from 0 to \(levels.count - 1), found \(number)", at: url.path,
        remedy: "`deepmed image info` lists the levels", cause: .usage)
    }
    return levels[number]
  }
}

extension ImageFile {
  /// A level of a slide as an image like any: regions of it are read without the rest.
  /// - Throws: `ImageError` for a level that is not there.
  public static func open(_ slide: Slide, level: Int = 0) throws(ImageError) -> OpenImage {
    _ = try slide.level(level)
    var header = try slide.reader.header(level)
    header.affine = slide.affine(level: level)
    return OpenImage(
      header: header, voxels: SlideVoxels(reader: slide.reader, level: level), location: slide.url.path)
  }
}

private struct SlideVoxels: VoxelSource {
  var reader: any SlideReader
  var level: Int

  func stored(_ header: ImageHeader) throws(ImageError) -> StoredVoxels {
    try reader.read(level: level, PixelBox(width: header.size.x, height: header.size.y))
  }

  func stored(_ header: ImageHeader, in region: ImageRegion) throws(ImageError) -> StoredVoxels {
    let (lower, upper) = (region.box.lower, region.box.upper)
    let all = try reader.read(
      level: level, PixelBox(x: lower.x..<upper.x, y: lower.y..<upper.y))
    guard region.channels.count != all.channels else { return all }
    return all.cropped(to: ImageRegion(box: GridBox(size: all.size), channels: region.channels))
  }
}
