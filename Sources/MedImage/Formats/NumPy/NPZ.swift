public import Foundation
import MedVoxel

/// NumPy's `.npz`: a ZIP file of `.npy` arrays, stored or deflated.
///
/// The only array is read, or the one that `ReadOptions.variable` names. Where a file has an array of 4×4 numbers
/// named "affine", it leads from the array's indices to RAS+ millimeters. The writer's array is "arr_0", NumPy's own
/// name for the first one, beside it "affine" where the image has a geometry.
public enum NPZ: WritableImageCodec {
  public static let name = "NumPy archive"
  public static let suffixes = [".npz"]
  public static let writtenSuffixes = [".npz"]
  public static let holds: ImageContent = [.geometry, .complex, .doubles]
  private static let affineName = "affine"

  /// A ZIP file whose first entry is an array.
  public static func recognizes(_ head: [UInt8]) -> Bool {
    guard head.count > 30, ZipArchive.recognizes(head) else { return false }
    let length = Int(head[26]) | Int(head[27]) << 8
    return head.count >= 30 + length && head[30..<30 + length].reversed().starts(with: ".npy".utf8.reversed())
  }

  public static func open(_ source: FileSource, options: ReadOptions) throws(ImageError) -> OpenImage {
    let archive = try ZipArchive(source)
    let entries = archive.entries.filter { $0.name.hasSuffix(".npy") }
    let names = entries.map { String($0.name.dropLast(4)) }
    var inner = options
    inner.variable = nil
    // What can be told by names alone needs no look at the arrays.
    let others = names.indices.filter { names[$0] != affineName }
    var index = options.variable == nil && others.count == 1 ? others[0] : nil
    if let wanted = options.variable { index = names.firstIndex(of: wanted) }
    if index == nil {
      var arrays: [NamedArray] = []
      for (entry, name) in zip(entries, names) { arrays.append(try named(entry, name, archive, inner)) }
      index = try VariableChoice.index(arrays, wanted: options.variable, at: source.name)
    }
    guard let index else { throw ImageError("the archive holds no array", at: source.name) }
    var image = try NumPy.open(archive.content(of: entries[index]), options: inner)
    image.header.format = name
    image.header.facts.insert(.init("variable", names[index]), at: 0)
    if let place = names.firstIndex(of: affineName), place != index,
      let affine = try affine(archive.content(of: entries[place]))
    {
      (image.header.affine, image.header.hasGeometry) = (affine, true)
      image.header.notes = []
    }
    return image
  }

  private static func named(
    _ entry: ZipArchive.Entry, _ name: String, _ archive: ZipArchive, _ options: ReadOptions
  ) throws(ImageError) -> NamedArray {
    let content = try archive.content(of: entry)
    do throws(ImageError) {
      let header = try NumPy.open(content, options: options).header
      let type = header.components == .complex ? "complex \(header.type.rawValue)" : header.type.rawValue
      return NamedArray(name: name, shape: header.shape, type: type)
    } catch {
      return NamedArray(
        name: name, shape: [], type: "array", obstacle: error.problems.first?.statement ?? "it is not read")
    }
  }

  /// The matrix, where the array is one and can be a geometry.
  private static func affine(_ source: FileSource) throws(ImageError) -> Affine? {
    guard let image = try? NumPy.open(source, options: ReadOptions()), image.header.shape == [4, 4],
      image.header.components == .scalar
    else { return nil }
    let stored = try image.stored().voxels
    let rows = (0..<4).map { row in (0..<4).map { stored.value(at: row + 4 * $0) } }
    let affine = Affine(rows: rows)
    return rows[3] == [0, 0, 0, 1] && !affine.isSingular ? affine : nil
  }

  /// Writes "arr_0" in Fortran order, so that its axes are I, J, K and the channels after them, and "affine".
  ///
  /// - Throws: `ImageError` for a scaling that the stored type can't take in.
  public static func write(
    _ image: StoredImage, to url: URL, options: WriteOptions = WriteOptions()
  ) throws(ImageError) {
    let (head, elements) = try NumPy.encoded(image, as: name, at: url, options: options)
    var file = try AtomicFile<ImageError>(replacing: url.path)
    var archive = ZipWriter(level: options.compression)
    try elements.withUnsafeBytes { bytes throws(ImageError) in
      try archive.add("arr_0.npy", [UInt8](bytes).withHead(head), to: &file)
    }
    if image.header.hasGeometry {
      let text = "{'descr': '<f8', 'fortran_order': False, 'shape': (4, 4), }"
      var matrix = ByteWriter(count: 128)
      for (index, value) in image.header.affine.rows.joined().enumerated() {
        matrix.double(value, at: 8 * index)
      }
      try archive.add("\(affineName).npy", NumPy.fileHead(text) + matrix.bytes, to: &file)
    }
    try file.write(archive.directory())
    try file.commit()
  }
}

extension [UInt8] {
  fileprivate func withHead(_ head: [UInt8]) -> [UInt8] { head + self }
}
