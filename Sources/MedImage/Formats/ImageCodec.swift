public import Foundation
public import MedVoxel

/// A file format. A new one is one file with a conforming type and a line in `ImageFile.codecs`.
public protocol ImageCodec: Sendable {
  /// The format's name in messages.
  static var name: String { get }
  /// The file names' usual ends, without gzip's: ".nii".
  static var suffixes: [String] { get }

  /// Whether the content looks like this format.
  /// - Parameter head: the first bytes of the content (inflated), up to 1 KiB.
  static func recognizes(_ head: [UInt8]) -> Bool

  /// Reads the header only.
  /// - Throws: `ImageError` with all that is wrong with it.
  static func open(_ source: FileSource, options: ReadOptions) throws(ImageError) -> OpenImage
}

/// A file format that is written too.
public protocol WritableImageCodec: ImageCodec {
  /// The ends of names that choose this format for writing.
  static var writtenSuffixes: [String] { get }
  /// What its files have a place for; `ImageFile.losses` tells the rest before it is lost.
  static var holds: ImageContent { get }

  /// - Throws: `ImageError` when the format can't hold the image, or the file can't be written; nothing is left
  ///   behind.
  static func write(_ image: StoredImage, to url: URL, options: WriteOptions) throws(ImageError)
}

/// Choices in reading; most formats need none.
public struct ReadOptions: Hashable, Sendable {
  /// Which DICOM series to read where a folder has several.
  public var series: String?
  /// The page of a TIFF, or the frame of an animation or a video, from 0; nil reads all that are alike.
  public var page: Int?
  /// The level of a whole slide, from 0, the finest.
  public var level: Int?
  /// The grid onto which segments and contours are put: that of the series they were drawn on.
  public var reference: Grid?
  /// The array to read of a file that holds several by name, such as "img" or "data.image".
  public var variable: String?
  /// Whether a recording that was cut off (PAR/REC) is read as far as its volumes are whole; else it is refused.
  public var permitsTruncated: Bool
  /// What becomes of DICOM's mosaics, palettes and PET values.
  public var dicom: DICOMOptions

  public init(
    series: String? = nil, page: Int? = nil, level: Int? = nil, reference: Grid? = nil,
    variable: String? = nil,
    permitsTruncated: Bool = false, dicom: DICOMOptions = DICOMOptions()
  ) {
    self.series = series
    self.page = page
    self.level = level
    self.reference = reference
    self.dicom = dicom
    self.variable = variable
    self.permitsTruncated = permitsTruncated
  }
}

/// An image whose header is read and whose voxels wait in the file.
public struct OpenImage: Sendable {
  public var header: ImageHeader
  var voxels: any VoxelSource
  var location: String

  init(header: ImageHeader, voxels: any VoxelSource, location: String) {
    self.header = header
    self.voxels = voxels
    self.location = location
  }

  /// Stored values in the stored type.
  public func stored() throws(ImageError) -> StoredImage {
    try StoredImage(header: header, voxels: voxels.stored(header))
  }

  /// Real values in single precision.
  public func scalarImage() throws(ImageError) -> ScalarImage {
    try ScalarImage(voxels: voxels.floats(header), affine: header.affine)
  }

  /// Class numbers.
  /// - Throws: `ImageError` that names the first voxel whose value is no whole number from 0 to 65,535.
  public func labelMap() throws(ImageError) -> LabelMap {
    guard header.channels == 1 else {
      throw ImageError(
        "expected a label map with one channel, found \(header.channels)", at: location,
        remedy: "choose one volume of the series, or read the file as a scan")
    }
    return try LabelMap(voxels: labels(), affine: header.affine)
  }

  private func labels() throws(ImageError) -> VoxelBuffer<UInt16> {
    let stored = try voxels.stored(header)
    if header.rescale.isIdentity, case .uint16(let voxels) = stored { return voxels }
    let offenders = LockedMinimum()
    let type = header.type
    let buffer = VoxelBuffer<UInt16>(size: header.size) { target in
      guard let out = target.baseAddress else { return }
      // SAFETY: the pieces write disjoint memory.
      nonisolated(unsafe) let output = out
      stored.withUnsafeBytes { bytes in
        guard let input = bytes.baseAddress else { return }
        Parallel.forEachChunk(of: target.count, chunk: 1 << 16) { range in
          let bad = FileVoxels.labels(
            from: input + range.lowerBound * type.byteCount, type: type, count: range.count,
            rescale: header.rescale, into: output + range.lowerBound)
          if let bad { offenders.update(range.lowerBound + bad) }
        }
      }
    }
    if let index = offenders.value {
      let value = header.rescale(stored.value(at: index))
      let (i, rest) = (index % header.size.x, index / header.size.x)
      throw ImageError(
        "expected whole class numbers from 0 to 65535, found \(value) at voxel "
          + "(\(i), \(rest % header.size.y), \(rest / header.size.y))", at: location,
        remedy: "is this a scan rather than a label map?")
    }
    return buffer
  }
}

/// Where the voxels of an open image come from.
protocol VoxelSource: Sendable {
  func stored(_ header: ImageHeader) throws(ImageError) -> StoredVoxels
  /// A part of the image, which lies inside of it.
  func stored(_ header: ImageHeader, in region: ImageRegion) throws(ImageError) -> StoredVoxels
  func floats(_ header: ImageHeader) throws(ImageError) -> VoxelBuffer<Float>
}

extension VoxelSource {
  func floats(_ header: ImageHeader) throws(ImageError) -> VoxelBuffer<Float> {
    try StoredImage(header: header, voxels: stored(header)).scalarImage().voxels
  }
}
