import MedVoxel

/// An array of a level 5 MAT-file: where it lies, and what its header says.
struct MATArray: Sendable {
  /// A variable's element in the file.
  enum Place: Sendable {
    /// As it is: the data of a miMATRIX.
    case plain(Range<Int>)
    /// A zlib stream, and the length of the element in it, with its tag.
    case packed(Range<Int>, Int)
  }

  enum Kind: Hashable, Sendable {
    case numbers(VoxelType)
    case text, sparse, other(String)

    /// From the class of an array.
    init(_ code: Int) {
      let numbers: [Int: VoxelType] = [
        6: .float64, 7: .float32, 8: .int8, 9: .uint8, 10: .int16, 11: .uint16, 12: .int32, 13: .uint32,
        14: .int64, 15: .uint64,
      ]
      if let type = numbers[code] {
        self = .numbers(type)
      } else {
        let names = [4: Kind.text, 5: .sparse, 16: .other("function"), 17: .other("opaque")]
        self = names[code] ?? .other("class \(code)")
      }
    }
  }

  var name: String
  var shape: [Int]
  var kind: Kind
  var isComplex: Bool
  var isLogical: Bool
  var place: Place
  /// The data of its miMATRIX, in the variable's element.
  var range: Range<Int>

  var named: NamedArray {
    var named = NamedArray(name: name, shape: shape, type: "")
    switch kind {
    case .numbers(let type):
      let word = [VoxelType.float64: "double", .float32: "single"][type] ?? type.rawValue
      named.type = isLogical ? "logical" : isComplex ? "complex \(word)" : word
    case .text: (named.type, named.obstacle) = ("char", "it is text")
    case .sparse: (named.type, named.obstacle) = ("sparse", "sparse matrices are not read; save full(x)")
    case .other(let word): (named.type, named.obstacle) = (word, "it is no array of numbers")
    }
    if named.obstacle == nil, shape.contains(where: { $0 < 1 }) { named.obstacle = "it is empty" }
    return named
  }
}

/// The header of a miMATRIX.
struct MATMatrix {
  var code: Int
  var isComplex: Bool
  var isLogical: Bool
  var shape: [Int]
  var name: String
  /// Where its values, cells or fields begin.
  var body: Int

  init(_ elements: MATElements, _ range: Range<Int>, isPartial: Bool) throws(ImageError) {
    func part(_ position: Int) throws(ImageError) -> MATElements.Tag {
      let tag = try elements.tag(at: position, limit: range.upperBound, isPartial: isPartial)
      guard tag.data.upperBound <= elements.reader.bytes.count else {
        throw elements.damaged("an array's header is cut off", position)
      }
      return tag
    }
    let flags = try part(range.lowerBound)
    guard flags.type == 6, flags.data.count >= 8 else {
      throw elements.damaged("expected an array's flags, found type \(flags.type)", range.lowerBound)
    }
    let word = Int(elements.reader.integer(flags.data.lowerBound, as: UInt32.self))
    (code, isComplex, isLogical) = (word & 0xFF, word & 0x800 != 0, word & 0x200 != 0)
    let sizes = try part(flags.end)
    guard sizes.type == 5, sizes.data.count % 4 == 0, (4...128).contains(sizes.data.count) else {
      throw elements.damaged("expected an array's dimensions, found type \(sizes.type)", flags.end)
    }
    shape = stride(from: sizes.data.lowerBound, to: sizes.data.upperBound, by: 4)
      .map { Int(elements.reader.integer($0, as: Int32.self)) }
    guard !shape.contains(where: { $0 < 0 }) else { throw elements.damaged("dimensions \(shape)", flags.end) }
    let text = try part(sizes.end)
    name = String(decoding: elements.reader.bytes[text.data], as: UTF8.self)
    body = text.end
  }
}
