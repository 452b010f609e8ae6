public import Foundation
import MedVoxel

/// NumPy's `.npy`: one array, in C or Fortran order, either byte order.
///
/// Source: the NPY format specification (numpy.org), versions 1 to 3. Array axes are I, J, K in their order, all
/// others become channels; the file says nothing of geometry.
public enum NumPy: WritableImageCodec {
  public static let name = "NumPy"
  public static let suffixes = [".npy"]
  public static let writtenSuffixes = [".npy"]
  public static let holds: ImageContent = [.complex, .doubles]
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  public static func recognizes(_ head: [UInt8]) -> Bool { head.starts(with: magic) }

  public static func open(_ source: FileSource, options: ReadOptions) throws(ImageError) -> OpenImage {
    let (text, offset) = try headerText(source)
    let array = try ArrayHeader(text, at: source.name)
    var sizes = array.shape.isEmpty ? [1] : array.shape
    while sizes.count > 3, sizes.last == 1 { sizes.removeLast() }
    let components = array.components
    // The file's axes, the fastest first: the parts of complex numbers, then the array's.
    let parts = components == .complex ? [2] : []
    let axes = parts + (array.isFortran ? sizes : sizes.reversed())
    let indices = sizes.indices.map { (array.isFortran ? $0 : sizes.count - 1 - $0) + parts.count }
    let order = Array(indices.prefix(3)) + (parts.isEmpty ? [] : [0]) + Array(indices.dropFirst(3))
    guard
      axes.reduce(
        Optional(array.type.byteCount),
        { count, axis in
          guard let (product, overflow) = count?.multipliedReportingOverflow(by: axis) else { return nil }
          return overflow ? nil : product
        }) != nil
    else {
      throw ImageError("the header claims \(sizes) values, more than any file holds", at: source.name)
    }
    var header = ImageHeader(
      format: name, shape: sizes, components: components, type: array.type,
      affine: .identity, hasGeometry: false)
    header.facts = [
      .init("descr", array.descr), .init("fortran_order", array.isFortran ? "True" : "False"),
      .init("shape", "(\(array.shape.map(String.init).joined(separator: ", ")))"),
    ]
    header.notes.append("NumPy files have no geometry: position, spacing and orientation are made up")
    let voxels = PartedVoxels(
      parts: [
        VoxelPart(place: .opened(source), offset: offset, encoding: .raw)
      ], isSwapped: array.type.byteCount > 1 && array.isBigEndian != isHostBigEndian, axes: axes,
      order: order, location: source.name)
    try voxels.check(array.type)
    return OpenImage(header: header, voxels: try voxels.inOnePiece ?? voxels, location: source.name)
  }

  /// The header's Python text, and where the values begin.
  private static func headerText(_ source: FileSource) throws(ImageError) -> (String, Int) {
    let head = try source.prefix(12)
    guard head.count >= 10, recognizes(head), (1...3).contains(head[6]), head[6] == 1 || head.count == 12
    else {
      throw ImageError(
        "expected a NumPy header of version 1, 2 or 3, found something else", at: source.name,
        remedy: "the file is truncated, or no .npy")
    }
    let reader = ByteReader(bytes: head, isBigEndian: false)
    let start = head[6] == 1 ? 10 : 12
    let count =
      head[6] == 1 ? Int(reader.integer(8, as: UInt16.self)) : Int(reader.integer(8, as: UInt32.self))
    guard count <= 1 << 20 else {
      throw ImageError("the header claims a text of \(count) bytes, expected 1 MiB at most", at: source.name)
    }
    let bytes = try source.prefix(start + count)
    guard bytes.count == start + count else { throw source.tooShort(start + count, found: bytes.count) }
    return (String(decoding: bytes[start...], as: UTF8.self), start + count)
  }

  /// Writes `.npy` in Fortran order, so that the array's axes are I, J, K and the channels after them.
  ///
  /// The affine is lost: the format has no place for it.
  ///
  /// - Throws: `ImageError` for a scaling that the stored type can't take in.
  public static func write(
    _ image: StoredImage, to url: URL, options: WriteOptions = WriteOptions()
  ) throws(ImageError) {
    let (head, elements) = try encoded(image, as: name, at: url, options: options)
    try elements.withUnsafeBytes { bytes throws(ImageError) in
      var file = try AtomicFile<ImageError>(replacing: url.path)
      try file.write(head)
      try file.write(bytes)
      try file.commit()
    }
  }

  /// The header of an `.npy` file, and the elements that follow it.
  static func encoded(
    _ image: StoredImage, as name: String, at url: URL, options: WriteOptions
  ) throws(ImageError) -> (head: [UInt8], elements: StoredVoxels) {
    let image = try image.unscaled(in: options.type, for: name, at: url.path)
    let header = image.header
    let isComplex = header.components == .complex
    guard !isComplex || header.type == .float32 || header.type == .float64 else {
      throw ImageError(
        "NumPy has no complex numbers of \(header.type.rawValue)", at: url.path,
        remedy: "choose float32", cause: .usage)
    }
    let size = header.size
    var shape = [size.x, size.y, size.z]
    if header.components == .rgb || header.components == .rgba { shape.append(header.components.count) }
    shape += header.shape.dropFirst(3)
    let kind = isComplex ? "c" : header.type.numPyKind
    let order = header.type.byteCount == 1 ? "|" : isHostBigEndian ? ">" : "<"
    let descr = "\(order)\(kind)\(header.type.byteCount * (isComplex ? 2 : 1))"
    var text = "{'descr': '\(descr)', 'fortran_order': True, 'shape': ("
    text += shape.map { "\($0)," }.joined(separator: " ") + "), }"
    return (fileHead(text), isComplex ? image.interleavedVoxels() : image.voxels)
  }

  /// Version 1, padded so that the elements begin at a multiple of 64 bytes.
  static func fileHead(_ text: String) -> [UInt8] {
    let count = (10 + text.utf8.count + 1 + 63) / 64 * 64 - 10
    var head = ByteWriter(count: 4)
    head.integer(UInt16(1), at: 0)
    head.integer(UInt16(clamping: count), at: 2)
    let padding = String(repeating: " ", count: count - text.utf8.count - 1)
    return magic + head.bytes + Array((text + padding + "\n").utf8)
  }
}

extension VoxelType {
  fileprivate var numPyKind: String {
    switch self {
    case .uint8, .uint16, .uint32, .uint64: "u"
    case .int8, .int16, .int32, .int64: "i"
    case .float32, .float64: "f"
    }
  }
}
