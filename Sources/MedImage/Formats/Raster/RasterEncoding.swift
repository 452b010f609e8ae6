import CVips
import MedVoxel

extension Raster {
  /// A picture file of an image.
  ///
  /// - Parameters:
  ///   - format: PNG (8 or 16 bits unsigned, 1 to 4 channels, one slice), TIFF (any), or JPEG (8 bits, 1 or 3 channels,
  ///     one slice).
  ///   - isCompressed: of a TIFF; without loss. PNG always is.
  ///   - quality: of a JPEG, from 1 to 100. A JPEG changes values: nothing writes it without being asked.
  /// - Throws: `ImageError` when the format can't hold the image.
  public static func encode(
    _ image: StoredImage, as format: Format, isCompressed: Bool = true, quality: Int? = nil
  ) throws(ImageError) -> [UInt8] {
    let (size, type, channels) = (image.header.size, image.voxels.type, image.header.channels)
    if format == .tiff { return try TIFFWriter(image, isCompressed: isCompressed).bytes() }
    let isHeld =
      switch format {
      case .png: [.uint8, .uint16].contains(type) && (1...4).contains(channels)
      case .jpeg: type == .uint8 && (channels == 1 || channels == 3)
      default: false
      }
    guard isHeld, let code = type.rasterCode, size.z == 1, size.x <= 65535, size.y <= 65535,
      size.voxelCount > 0
    else {
      throw ImageError(
        "\(format.rawValue) does not take \(channels) channels of \(size.x)×\(size.y)×\(size.z) \(type.rawValue)",
        remedy: "choose PNG for 8 or 16 bits and one slice, or TIFF", cause: .usage)
    }
    guard format == .png || (1...100).contains(quality ?? 0) else {
      throw ImageError(
        "expected a quality from 1 to 100 for a JPEG, found \(quality.map(String.init) ?? "none")",
        remedy: "JPEG changes values; choose PNG to keep them", cause: .usage)
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
    let spacing = image.header.affine.spacing
    return try RasterDecoder.encode(
      samples, width: size.x, height: size.y, channels: channels, type: code, format: format,
      resolution: (1 / max(spacing.x, 1e-9), 1 / max(spacing.y, 1e-9)), quality: quality ?? 0)
  }
}
