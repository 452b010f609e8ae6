import MedVoxel

extension Bitmap {
  /// A gray or colored picture of 8 bits, pixel by pixel; an opacity is kept.
  ///
  /// - Throws: `ImageError` for several slices, other types, and channels that are no colors.
  public init(_ image: StoredImage) throws(ImageError) {
    let (size, channels) = (image.header.size, image.header.channels)
    guard case .uint8(let voxels) = image.voxels, size.z == 1, [1, 3, 4].contains(channels) else {
      throw ImageError(
        "expected one slice of 8 bits with 1, 3 or 4 channels, found \(channels) channels of "
          + "\(describe(size)) \(image.header.type.rawValue)", cause: .usage)
    }
    var pixels = [UInt8](repeating: 255, count: 4 * size.voxelCount)
    voxels.withUnsafeBuffer { source in
      for channel in 0..<max(3, channels) {
        let start = min(channel, channels - 1) * size.voxelCount
        for pixel in 0..<size.voxelCount { pixels[4 * pixel + channel] = source[start + pixel] }
      }
    }
    self.init(width: size.x, height: size.y, pixels: pixels)
  }
}
