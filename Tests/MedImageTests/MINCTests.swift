import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

/// NetCDF files put together byte by byte.
struct RawNetCDF {
  typealias Attribute = (name: String, type: UInt32, bytes: [UInt8])

  var version: UInt8 = 1
  /// The length 0 is that of the records.
  var dimensions: [(String, UInt32)] = [("zspace", 1), ("yspace", 2), ("xspace", 2)]
  var records: UInt32 = 0
  var variables:
    [(name: String, dimensions: [UInt32], attributes: [Attribute], type: UInt32, data: [UInt8])] = []

  static func big<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
  }
  static func doubles(_ values: Double...) -> [UInt8] { values.flatMap { big($0.bitPattern) } }
  static func text(_ name: String, _ value: String) -> Attribute { (name, 2, Array(value.utf8)) }
  static func numbers(_ name: String, _ values: Double...) -> Attribute {
    (name, 6, values.flatMap { big($0.bitPattern) })
  }

  /// Where variables of records begin after the others.
  var recordOffsets: [String: Int] = [:]

  private static func padded(_ bytes: [UInt8]) -> [UInt8] {
    bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
  }
  private static func name(_ value: String) -> [UInt8] {
    big(UInt32(value.utf8.count)) + padded(Array(value.utf8))
  }

  var file: [UInt8] {
    let widths: [UInt32: Int] = [1: 1, 2: 1, 3: 2, 4: 4, 5: 4, 6: 8]
    func head(_ begins: [Int]) -> [UInt8] {
      var b = Array("CDF".utf8) + [version] + Self.big(records) + Self.big(UInt32(10))
      b += Self.big(UInt32(dimensions.count))
      for (name, length) in dimensions { b += Self.name(name) + Self.big(length) }
      b += [UInt8](repeating: 0, count: 8) + Self.big(UInt32(11)) + Self.big(UInt32(variables.count))
      for (variable, begin) in zip(variables, begins) {
        b += Self.name(variable.name) + Self.big(UInt32(variable.dimensions.count))
        for id in variable.dimensions { b += Self.big(id) }
        b += Self.big(UInt32(variable.attributes.isEmpty ? 0 : 12))
        b += Self.big(UInt32(variable.attributes.count))
        for attribute in variable.attributes {
          b += Self.name(attribute.name) + Self.big(attribute.type)
          b += Self.big(UInt32(attribute.bytes.count / (widths[attribute.type] ?? 1)))
          b += Self.padded(attribute.bytes)
        }
        b += Self.big(variable.type) + Self.big(UInt32(variable.data.count))
        b += version == 1 ? Self.big(UInt32(begin)) : Self.big(UInt64(begin))
      }
      return b
    }
    var (begins, position) = ([Int](), head(variables.map { _ in 0 }).count)
    for variable in variables {
      begins.append(position + (recordOffsets[variable.name] ?? 0))
      position += Self.padded(variable.data).count
    }
    return head(begins) + variables.flatMap { Self.padded($0.data) }
  }

  /// A volume of 1×2×2 voxels; the stored range 0 to 10 means that from 1 to 2.
  static func volume(
    _ data: [UInt8], type: UInt32 = 1, sign: String = "unsigned",
    range: Attribute? = numbers("valid_range", 0, 10)
  ) -> RawNetCDF {
    var raw = RawNetCDF()
    raw.variables = [
      ("zspace", [], [numbers("step", 3), numbers("start", 7)], 4, [0, 0, 0, 0]),
      ("yspace", [], [numbers("step", -2), numbers("direction_cosines", 0, 0.6, 0.8)], 4, [0, 0, 0, 0]),
      ("image", [0, 1, 2], [text("signtype", sign)] + (range.map { [$0] } ?? []), type, data),
      ("image-max", [0], [], 6, doubles(2)), ("image-min", [0], [], 6, doubles(1)),
    ]
    return raw
  }
}

@Suite struct MINCTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func open(_ raw: RawNetCDF) throws -> OpenImage {
    try ImageFile.open(folder.file("a.mnc", containing: raw.file))
  }

  @Test(arguments: [1, 2] as [UInt8]) func valuesAndGeometry(version: UInt8) throws {
    var raw = RawNetCDF.volume([0, 5, 10, 200])
    raw.version = version
    let image = try open(raw)
    #expect(image.header.shape == [1, 2, 2] && image.header.type == .float64)
    // The last axis of the file is the fastest; values beyond the valid range are clipped.
    #expect(try image.scalarImage().voxels.elements == [1, 2, 1.5, 2])
    let wanted = Affine(i: [0, 0, 3], j: [0, -1.2, -1.6], k: [1, 0, 0], origin: [0, 0, 7])
    #expect(image.header.affine.largestDistance(to: wanted, over: [1, 2, 2]) < 1e-12)
    #expect(image.header.facts.contains(.init("dimorder", "zspace,yspace,xspace")))
  }

  @Test func typesAndRanges() throws {
    let signed = try open(.volume([0x80, 0, 0x7F, 1], sign: "signed__", range: nil))
    let elements = try signed.scalarImage().voxels.elements
    #expect(elements.first == 1 && elements.max() == 2)
    let limits = try open(
      .volume(
        [0, 1, 0, 2, 0, 3, 0, 4], type: 3, sign: "signed__", range: RawNetCDF.numbers("valid_range", 0, 4)))
    #expect(try limits.scalarImage().voxels.elements == [1.25, 1.75, 1.5, 2])
    let floats = try open(.volume([0x3f, 0x80, 0, 0] + [UInt8](repeating: 0, count: 12), type: 5))
    #expect(floats.header.type == .float32)
    #expect(try floats.scalarImage().voxels.elements == [1, 0, 0, 0])
    // Without limits, the stored range means 0 to 1.
    var bare = RawNetCDF.volume([0, 5, 10, 10])
    bare.variables.removeLast(2)
    #expect(try open(bare).scalarImage().voxels.elements == [0, 1, 0.5, 1])
  }

  @Test func recordsOfTime() throws {
    var raw = RawNetCDF.volume([])
    raw.dimensions = [("time", 0), ("zspace", 1), ("yspace", 1), ("xspace", 2)]
    raw.records = 2
    raw.variables.removeLast(3)
    raw.variables.append(("time", [], [RawNetCDF.numbers("step", 2.5)], 4, [0, 0, 0, 0]))
    let range = RawNetCDF.numbers("valid_range", 0, 10)
    raw.variables.append(("image", [0, 1, 2, 3], [RawNetCDF.text("signtype", "unsigned"), range], 1, []))
    raw.variables.append(("image-max", [0], [], 6, []))
    raw.variables.append(("image-min", [0], [], 6, []))
    // In each record two voxels, padded to four bytes, then the ends of their range.
    raw.recordOffsets = ["image-max": 4, "image-min": 12]
    let records =
      [0, 10, 0, 0] + RawNetCDF.doubles(1, 0) + [5, 10, 0, 0] + RawNetCDF.doubles(4, 2)
    let image = try ImageFile.open(folder.file("t.mnc", containing: raw.file + records))
    #expect(image.header.shape == [1, 1, 2, 2] && image.header.timeStep == 2.5)
    #expect(try image.scalarImage().voxels.elements == [0, 1, 3, 4])
  }

  @Test func refusals() throws {
    func refused(_ raw: RawNetCDF, _ words: String..., location: SourceLocation = #_sourceLocation) {
      let error = #expect(throws: ImageError.self, sourceLocation: location) { try open(raw).stored() }
      for word in words {
        #expect(
          error?.description.contains(word) == true, "“\(word)” in “\(error?.description ?? "")”",
          sourceLocation: location)
      }
    }
    refused(.volume([0, 5, 10], range: RawNetCDF.numbers("valid_range", 0, 999)), "valid range")
    var raw = RawNetCDF.volume([0, 5, 10, 1])
    raw.dimensions[1].0 = "time"
    refused(raw, "three dimensions")
    raw = RawNetCDF.volume([0, 5, 10, 1])
    raw.dimensions[2].1 = 1 << 30
    refused(raw, "content")
    raw.variables.remove(at: 2)
    refused(raw, "named image")
    raw = RawNetCDF.volume([0, 5, 10, 1])
    raw.variables[3].dimensions = [1]
    refused(raw, "image-max")
    raw = RawNetCDF.volume([0, 5, 10, 1])
    raw.variables[0].attributes = [RawNetCDF.text("spacing", "irregular")]
    refused(raw, "irregular")
    let whole = RawNetCDF.volume([1, 2, 3, 4]).file
    #expect(throws: ImageError.self) {
      try ImageFile.open(folder.file("c.mnc", containing: Array(whole.prefix(90))))
    }
    #expect(throws: ImageError.self) { try ImageFile.open(folder.file("d.mnc", containing: [1, 2])) }
  }

  @Test func damagedBytesNeverCrash() throws {
    var random = RandomStream(seed: 14)
    let whole = RawNetCDF.volume([1, 2, 3, 4]).file
    for _ in 0..<300 {
      let bytes = random.damaged(whole)
      _ = try? ScalarImage(contentsOf: folder.file("x.mnc", containing: bytes))
    }
  }
}
