public import Foundation
import MedVoxel

/// Reading and writing image files of any known format.
public enum ImageFile {
  /// The formats, in the order in which content is tried.
  static let codecs: [any ImageCodec.Type] = [
    NIfTI.self, Analyze.self, DICOM.self, MGH.self, MetaImage.self, NRRD.self, NumPy.self, NPZ.self,
    AFNI.self,
    PARREC.self, ECAT.self, MINC.self, HDF5.self, MATLAB.self, Raster.self, WholeSlide.self, AVI.self,
  ]
  /// Those that are written too.
  static let writers: [any WritableImageCodec.Type] = [
    NIfTI.self, MetaImage.self, NRRD.self, MGH.self, NumPy.self, NPZ.self, TIFF.self, PNGPicture.self,
    JPEGPicture.self,
  ]

  /// The writer of the format that a name's end tells.
  static func writer(for url: URL) -> (any WritableImageCodec.Type)? {
    let name = url.lastPathComponent.lowercased()
    return writers.first { $0.writtenSuffixes.contains { name.hasSuffix($0) } }
  }

  /// The ends of the names that can be written.
  public static var writtenSuffixes: [String] { writers.flatMap { $0.writtenSuffixes } }

  /// Reads the header; the voxels wait. A folder is read as DICOM slices.
  ///
  /// The format is found by the content first and the name second.
  /// - Throws: `ImageError` that names the file and what is wrong with it.
  public static func open(_ url: URL, options: ReadOptions = ReadOptions()) throws(ImageError) -> OpenImage {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue {
      return try DICOM.open(folder: url, options: options)
    }
    return try open(FileSource(url), options: options)
  }

  /// Reads the header of an image that is a file, in memory, or an archive's entry.
  /// - Throws: `ImageError` that names the source and what is wrong with it.
  public static func open(
    _ source: FileSource, options: ReadOptions = ReadOptions()
  ) throws(ImageError) -> OpenImage {
    let head = try source.prefix(1024)
    for codec in codecs where codec.recognizes(head) {
      return try codec.open(source, options: options)
    }
    if try Analyze.isVoxels(source) { return try Analyze.open(source, options: options) }
    var name = source.url.lastPathComponent.lowercased()
    if name.hasSuffix(".gz") { name.removeLast(3) }
    for codec in codecs where codec.suffixes.contains(where: { name.hasSuffix($0) }) {
      return try codec.open(source, options: options)
    }
    if ZipArchive.recognizes(head) { return try open(ZipArchive(source), options: options) }
    guard !head.isEmpty else { throw ImageError("the file is empty", at: source.name) }
    throw ImageError(
      "neither the content nor the name is of a known image format", at: source.name,
      remedy: "known are \(codecs.map { $0.name }.joined(separator: ", "))")
  }

  /// Stored values in the stored type.
  public static func read(_ url: URL, options: ReadOptions = ReadOptions()) throws(ImageError) -> StoredImage
  {
    try open(url, options: options).stored()
  }

  /// Writes the format that the name's end tells.
  /// - Throws: `ImageError` when no format has that end, the format can't hold the image, or the file can't be
  ///   written; nothing is left behind.
  public static func write(
    _ image: StoredImage, to url: URL, options: WriteOptions = WriteOptions()
  ) throws(ImageError) {
    if let writer = writer(for: url) { return try writer.write(image, to: url, options: options) }
    throw ImageError(
      "expected a name that ends in \(writtenSuffixes.joined(separator: ", "))", at: url.path,
      remedy: "name the output such as scan.nii.gz", cause: .usage)
  }
}

extension ScalarImage {
  /// Reads a scan from any known format, rescaled to real values.
  ///
  /// - Shape: time, vector components and colors become channels.
  public init(contentsOf url: URL, options: ReadOptions = ReadOptions()) throws(ImageError) {
    self = try ImageFile.open(url, options: options).scalarImage()
  }

  /// Writes the format that the name's end tells. The stored type is float32 unless the options say otherwise.
  public func write(to url: URL, options: WriteOptions = WriteOptions()) throws(ImageError) {
    try ImageFile.write(StoredImage(self), to: url, options: options)
  }
}

extension LabelMap {
  /// Reads class numbers from any known format.
  ///
  /// - Throws: `ImageError` naming the first voxel whose value is no whole number from 0 to 65,535.
  public init(contentsOf url: URL, options: ReadOptions = ReadOptions()) throws(ImageError) {
    self = try ImageFile.open(url, options: options).labelMap()
  }

  /// Writes the format that the name's end tells, in the smallest unsigned type that holds the classes, unless the options say otherwise.
  public func write(to url: URL, options: WriteOptions = WriteOptions()) throws(ImageError) {
    try ImageFile.write(StoredImage(self), to: url, options: options)
  }
}
