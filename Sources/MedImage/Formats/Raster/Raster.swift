import CVips
import MedVoxel

/// Pictures: PNG, JPEG, JPEG 2000, WebP and PNM through libvips; TIFF, GIF and BMP.
///
/// - Shape: `[C, I, J, K]`; I runs to the right, J down. Colors are three channels, with an opacity four; other bands
///   are channels too. Pages of a TIFF that are alike are slices, or channels and times where ImageJ or OME say so;
///   frames of an animation are times. `ReadOptions.page` takes one of them. Palettes become colors, or one
///   channel where all their colors are gray. Bits and half bytes of PNG become 0 to 255, as viewers show them; TIFF's
///   numbers are as stored, and so are 16-bit and floating-point values.
/// - Geometry: a picture knows no body, so `hasGeometry` is false. As in DICOM images without a position, the right of
///   the picture is taken as the patient's left and its lower end as posterior. The spacing follows the resolution
///   where the file gives one; else it is 1 mm.
/// - EXIF orientation is noted and not applied.
public enum Raster: ImageCodec {
  public static let name = "PNG/JPEG/JPEG 2000/WebP/TIFF/GIF/BMP/PNM"
  public static let suffixes = Format.allCases.flatMap(\.suffixes)

  /// The kinds of pictures.
  public enum Format: String, CaseIterable, Sendable {
    case png = "PNG"
    case jpeg = "JPEG"
    case tiff = "TIFF"
    case gif = "GIF"
    case bmp = "BMP"
    case pnm = "PNM"
    case jpeg2000 = "JPEG 2000"
    case webp = "WebP"
  }

  public static func recognizes(_ head: [UInt8]) -> Bool { Format.allCases.contains { $0.begins(head) } }

  public static func open(_ source: FileSource, options: ReadOptions) throws(ImageError) -> OpenImage {
    let head = try source.prefix(64)
    guard let format = Format.allCases.first(where: { $0.begins(head) }) else {
      throw ImageError(
        "expected a picture, found none of the signs with which \(name) begin", at: source.name,
        remedy: "the file is damaged, or its name lies")
    }
    if [.tiff, .jpeg].contains(format), OpenSlideReader.recognizes(source) {
      return try WholeSlide.open(source, options: options)
    }
    if format == .tiff { return try TIFF.open(source, options: options) }
    let file = RasterFile(source: source, format: format, page: options.page ?? 0)
    switch format {
    case .gif: return try file.openGIF(options)
    case .bmp: return try file.openBMP()
    case .webp: break
    default:
      guard file.page == 0 else {
        throw ImageError(
          "a \(format.rawValue) has one page, page \(file.page) is asked for", at: source.name,
          remedy: "ask for page 0", cause: .usage)
      }
    }
    let claim = try file.claim()
    let info = try file.withDecoder { decoder throws(ImageError) in try file.checked(decoder.info, claim) }
    let pixels = RasterPixels(file: file, info: info)
    return OpenImage(header: pixels.header, voxels: pixels, location: source.name)
  }
}

extension Raster.Format {
  var suffixes: [String] {
    switch self {
    case .png: [".png"]
    case .jpeg: [".jpg", ".jpeg"]
    case .tiff: [".tif", ".tiff"]
    case .gif: [".gif"]
    case .bmp: [".bmp"]
    case .pnm: [".pnm", ".pbm", ".pgm", ".ppm"]
    case .jpeg2000: [".jp2", ".j2k", ".jpc", ".j2c", ".jpf", ".jpx"]
    case .webp: [".webp"]
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
    case .bmp: BMP.recognizes(head)
    case .pnm:
      head.count > 2 && head[0] == 0x50 && (0x31...0x36).contains(head[1])
        && (head[2] == 0x20 || (0x09...0x0d).contains(head[2]) || head[2] == 0x23)
    case .jpeg2000:
      head.starts(with: [0xff, 0x4f, 0xff, 0x51])
        || head.starts(with: [0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20, 0x0d, 0x0a, 0x87, 0x0a])
    case .webp:
      head.count >= 16 && head.starts(with: Array("RIFF".utf8)) && head[8..<12].elementsEqual("WEBP".utf8)
    }
  }

  /// The most bytes that a file of so many can hold.
  ///
  /// Deflate makes 1032 of one, for pixels of a bit where there are such. LZW's 12-bit codes stand for runs of up to
  /// 4096 colors, and a frame may leave most of its canvas empty. A JPEG spends a bit on a block of 64 pixels, of
  /// which every other may be a quarter of a channel. JPEG 2000 and WebP spend next to nothing on even pictures.
  func largestContent(_ fileSize: Int) -> Double {
    let size = Double(fileSize)
    return switch self {
    case .png: size * 1032 * 8
    case .tiff: size * 1032 * 8 + 67_108_864
    case .gif: size * 2731 * 3 + 16_777_216
    case .jpeg: size * 1024 + 1_048_576
    case .bmp: size * 128 * 3 + 1_048_576
    case .pnm: size * 8
    case .jpeg2000, .webp: size * 4096 + 67_108_864
    }
  }

  /// For libvips; nil where it is not asked.
  var code: cv_format? {
    switch self {
    case .png: CV_PNG
    case .jpeg: CV_JPEG
    case .tiff: CV_TIFF
    case .gif, .bmp: nil
    case .pnm: CV_PNM
    case .jpeg2000: CV_JPEG2000
    case .webp: CV_WEBP
    }
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
