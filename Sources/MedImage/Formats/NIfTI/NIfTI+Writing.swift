public import Foundation
public import MedVoxel

/// Choices in writing an image.
public struct WriteOptions: Hashable, Sendable {
  /// The type of the stored values; nil keeps the image's own (a scan's is float32, a label map's the smallest
  /// unsigned type that holds its classes).
  public var type: VoxelType?
  public var compression: GzipWriter.Level
  /// The quality of a JPEG, from 1 to 100. It changes values, so nothing is written as JPEG without it.
  public var quality: Int?
  /// The side of a TIFF's square tiles, a multiple of 16; nil writes strips.
  public var tile: Int?

  public init(
    type: VoxelType? = nil, compression: GzipWriter.Level = .fast, quality: Int? = nil, tile: Int? = nil
  ) {
    self.type = type
    self.compression = compression
    self.quality = quality
    self.tile = tile
  }
}

extension NIfTI {
  /// Writes `.nii`, `.nii.gz`, or a pair where the name ends in `.hdr`, `.img` (and `.gz`).
  ///
  /// Sform and qform both say where the image lies. NIfTI-2 is chosen where an axis is longer than 32,767. What
  /// a NIfTI header had beyond this library's own types (description, intent, extensions, units) is kept.
  ///
  /// - Throws: `ImageError` when the name ends otherwise, or the file can't be written; nothing is left behind.
  public static func write(
    _ image: StoredImage, to url: URL, options: WriteOptions = WriteOptions()
  ) throws(ImageError) {
    let image = try options.type.map { type throws(ImageError) in try image.converted(to: type) } ?? image
    let name = url.lastPathComponent.lowercased()
    let isCompressed = name.hasSuffix(".gz")
    let stem = isCompressed ? String(name.dropLast(3)) : name
    guard let suffix = suffixes.first(where: { stem.hasSuffix($0) }) else {
      throw ImageError(
        "expected a name that ends in .nii, .nii.gz, .hdr or .img", at: url.path,
        remedy: "name the output such as scan.nii.gz", cause: .usage)
    }
    var header = try header(for: image, at: url)
    header.isPair = suffix != ".nii"
    let blocks = extensionBytes(image.header.extensions)
    header.voxOffset = header.isPair ? 0 : header.byteCount + blocks.count
    let head = header.encoded() + blocks
    let level = isCompressed ? options.compression : nil
    guard header.isPair else { return try write(head: head, image, level: level, to: url) }
    let end = isCompressed ? 7 : 4
    let base = String(url.path.dropLast(end))
    let gz = isCompressed ? ".gz" : ""
    try write(head: [], image, level: level, to: URL(fileURLWithPath: base + ".img" + gz))
    try write(head: head, nil, level: level, to: URL(fileURLWithPath: base + ".hdr" + gz))
  }

  private static func header(for image: StoredImage, at url: URL) throws(ImageError) -> NIfTIHeader {
    let facts = image.header
    guard
      let code = dataTypes.first(where: { $0.type == facts.type && $0.components == facts.components })?.code
    else {
      throw ImageError(
        "NIfTI has no data type for \(facts.components.rawValue) voxels of \(facts.type.rawValue)",
        at: url.path)
    }
    var header = facts.nifti ?? NIfTIHeader()
    header.isBigEndian = false
    header.version = facts.shape.contains { $0 > Int(Int16.max) } ? 2 : 1
    guard facts.shape.count <= 7 else {
      throw ImageError("NIfTI holds at most 7 axes, found \(facts.shape.count)", at: url.path)
    }
    header.dim = [facts.shape.count] + facts.shape + Array(repeating: 1, count: 7 - facts.shape.count)
    header.datatype = code
    header.bitpix = facts.type.byteCount * facts.components.count * 8
    (header.sclSlope, header.sclInter) = (facts.rescale.slope, facts.rescale.intercept)
    if facts.nifti == nil {
      header.xyztUnits = facts.timeStep == nil ? 2 : 2 | 8
      header.pixdim[4] = facts.timeStep ?? 1
    }
    header.setAffine(facts.affine)
    return header
  }

  /// The flag bytes and the blocks, each padded to a multiple of 16 bytes.
  private static func extensionBytes(_ extensions: [ImageHeader.Extension]) -> [UInt8] {
    guard !extensions.isEmpty else { return [0, 0, 0, 0] }
    var bytes: [UInt8] = [1, 0, 0, 0]
    for block in extensions {
      let size = (block.content.count + 8 + 15) / 16 * 16
      var head = ByteWriter(count: 8)
      head.integer(Int32(clamping: size), at: 0)
      head.integer(block.code, at: 4)
      bytes += head.bytes + block.content
      bytes += [UInt8](repeating: 0, count: size - 8 - block.content.count)
    }
    return bytes
  }

  private static func write(
    head: [UInt8], _ image: StoredImage?, level: GzipWriter.Level?, to url: URL
  ) throws(ImageError) {
    let voxels = image?.interleavedVoxels()
    var file = try AtomicFile<ImageError>(replacing: url.path)
    if !head.isEmpty {
      try head.withBytes { bytes throws(ImageError) in try write(bytes, level: level, to: &file) }
    }
    try voxels?.withUnsafeBytes { bytes throws(ImageError) in try write(bytes, level: level, to: &file) }
    try file.commit()
  }

  private static func write(
    _ bytes: UnsafeRawBufferPointer, level: GzipWriter.Level?, to file: inout AtomicFile<ImageError>
  ) throws(ImageError) {
    guard let level else { return try file.write(bytes) }
    for member in try GzipWriter.compress(bytes, level: level) { try file.write(member) }
  }
}
