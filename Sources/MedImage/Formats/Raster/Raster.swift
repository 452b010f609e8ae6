import CVips
import MedVoxel

/// Pictures: PNG, JPEG, TIFF and PNM through libvips, and GIF.
///
/// - Shape: `[C, I, J, 1]`; I runs to the right, J down. Colors are three channels, other bands are channels too. An
///   opacity is left out, with a note. Palettes become colors, or one channel where all their colors are gray. Bits
///   and half bytes become 0 to 255, as viewers show them. 16-bit and floating-point values are kept.
/// - Geometry: a picture knows no body, so `hasGeometry` is false. As in DICOM images without a position, the right of
///   the picture is taken as the patient's left and its lower end as posterior. The spacing follows the resolution
///   where the file gives one; else it is 1 mm.
/// - Of several pages or frames, the first is read. EXIF orientation is noted and not applied.
public enum Raster: ImageCodec {
  public static let name = "PNG/JPEG/TIFF/GIF/PNM"
  public static let suffixes = Format.allCases.flatMap(\.suffixes)

  /// The kinds of pictures.
  public enum Format: String, CaseIterable, Sendable {
    case png = "PNG"
    case jpeg = "JPEG"
    case tiff = "TIFF"
    case gif = "GIF"
    case pnm = "PNM"

    var suffixes: [String] {
      switch self {
      case .png: [".png"]
      case .jpeg: [".jpg", ".jpeg"]
      case .tiff: [".tif", ".tiff"]
      case .gif: [".gif"]
      case .pnm: [".pnm", ".pbm", ".pgm", ".ppm"]
      }
    }

    /// How files of this kind begin.
    func begins(_ head: [UInt8]) -> Bool {
      switch self {
      case .png: head.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
      case .jpeg: head.starts(with: [0xff, 0xd8, 0xff])
      case .tiff:
        [[0x49, 0x49, 42, 0], [0x4d, 0x4d, 0, 42], [0x49, 0x49, 43, 0], [0x4d, 0x4d, 0, 43]]
          .contains { head.starts(with: $0) }
      case .gif: head.starts(with: Array("GIF87a".utf8)) || head.starts(with: Array("GIF89a".utf8))
      case .pnm:
        head.count > 2 && head[0] == 0x50 && (0x31...0x36).contains(head[1])
          && (head[2] == 0x20 || (0x09...0x0d).contains(head[2]) || head[2] == 0x23)
      }
    }

    /// The most bytes that a file of so many can hold.
    ///
    /// Deflate makes 1032 of one, for pixels of a bit where there are such. LZW's 12-bit codes stand for runs of up to
    /// 4096 colors, and a frame may leave most of its canvas empty. A JPEG spends a bit on a block of 64 pixels, of
    /// which every other may be a quarter of a channel. Fax rows and empty tiles of a TIFF take next to nothing.
    func largestContent(_ fileSize: Int) -> Double {
      let size = Double(fileSize)
      return switch self {
      case .png: size * 1032 * 8
      case .tiff: size * 1032 * 8 + 67_108_864
      case .gif: size * 2731 * 3 + 16_777_216
      case .jpeg: size * 1024 + 1_048_576
      case .pnm: size * 8
      }
    }

    /// For libvips; nil where it is not asked.
    var code: cv_format? {
      switch self {
      case .png: CV_PNG
      case .jpeg: CV_JPEG
      case .tiff: CV_TIFF
      case .gif: nil
      case .pnm: CV_PNM
      }
    }
  }

  public static func recognizes(_ head: [UInt8]) -> Bool { Format.allCases.contains { $0.begins(head) } }

  public static func open(_ source: FileSource, options: ReadOptions) throws(ImageError) -> OpenImage {
    let head = try source.prefix(16)
    guard let format = Format.allCases.first(where: { $0.begins(head) }) else {
      throw ImageError(
        "expected a picture, found none of the signs with which \(name) begin", at: source.name,
        remedy: "the file is damaged, or its name lies")
    }
    let file = RasterFile(source: source, format: format)
    if format == .gif { return try file.openGIF() }
    let info = try file.withDecoder { decoder throws(ImageError) in try file.checked(decoder.info) }
    let pixels = RasterPixels(file: file, info: info)
    return OpenImage(header: pixels.header, voxels: pixels, location: source.name)
  }

  /// A picture file of an image of one slice.
  ///
  /// - Parameter format: PNG (8 or 16 bits unsigned, 1 or 3 channels) or TIFF (any type of up to 32
  ///   bits).
  /// - Throws: `ImageError` when the format can't hold the image.
  public static func encode(
    _ image: StoredImage, as format: Format, isCompressed: Bool = true
  ) throws(ImageError) -> [UInt8] {
    let (size, type, channels) = (image.header.size, image.voxels.type, image.header.channels)
    let isHeld =
      switch format {
      case .png: [.uint8, .uint16].contains(type) && (channels == 1 || channels == 3)
      case .tiff: type.byteCount <= 4 && channels <= 64
      default: false
      }
    guard isHeld, let code = type.rasterCode, size.z == 1, size.x <= 1 << 20, size.y <= 1 << 20 else {
      throw ImageError(
        "\(format.rawValue) does not take \(channels) channels of \(size.x)×\(size.y)×\(size.z) \(type.rawValue)",
        remedy: "choose PNG for 8 or 16 bits and one slice, or TIFF")
    }
    let pixelBytes = channels * type.byteCount
    var samples = [UInt8](repeating: 0, count: size.voxelCount * pixelBytes)
    try samples.withMutableBytes { target throws(ImageError) in
      image.voxels.withUnsafeBytes { source in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        FileVoxels.interleave(
          from: from, elementBytes: type.byteCount, components: channels, count: size.voxelCount, into: to,
          plane: size.voxelCount)
      }
    }
    return try RasterDecoder.encode(
      samples, width: size.x, height: size.y, channels: channels, type: code, format: format,
      isCompressed: isCompressed)
  }
}

extension VoxelType {
  var rasterCode: cv_type? {
    switch self {
    case .uint8: CV_UINT8
    case .int8: CV_INT8
    case .uint16: CV_UINT16
    case .int16: CV_INT16
    case .uint32: CV_UINT32
    case .int32: CV_INT32
    case .float32: CV_FLOAT32
    case .float64: CV_FLOAT64
    case .uint64, .int64: nil
    }
  }

  static func ofRaster(_ code: Int32) -> VoxelType? {
    allCases.first { $0.rasterCode.map { Int32(bitPattern: $0.rawValue) } == code }
  }
}
