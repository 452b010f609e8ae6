import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

/// Level 5 MAT-files put together element by element.
struct RawMAT {
  var isBig = false

  func number<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: isBig ? value.bigEndian : value.littleEndian) { Array($0) }
  }

  func element(_ type: UInt32, _ data: [UInt8]) -> [UInt8] {
    number(type) + number(UInt32(data.count)) + data + [UInt8](repeating: 0, count: (8 - data.count % 8) % 8)
  }

  /// Up to four bytes in the tag itself.
  func small(_ type: UInt32, _ data: [UInt8]) -> [UInt8] {
    number(UInt32(data.count) << 16 | type) + data + [UInt8](repeating: 0, count: 4 - data.count)
  }

  /// - Parameter parts: the elements after the name.
  func matrix(_ name: String, _ code: UInt32, _ shape: [Int32], _ parts: [UInt8], flags: UInt32 = 0)
    -> [UInt8]
  {
    element(
      14,
      element(6, number(code | flags) + number(UInt32(0))) + element(5, shape.flatMap { number($0) })
        + element(1, Array(name.utf8)) + parts)
  }

  /// A struct of one element.
  func structure(_ name: String, _ fields: [(String, [UInt8])], count: Int32 = 1) -> [UInt8] {
    let names = fields.prefix(fields.count / Int(count)).flatMap { field in
      Array(field.0.utf8) + [UInt8](repeating: 0, count: 8 - field.0.utf8.count)
    }
    return matrix(
      name, 2, [1, count], small(5, number(Int32(8))) + element(1, names) + fields.flatMap(\.1))
  }

  func file(_ elements: [[UInt8]]) -> [UInt8] {
    let text = "MATLAB 5.0 MAT-file"
    var head = Array(text.utf8) + [UInt8](repeating: 32, count: 124 - text.utf8.count)
    head += isBig ? [1, 0] + Array("MI".utf8) : [0, 1] + Array("IM".utf8)
    return head + elements.joined()
  }

  /// An element as a zlib stream that is stored as it is.
  func packed(_ content: [UInt8]) -> [UInt8] {
    var (a, b) = (UInt32(1), UInt32(0))
    for byte in content { (a, b) = ((a + UInt32(byte)) % 65521, (b + (a + UInt32(byte)) % 65521) % 65521) }
    let count = UInt16(content.count)
    let stream =
      [0x78, 1, 1, UInt8(count & 255), UInt8(count >> 8), UInt8(~count & 255), UInt8(~count >> 8)] + content
      + withUnsafeBytes(of: (b << 16 | a).bigEndian) { Array($0) }
    return number(UInt32(15)) + number(UInt32(stream.count)) + stream
  }
}

@Suite struct MATLABTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func open(_ bytes: [UInt8], _ variable: String? = nil) throws -> OpenImage {
    try ImageFile.open(folder.file("a.mat", containing: bytes), options: ReadOptions(variable: variable))
  }

  @Test(arguments: [false, true]) func level5(isBig: Bool) throws {
    let raw = RawMAT(isBig: isBig)
    // Doubles stored as bytes, as MATLAB does where it can.
    let volume = raw.matrix("img", 6, [2, 2, 1], raw.small(2, [1, 2, 3, 4]))
    let scalar = raw.matrix("k", 6, [1, 1], raw.element(9, raw.number(Double(3).bitPattern)))
    for file in [raw.file([volume, scalar]), raw.file([raw.packed(volume), raw.packed(scalar)])] {
      let image = try open(file)
      #expect(image.header.shape == [2, 2, 1] && image.header.type == .float64 && !image.header.hasGeometry)
      #expect(image.header.facts.contains(.init("class", "double")))
      #expect(try image.scalarImage().voxels.elements == [1, 2, 3, 4])
      #expect(try open(file, "k").scalarImage().voxels.elements == [3])
    }
    let shorts = raw.matrix("s", 10, [1, 2], raw.small(3, raw.number(Int16(-5)) + raw.number(Int16(7))))
    let image = try open(raw.file([shorts]))
    #expect(image.header.type == .int16)
    #expect(try image.scalarImage().voxels.elements == [-5, 7])
    let narrow = raw.matrix("s", 12, [1, 2], raw.small(3, raw.number(Int16(-5)) + raw.number(Int16(7))))
    #expect(
      try open(raw.file([narrow])).stored().voxels
        == .int32(VoxelBuffer(size: [1, 2, 1], elements: [-5, 7])))
    let complex = raw.matrix(
      "z", 6, [1, 2], raw.small(2, [1, 2]) + raw.element(9, [3.5, 4].flatMap { raw.number($0.bitPattern) }),
      flags: 0x800)
    let parts = try open(raw.file([complex]))
    #expect(parts.header.components == .complex)
    #expect(try parts.scalarImage().voxels.elements == [1, 2, 3.5, 4])
  }

  @Test func structsAndCells() throws {
    let raw = RawMAT()
    let bytes = { (name: String, values: [UInt8]) in
      raw.matrix(name, 9, [Int32(values.count / 2), 2], raw.small(2, values))
    }
    let inner = raw.structure("", [("mask", bytes("", [5, 6]))])
    let data = raw.structure("data", [("image", bytes("", [1, 2, 3, 4])), ("info", inner)])
    let two = raw.structure("s", [("f", bytes("", [1, 0])), ("f", bytes("", [9, 8]))], count: 2)
    let cells = raw.matrix("c", 1, [1, 2], raw.element(14, []) + bytes("", [7, 7]))
    for file in [raw.file([data, two, cells]), raw.file([data, two, cells].map(raw.packed))] {
      #expect(try open(file, "data.image").scalarImage().voxels.elements == [1, 2, 3, 4])
      #expect(try open(file, "data.info.mask").scalarImage().voxels.elements == [5, 6])
      #expect(try open(file, "s(2).f").scalarImage().voxels.elements == [9, 8])
      #expect(try open(file, "c{2}").scalarImage().voxels.elements == [7, 7])
    }
    #expect(try open(raw.file([data])).header.facts.contains(.init("variable", "data.image")))
    let error = #expect(throws: ImageError.self) {
      try open(raw.file([bytes("a", [1, 2, 3, 4]), bytes("b", [4, 3, 2, 1])]))
    }
    #expect(error?.description.contains("a (2×2 uint8), b (2×2 uint8)") == true)
    #expect(error?.cause == .usage)
  }

  @Test(arguments: [false, true]) func level4(isBig: Bool) throws {
    let raw = RawMAT(isBig: isBig)
    func matrix(
      _ name: String, _ code: Int32, _ rows: Int32, _ columns: Int32, _ imaginary: Int32, _ data: [UInt8]
    )
      -> [UInt8]
    {
      let head = [code + (isBig ? 1000 : 0), rows, columns, imaginary, Int32(name.utf8.count + 1)]
      return head.flatMap { raw.number($0) } + Array(name.utf8) + [0] + data
    }
    let shorts: [Int16] = [1, -2, 3, 4]
    let file =
      matrix("x", 0, 1, 1, 0, raw.number(Double(2).bitPattern))
      + matrix("img", 30, 2, 2, 0, shorts.flatMap { raw.number($0) })
    let image = try open(file)
    #expect(image.header.format == "MATLAB 4" && image.header.type == .int16 && image.header.shape == [2, 2])
    #expect(try image.scalarImage().voxels.elements == [1, -2, 3, 4])
    let parts = [1.0, 2, 3, 4].flatMap { raw.number($0.bitPattern) }
    let complex = try open(matrix("z", 0, 2, 1, 1, parts))
    #expect(
      try complex.header.components == .complex && complex.scalarImage().voxels.elements == [1, 2, 3, 4])
    #expect(throws: ImageError.self) { try open(matrix("img", 30, 9999, 9999, 0, [1, 2])) }
    #expect(throws: ImageError.self) { try open(matrix("sp", 2, 2, 2, 0, [UInt8](repeating: 0, count: 32))) }
  }

  @Test func refusals() throws {
    let raw = RawMAT()
    func refused(_ file: [UInt8], _ words: String..., variable: String? = nil) {
      let error = #expect(throws: ImageError.self) { try open(file, variable).stored() }
      for word in words { #expect(error?.description.contains(word) == true, "\(error?.description ?? "")") }
    }
    refused(raw.file([raw.matrix("t", 4, [1, 2], raw.small(2, [65, 66]))]), "char", "text")
    refused(raw.file([raw.matrix("s", 5, [2, 2], [])]), "sparse", variable: "s")
    refused(raw.file([raw.matrix("e", 6, [0, 0], raw.element(9, []))]), "empty")
    refused(raw.file([raw.matrix("a", 9, [2, 2], raw.small(2, [1, 2]))]), "expected 4 values")
    refused(raw.file([raw.matrix("a", 9, [99999, 99999, 99999], raw.small(2, [1, 2]))]), "content")
    refused(raw.file([raw.matrix("a", 9, [2, 2], raw.small(2, [1, 2, 3, 4]))]), "“b”", variable: "b")
    refused(raw.file([raw.element(9, [1, 2])]), "type 9")
    refused(raw.file([]), "no array")
    refused(
      Array(raw.file([raw.matrix("a", 9, [2, 2], raw.small(2, [1, 2, 3, 4]))]).dropLast(9)), "content")
    refused(raw.file([raw.number(UInt32(15)) + raw.number(UInt32(4)) + [1, 2, 3, 4]]))
    #expect(throws: ImageError.self) { try open([1, 2, 3]) }
  }

  @Test func damagedBytesNeverCrash() throws {
    var random = RandomStream(seed: 16)
    let raw = RawMAT()
    let image = raw.matrix("", 9, [2, 2], raw.small(2, [1, 2, 3, 4]))
    let whole = raw.file([
      raw.structure("data", [("image", image)]), raw.packed(raw.matrix("c", 1, [1, 1], image)),
    ])
    for _ in 0..<300 {
      var bytes = whole
      for _ in 0..<3 {
        bytes[128 + random.integer(below: bytes.count - 128)] = UInt8(truncatingIfNeeded: random.next())
      }
      for variable in ["data.image", "c{1}"] { _ = try? open(bytes, variable).stored() }
    }
  }
}
