import MedVoxel

/// The type of an array's or attribute's elements.
struct HDF5Type: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    case number(VoxelType, isBigEndian: Bool)
    /// Two numbers, real and imaginary part.
    case complex(VoxelType, isBigEndian: Bool)
    case text
    /// Text in the global heap.
    case variableText
    /// Addresses of objects.
    case reference
    case other(String)
  }

  var kind: Kind
  /// Bytes of an element.
  var size: Int

  init(_ cursor: inout HDF5Cursor, depth: Int = 0) throws(ImageError) {
    let head = try cursor.int(1)
    let bits = try cursor.int(3)
    size = try cursor.int(4)
    let isBig = bits & 1 != 0
    switch head & 15 {
    case 0:
      let (offset, precision) = (try cursor.int(2), try cursor.int(2))
      let isSigned = bits & 8 != 0
      let types: [Int: (VoxelType, VoxelType)] = [
        1: (.uint8, .int8), 2: (.uint16, .int16), 4: (.uint32, .int32), 8: (.uint64, .int64),
      ]
      if let pair = types[size], offset == 0, precision == size * 8 {
        kind = .number(isSigned ? pair.1 : pair.0, isBigEndian: isBig)
      } else {
        kind = .other("integers of \(precision) bits in \(size) bytes")
      }
    case 1:
      let body = Array(try cursor.take(12))
      let ieee: [Int: [UInt8]] = [4: [23, 8, 0, 23], 8: [52, 11, 0, 52]]
      if let fields = ieee[size], Array(body[4..<8]) == fields, bits & 0x40 == 0 {
        kind = .number(size == 4 ? .float32 : .float64, isBigEndian: isBig)
      } else {
        kind = .other("floats of \(size) bytes")
      }
    case 3: kind = .text
    case 6:
      kind = .other("records")
      if depth == 0, bits & 0xFFFF == 2, let parts = try Self.pair(&cursor, version: head >> 4, size: size) {
        kind = parts
      }
    case 7: kind = size == cursor.offsetSize ? .reference : .other("references to regions")
    case 8:
      // An enumeration's numbers.
      let type = depth == 0 ? try HDF5Type(&cursor, depth: 1) : nil
      kind = type?.kind ?? .other("enumerations")
    case 9: kind = bits & 15 == 1 ? .variableText : .other("lists of variable length")
    default: kind = .other("elements of class \(head & 15)")
    }
  }

  /// Two floats side by side, however they are called.
  private static func pair(_ cursor: inout HDF5Cursor, version: Int, size: Int) throws(ImageError) -> Kind? {
    var kinds: [Kind] = []
    for part in 0..<2 {
      var name = 0
      while try cursor.int(1) != 0 { name += 1 }
      if version < 3 { _ = try cursor.take(7 - name % 8) }
      let width = version < 3 ? 4 : size < 256 ? 1 : size < 65536 ? 2 : 4
      let offset = try cursor.int(width)
      if version == 1 { _ = try cursor.take(28) }
      let type = try HDF5Type(&cursor, depth: 1)
      guard offset == part * type.size, type.size * 2 == size else { return nil }
      kinds.append(type.kind)
    }
    guard kinds[0] == kinds[1], case .number(let type, let isBig) = kinds[0] else { return nil }
    return type == .float32 || type == .float64 ? .complex(type, isBigEndian: isBig) : nil
  }
}
