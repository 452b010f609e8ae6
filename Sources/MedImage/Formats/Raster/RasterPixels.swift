import CVips
import MedVoxel

/// A picture's file, opened anew by each who reads it.
struct RasterFile: Sendable {
  var source: FileSource
  var format: Raster.Format
  var page = 0

  func withDecoder<Result>(
    _ body: (RasterDecoder) throws(ImageError) -> Result
  ) throws(ImageError) -> Result {
    guard source.plainPath == nil else {
      return try body(RasterDecoder(source, format: format, content: nil, page: page))
    }
    let content = try source.bytes(from: 0)
    return try content.withBytes { bytes throws(ImageError) in
      try body(RasterDecoder(source, format: format, content: bytes, page: page))
    }
  }

  /// What the picture claims before a decoder sees it, for formats that make memory of claims.
  func claim() throws(ImageError) -> RasterClaim? {
    guard [.jpeg, .jpeg2000, .webp].contains(format) else { return nil }
    let claim = try RasterClaim(source.prefix(4 << 20), format, at: source.name)
    guard let claim else { return nil }
    try check(
      width: claim.width, height: claim.height, bands: claim.components,
      bytes: format == .webp ? 1 : (claim.bits + 7) / 8)
    return claim
  }

  private func check(width: Int, height: Int, bands: Int, bytes: Int) throws(ImageError) {
    let claimed = Double(width) * Double(height) * Double(bands * bytes)
    guard claimed <= min(format.largestContent(source.largestContent), Double(1 << 40)) else {
      throw ImageError(
        "the header claims \(width)×\(height) pixels of \(bands) bands, more than the file can hold",
        at: source.name)
    }
  }

  /// What the header says, once it is known that the file can hold it.
  func checked(_ info: cv_info, _ claim: RasterClaim?) throws(ImageError) -> RasterInfo {
    let (width, height, bands) = (Int(info.width), Int(info.height), Int(info.bands))
    guard width > 0, height > 0, bands > 0, bands <= 16384 else {
      throw ImageError(
        "expected a picture, found \(width)×\(height) pixels of \(bands) bands", at: source.name)
    }
    guard let type = VoxelType.ofRaster(info.type) else {
      throw ImageError(
        "complex pixels are not read", at: source.name, remedy: "save real and imaginary parts as two files")
    }
    try check(width: width, height: height, bands: bands, bytes: type.byteCount)
    return RasterInfo(info, type: type, bands: bands, bits: claim?.bits)
  }
}

/// What a picture's header says.
struct RasterInfo: Equatable, Sendable {
  var width: Int
  var height: Int
  var bands: Int
  var components: ImageHeader.Components
  var isInk: Bool
  var type: VoxelType
  var bits: Int?
  var pages: Int
  var orientation: Int
  /// Pixels a millimeter, along I and J.
  var resolution: (x: Double, y: Double)

  init(_ info: cv_info, type: VoxelType, bands: Int, bits: Int?) {
    (width, height, self.bands, self.type) = (Int(info.width), Int(info.height), bands, type)
    self.bits = bits
    // Formats have colors of 8 bits; others are channels like any.
    let isColor = info.is_rgb != 0 && type == .uint8
    components = isColor && bands == 3 ? .rgb : isColor && bands == 4 ? .rgba : .scalar
    isInk = info.is_cmyk != 0
    (pages, orientation) = (Int(info.pages), Int(info.orientation))
    resolution = (info.x_resolution, info.y_resolution)
  }

  static func == (a: RasterInfo, b: RasterInfo) -> Bool {
    (a.width, a.height, a.bands, a.components, a.type) == (b.width, b.height, b.bands, b.components, b.type)
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
    let isVector = info.components == .scalar && info.bands > 1
    var header = ImageHeader(
      format: file.format.rawValue, shape: [info.width, info.height, 1] + (isVector ? [info.bands] : []),
      components: info.components, type: info.type, affine: Self.affine(spacing: spacing),
      hasGeometry: false)
    header.facts = [.init("bands", "\(info.bands)")]
    if let bits = info.bits { header.facts.append(.init("bits", "\(bits)")) }
    if info.hasResolution {
      header.facts.append(
        .init("resolution", "\(info.resolution.x)×\(info.resolution.y) pixels a millimeter"))
    }
    if info.pages > 1 {
      header.facts.append(.init("pages", "\(info.pages)"))
      header.notes.append("the file has \(info.pages) frames; number \(file.page) is read")
    }
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
      guard try file.checked(decoder.info, nil) == info else {
        throw ImageError("the file changed while it was read", at: file.source.name)
      }
      return try .filled(type: info.type, channels: info.bands, size: size) { target throws(ImageError) in
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
    defer { withExtendedLifetime(strip) {} }
    guard let from = strip.bytes.baseAddress else { return }
    for top in stride(from: 0, to: info.height, by: step) {
      let rows = top..<min(top + step, info.height)
      let count = rows.count * info.width
      try decoder.read(
        rows: rows, into: UnsafeMutableRawBufferPointer(rebasing: strip.mutable[..<(rows.count * rowBytes)]))
      let to = output + top * info.width * width
      restore(strip.mutable, count: count * info.bands)
      if info.bands == 1 {
        to.copyMemory(from: from, byteCount: count * width)
      } else {
        FileVoxels.deinterleave(
          from: from, elementBytes: width, components: info.bands, count: count, into: to, plane: plane)
      }
    }
  }
}

extension RasterPixels {
  /// libvips shifts JPEG 2000's samples to fill 8 or 16 bits; the stored numbers are those below.
  private func restore(_ bytes: UnsafeMutableRawBufferPointer, count: Int) {
    guard file.format == .jpeg2000, let bits = info.bits else { return }
    let width = info.type.byteCount
    guard width <= 2, bits < 8 * width else { return }
    let shift = 8 * width - bits
    switch info.type {
    case .uint8: for index in 0..<count { bytes[index] >>= UInt8(shift) }
    case .uint16:
      bytes.withMemoryRebound(to: UInt16.self) { values in
        for index in 0..<count { values[index] >>= UInt16(shift) }
      }
    case .int8:
      bytes.withMemoryRebound(to: Int8.self) { values in
        for index in 0..<count { values[index] >>= Int8(shift) }
      }
    case .int16:
      bytes.withMemoryRebound(to: Int16.self) { values in
        for index in 0..<count { values[index] >>= Int16(shift) }
      }
    default: break
    }
  }
}

/// Pixels that are there already.
struct DecodedPixels: VoxelSource {
  var voxels: StoredVoxels

  func stored(_ header: ImageHeader) throws(ImageError) -> StoredVoxels { voxels }
}
