import CDeflate
import MedVoxel

/// MATLAB's `.mat` files: level 5 (versions 5 to 7) and level 4; version 7.3 is HDF5.
///
/// Arrays of numbers of every class, plain and compressed, in either byte order, also those in structs and
/// cells: `ReadOptions.variable` names one as MATLAB does, "img", "data.image" or "c{2}". The axes are I, J, K
/// in MATLAB's order, all others become channels; the file says nothing of geometry.
///
/// Source: "MAT-File Format" (MathWorks).
public enum MATLAB: ImageCodec {
  public static let name = "MATLAB"
  public static let suffixes = [".mat"]
  private static let headerSize = 128

  public static func recognizes(_ head: [UInt8]) -> Bool { isLevel5(head) || MATLevel4.recognizes(head) }

  /// Whether it is the head of version 7.3, whose version is 2.
  static func isHDF5(_ head: [UInt8]) -> Bool {
    head.count >= headerSize && head.starts(with: Array("MATLAB".utf8)) && (head[124] == 2 || head[125] == 2)
  }

  private static func isLevel5(_ head: [UInt8]) -> Bool {
    guard head.count >= headerSize, !isHDF5(head) else { return false }
    return (head[126...127].elementsEqual("IM".utf8) && head[125] == 1)
      || (head[126...127].elementsEqual("MI".utf8) && head[124] == 1)
  }

  public static func open(_ source: FileSource, options: ReadOptions) throws(ImageError) -> OpenImage {
    let head = try source.prefix(headerSize)
    // What is compressed as a whole is inflated once.
    let source =
      source.isCompressed ? try FileSource(memory: source.bytes(from: 0), name: source.name) : source
    guard isLevel5(head) else { return try MATLevel4.open(source, options: options) }
    let isBig = head[126...127].elementsEqual("MI".utf8)
    let arrays = try arrays(source, isBigEndian: isBig)
    let index = try VariableChoice.index(arrays.map(\.named), wanted: options.variable, at: source.name)
    let array = arrays[index]
    guard case .numbers(let type) = array.kind else {
      throw ImageError("\(array.name) is no array of numbers", at: source.name)
    }
    var shape = array.shape
    while shape.count > 3, shape.last == 1 { shape.removeLast() }
    let count = shape.reduce(array.isComplex ? 2 : 1) { $0.multipliedReportingOverflow(by: $1).partialValue }
    // Each value takes a byte at least.
    let room =
      switch array.place {
      case .plain(let range): range.count
      case .packed(_, let count): count
      }
    let isTooMuch = shape.reduce(Optional(1)) { product, axis in
      product.flatMap {
        let (value, over) = $0.multipliedReportingOverflow(by: axis); return over ? nil : value
      }
    }
    guard isTooMuch != nil, count >= 0, count <= room else {
      throw source.tooShort(isTooMuch == nil ? Int.max : count, found: room)
    }
    var header = ImageHeader(
      format: "MATLAB 5", shape: shape, components: array.isComplex ? .complex : .scalar, type: type,
      affine: .identity, hasGeometry: false)
    header.facts = facts(array.named, head)
    header.notes.append("the file has no geometry: position, spacing and orientation are made up")
    return OpenImage(
      header: header, voxels: MATVoxels(source: source, array: array, isBigEndian: isBig),
      location: "\(source.name), \(array.name)")
  }

  private static func facts(_ array: NamedArray, _ head: [UInt8]) -> [ImageHeader.Fact] {
    [
      .init("variable", array.name), .init("class", array.type),
      .init("header", MetaImageHeader.trimmed(head.prefix(116).prefix { $0 != 0 })),
    ]
  }

  private static func arrays(_ source: FileSource, isBigEndian: Bool) throws(ImageError) -> [MATArray] {
    var arrays: [MATArray] = []
    var position = headerSize
    while position <= source.fileSize - 8 {
      let tagBytes = try bytes(source, position..<position + 8)
      let reader = ByteReader(bytes: tagBytes, isBigEndian: isBigEndian)
      let (type, count) = (Int(reader.integer(0, as: UInt32.self)), Int(reader.integer(4, as: UInt32.self)))
      let range = position + 8..<position + 8 + count
      guard range.upperBound <= source.fileSize else {
        throw source.tooShort(range.upperBound, found: source.fileSize)
      }
      let place: MATArray.Place
      switch type {
      case 14: place = .plain(range)
      case 15: place = .packed(range, try packedLength(source, range, isBigEndian))
      default:
        throw ImageError(
          "the MAT-file is damaged: expected a variable, found type \(type)",
          at: "\(source.name), byte \(position)",
          remedy: "get the file again from its source")
      }
      // The head is enough, but for structs and cells.
      let headBytes = try head(of: place, source)
      var walk = MATWalk(
        MATElements(headBytes, isBigEndian: isBigEndian, name: source.name), place: place,
        isPartial: headBytes.count < length(place))
      if try !walk.visit(body(place), nil) {
        let content = try content(of: place, source)
        walk = MATWalk(
          MATElements([UInt8](content.bytes), isBigEndian: isBigEndian, name: source.name), place: place,
          isPartial: false)
        try walk.visit(body(place), nil)
      }
      // Variables without a name are MATLAB's own.
      arrays += walk.arrays.filter { !$0.name.isEmpty && !$0.name.hasPrefix(".") && !$0.name.hasPrefix("(") }
      position = range.upperBound
    }
    return arrays
  }

  /// The bytes of a variable's element: with its tag where it is packed, its data alone where it is plain.
  private static func length(_ place: MATArray.Place) -> Int {
    switch place {
    case .plain(let range): range.count
    case .packed(_, let count): count
    }
  }

  private static func body(_ place: MATArray.Place) -> Range<Int> {
    switch place {
    case .plain(let range): 0..<range.count
    case .packed(_, let count): 8..<count
    }
  }

  private static func bytes(_ source: FileSource, _ range: Range<Int>) throws(ImageError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: range.count)
    let count = try bytes.withMutableBytes { target throws(ImageError) in
      try source.read(at: range.lowerBound, into: target)
    }
    guard count == range.count else { throw source.tooShort(range.upperBound, found: source.fileSize) }
    return bytes
  }

  private static func head(of place: MATArray.Place, _ source: FileSource) throws(ImageError) -> [UInt8] {
    switch place {
    case .plain(let range):
      return try bytes(source, range.lowerBound..<range.lowerBound + min(range.count, 4096))
    case .packed(let range, let count):
      let packed = try bytes(source, range.lowerBound..<range.lowerBound + min(range.count, 16 << 10))
      return try MATElements.prefix(of: packed, count: min(count, 4096), of: source)
    }
  }

  /// The length of the element in a zlib stream, by its tag.
  private static func packedLength(
    _ source: FileSource, _ range: Range<Int>, _ isBigEndian: Bool
  ) throws(ImageError) -> Int {
    let packed = try bytes(source, range.lowerBound..<range.lowerBound + min(range.count, 1024))
    let tag = try MATElements.prefix(of: packed, count: 8, of: source)
    let reader = ByteReader(bytes: tag, isBigEndian: isBigEndian)
    guard tag.count == 8, reader.integer(0, as: UInt32.self) == 14 else {
      throw ImageError(
        "the MAT-file is damaged: expected a packed array", at: "\(source.name), byte \(range.lowerBound)",
        remedy: "get the file again from its source")
    }
    let count = Int(reader.integer(4, as: UInt32.self)) + 8
    guard count / 1032 <= range.count else { throw source.tooShort(count, found: range.count) }
    return count
  }

  static func content(of place: MATArray.Place, _ source: FileSource) throws(ImageError) -> RawBytes {
    let result = try RawBytes(count: length(place), for: source.name)
    let memory = UnsafeMutableRawBufferPointer(rebasing: result.mutable[0..<result.count])
    switch place {
    case .plain(let range):
      guard try source.read(at: range.lowerBound, into: memory) == range.count else {
        throw source.tooShort(range.upperBound, found: source.fileSize)
      }
    case .packed(let range, _):
      let packed = try bytes(source, range)
      try packed.withBytes { bytes throws(ImageError) in
        try Deflate.inflate(bytes, skip: 0, into: memory, of: source)
      }
    }
    return result
  }
}
