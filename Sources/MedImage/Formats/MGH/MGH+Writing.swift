public import Foundation
import MedVoxel

extension MGH {
  /// The types that every version of FreeSurfer reads, by their numbers.
  private static let writtenTypes: [(type: VoxelType, code: Int32)] = [
    (.uint8, 0), (.int16, 4), (.int32, 1), (.float32, 3),
  ]

  /// Writes `.mgh`, or `.mgz` under gzip. Channels and time points become frames.
  ///
  /// Types that the format lacks go into the smallest of its own that holds the values.
  ///
  /// - Throws: `ImageError` for complex voxels, for axes beyond 2³¹ − 1, for values that none of the format's types
  ///   holds, and where the file can't be written; nothing is left behind.
  public static func write(
    _ image: StoredImage, to url: URL, options: WriteOptions = WriteOptions()
  ) throws(ImageError) {
    let image = try held(image.unscaled(in: options.type, for: name, at: url.path), at: url.path)
    let header = image.header
    guard header.components != .complex else {
      throw ImageError(
        "MGH has no complex voxels", at: url.path, remedy: "write .nii.gz or .npy", cause: .usage)
    }
    guard ([header.channels] + header.shape).allSatisfy({ $0 <= Int(Int32.max) }) else {
      throw ImageError(
        "MGH holds axes up to \(Int32.max), found \(header.shape)", at: url.path, cause: .usage)
    }
    let head = encoded(header)
    let voxels = image.voxels.inByteOrder(isBigEndian: true)
    let isCompressed = url.lastPathComponent.lowercased().hasSuffix(".mgz")
    try voxels.withUnsafeBytes { bytes throws(ImageError) in
      var file = try AtomicFile<ImageError>(replacing: url.path)
      if isCompressed {
        let level = options.compression
        let first = try head.withBytes { bytes throws(ImageError) in
          try GzipWriter.compress(bytes, level: level)
        }
        for member in try first + GzipWriter.compress(bytes, level: level) { try file.write(member) }
      } else {
        try file.write(head)
        try file.write(bytes)
      }
      try file.commit()
    }
  }

  /// The image in one of the format's types.
  private static func held(_ image: StoredImage, at path: String) throws(ImageError) -> StoredImage {
    let type = image.voxels.type
    if writtenTypes.contains(where: { $0.type == type }) { return image }
    let range = image.voxels.range()
    let fitting = writtenTypes.first {
      $0.type == .float32
        || (range.isWhole && range.isFinite && $0.type.holds(range.lowest) && $0.type.holds(range.highest))
    }
    guard let fitting, fitting.type != .float32 || type == .float64 else {
      throw ImageError(
        "MGH's types hold whole numbers up to \(Int32.max), found \(range.lowest) to \(range.highest)",
        at: path,
        remedy: "write .nii.gz, or choose float32", cause: .usage)
    }
    return try image.converted(to: fitting.type)
  }

  private static func encoded(_ header: ImageHeader) -> [UInt8] {
    var writer = ByteWriter(count: headerSize, isBigEndian: true)
    let size = header.size
    let code = writtenTypes.first { $0.type == header.type }?.code ?? 3
    let numbers = [1, size.x, size.y, size.z, header.channels].map { Int32(clamping: $0) } + [code, 0]
    for (index, number) in numbers.enumerated() { writer.integer(number, at: 4 * index) }
    writer.integer(Int16(1), at: 28)
    let (affine, spacing) = (header.affine, header.affine.spacing)
    let columns = [affine.columns.i / spacing.x, affine.columns.j / spacing.y, affine.columns.k / spacing.z]
    let middle = affine([Double(size.x) / 2, Double(size.y) / 2, Double(size.z) / 2])
    let values = [spacing] + columns + [middle]
    for (index, vector) in values.enumerated() {
      for axis in 0..<3 { writer.float(vector[axis], at: 30 + 12 * index + 4 * axis) }
    }
    return writer.bytes
  }
}

extension StoredVoxels {
  /// The same elements, with the bytes of each in the order of a big-endian or a little-endian file.
  func inByteOrder(isBigEndian: Bool) -> StoredVoxels {
    guard type.byteCount > 1, isBigEndian != isHostBigEndian else { return self }
    let type = type
    return .filled(type: type, channels: channels, size: size) { target in
      withUnsafeBytes { source in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        // SAFETY: the pieces write disjoint memory.
        nonisolated(unsafe) let (input, output) = (from, to)
        Parallel.forEachChunk(of: source.count / type.byteCount, chunk: 1 << 16) { range in
          let offset = range.lowerBound * type.byteCount
          FileVoxels.native(
            from: input + offset, type: type, isSwapped: true, count: range.count, into: output + offset)
        }
      }
    }
  }
}
