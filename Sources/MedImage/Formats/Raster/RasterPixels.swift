import CVips
import MedVoxel

/// A picture's file, opened anew by each who reads it.
struct RasterFile: Sendable {
  var source: FileSource
  var format: Raster.Format

  func withDecoder<Result>(
    _ body: (RasterDecoder) throws(ImageError) -> Result
  ) throws(ImageError) -> Result {
    guard source.plainPath == nil else {
      return try body(RasterDecoder(source, format: format, content: nil))
    }
    let content = try source.bytes(from: 0)
    return try content.withBytes { bytes throws(ImageError) in
      try body(RasterDecoder(source, format: format, content: bytes))
    }
  }

  /// A GIF is decoded at once: only its pixels tell whether all colors are gray, and GIFs are small.
  func openGIF() throws(ImageError) -> OpenImage {
    let bytes = try source.bytes(from: 0)
    let gif = try GIF(bytes, name: source.name)
    let isGray = gif.isGray
    var header = ImageHeader(
      format: format.rawValue, shape: [gif.width, gif.height, 1], components: isGray ? .scalar : .rgb,
      type: .uint8, affine: RasterPixels.affine(spacing: [1, 1, 1]), hasGeometry: false)
    header.facts = [.init("colors", "\(gif.colors.count)")]
    if gif.frames > 1 {
      header.facts.append(.init("pages", "\(gif.frames)"))
      header.notes.append("the file has \(gif.frames) pages or frames; the first one is read")
    }
    if gif.hasTransparency { header.notes.append("the opacity (alpha) is left out") }
    let pixels = DecodedPixels(voxels: gif.voxels(isGray: isGray))
    return OpenImage(header: header, voxels: pixels, location: source.name)
  }

  /// What the header says, once it is known that the file can hold it.
  func checked(_ info: cv_info) throws(ImageError) -> RasterInfo {
    let (width, height, bands) = (Int(info.width), Int(info.height), Int(info.bands))
    guard width > 0, height > 0, bands > 0, bands <= 1024 else {
      throw ImageError(
        "expected a picture, found \(width)×\(height) pixels of \(bands) bands", at: source.name)
    }
    guard let type = VoxelType.ofRaster(info.type) else {
      throw ImageError(
        "complex pixels are not read", at: source.name, remedy: "save real and imaginary parts as two files")
    }
    let claimed = Double(width) * Double(height) * Double(bands * type.byteCount)
    guard claimed <= min(format.largestContent(source.largestContent), Double(1 << 40)) else {
      throw ImageError(
        "the header claims \(width)×\(height) pixels of \(bands) bands, more than the file can hold",
        at: source.name)
    }
    return RasterInfo(info, type: type, bands: bands)
  }
}

/// What a picture's header says.
struct RasterInfo: Equatable, Sendable {
  var width: Int
  var height: Int
  var bands: Int
  var channels: Int
  var isColor: Bool
  var isInk: Bool
  var type: VoxelType
  var pages: Int
  var orientation: Int
  /// Pixels a millimeter, along I and J.
  var resolution: (x: Double, y: Double)

  init(_ info: cv_info, type: VoxelType, bands: Int) {
    (width, height, self.bands, self.type) = (Int(info.width), Int(info.height), bands, type)
    channels = bands - (info.has_alpha != 0 && bands > 1 ? 1 : 0)
    // Formats have colors of 8 bits; others are channels like any.
    isColor = info.is_rgb != 0 && channels == 3 && type == .uint8
    isInk = info.is_cmyk != 0
    (pages, orientation) = (Int(info.pages), Int(info.orientation))
    resolution = (info.x_resolution, info.y_resolution)
  }

  static func == (a: RasterInfo, b: RasterInfo) -> Bool {
    (a.width, a.height, a.bands, a.channels, a.isColor, a.type)
      == (b.width, b.height, b.bands, b.channels, b.isColor, b.type)
  }

  /// Whether the file gives a resolution that can be true: from 10 nm to 1 m a pixel.
  var hasResolution: Bool {
    let usable = 0.001...100_000
    return usable.contains(resolution.x) && usable.contains(resolution.y) && resolution != (1, 1)
  }
}

/// The pixels of a picture.
struct RasterPixels: VoxelSource {
  var file: RasterFile
  var info: RasterInfo

  /// I to the right, which is the patient's left as in DICOM; J down.
  static func affine(spacing: SIMD3<Double>) -> Affine {
    Affine(i: [-spacing.x, 0, 0], j: [0, -spacing.y, 0], k: [0, 0, spacing.z])
  }

  var header: ImageHeader {
    let spacing: SIMD3<Double> =
      info.hasResolution ? [1 / info.resolution.x, 1 / info.resolution.y, 1] : [1, 1, 1]
    var header = ImageHeader(
      format: file.format.rawValue,
      shape: [info.width, info.height, 1] + (info.isColor || info.channels == 1 ? [] : [info.channels]),
      components: info.isColor ? .rgb : .scalar, type: info.type,
      affine: Self.affine(spacing: spacing), hasGeometry: false)
    header.facts = [.init("bands", "\(info.bands)")]
    if info.hasResolution {
      header.facts.append(
        .init("resolution", "\(info.resolution.x)×\(info.resolution.y) pixels a millimeter"))
    }
    if info.pages > 1 {
      header.facts.append(.init("pages", "\(info.pages)"))
      header.notes.append("the file has \(info.pages) pages or frames; the first one is read")
    }
    if info.channels < info.bands { header.notes.append("the opacity (alpha) is left out") }
    if info.isInk { header.notes.append("the channels are inks (CMYK), not light") }
    if info.orientation > 1 {
      header.notes.append(
        "viewers turn this picture (EXIF orientation \(info.orientation)); it is read as stored")
    }
    return header
  }

  func stored(_ header: ImageHeader) throws(ImageError) -> StoredVoxels {
    let size: GridSize = [info.width, info.height, 1]
    return try file.withDecoder { decoder throws(ImageError) in
      guard try file.checked(decoder.info) == info else {
        throw ImageError("the file changed while it was read", at: file.source.name)
      }
      return try .filled(type: info.type, channels: info.channels, size: size) { target throws(ImageError) in
        try fill(target, from: decoder)
      }
    }
  }

  /// Strips of rows that stay in the cache, the bands of each pixel parted into planes.
  private func fill(
    _ target: UnsafeMutableRawBufferPointer, from decoder: RasterDecoder
  ) throws(ImageError) {
    guard let output = target.baseAddress else { return }
    let width = info.type.byteCount
    let rowBytes = info.width * info.bands * width
    let plane = info.width * info.height
    let step = min(info.height, max(1, (1 << 20) / rowBytes))
    let strip = try RawBytes(count: step * rowBytes, for: file.source.name)
    let planes = try RawBytes(count: step * rowBytes, for: file.source.name)
    defer { withExtendedLifetime((strip, planes)) {} }
    guard let from = strip.bytes.baseAddress, let parted = planes.mutable.baseAddress else { return }
    for top in stride(from: 0, to: info.height, by: step) {
      let rows = top..<min(top + step, info.height)
      let count = rows.count * info.width
      try decoder.read(
        rows: rows, into: UnsafeMutableRawBufferPointer(rebasing: strip.mutable[..<(rows.count * rowBytes)]))
      let to = output + top * info.width * width
      if info.bands == 1 {
        to.copyMemory(from: from, byteCount: count * width)
        continue
      }
      FileVoxels.deinterleave(
        from: from, elementBytes: width, components: info.bands, count: count, into: parted, plane: count)
      for channel in 0..<info.channels {
        (to + channel * plane * width)
          .copyMemory(from: parted + channel * count * width, byteCount: count * width)
      }
    }
  }
}

/// Pixels that are there already.
private struct DecodedPixels: VoxelSource {
  var voxels: StoredVoxels

  func stored(_ header: ImageHeader) throws(ImageError) -> StoredVoxels { voxels }
}
