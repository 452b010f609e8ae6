import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

@Suite struct HDF5Tests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private typealias Raw = RawHDF5

  private func open(
    _ root: RawHDF5.Node, _ name: String = "a.h5", isOld: Bool = true, variable: String? = nil
  ) throws -> OpenImage {
    try ImageFile.open(
      folder.file(name, containing: RawHDF5.file(root, isOld: isOld)),
      options: ReadOptions(variable: variable))
  }

  private let counting = RawHDF5.Dataset(shape: [1, 2, 3], value: .bytes([0, 1, 2, 3, 4, 5]))

  @Test(arguments: [true, false]) func arraysByPath(isOld: Bool) throws {
    let other = RawHDF5.Dataset(shape: [2, 2], value: .shorts([1, -2, 3, 4]))
    let root = Raw.Node.group([("g", .group([("vol", .array(counting))]))])
    let image = try open(root, isOld: isOld)
    #expect(image.header.shape == [1, 2, 3] && image.header.type == .uint8 && !image.header.hasGeometry)
    #expect(image.header.facts.contains(.init("variable", "g/vol")))
    #expect(try image.scalarImage().voxels.elements == [0, 3, 1, 4, 2, 5])
    let two = Raw.Node.group([("g", .group([("vol", .array(counting))])), ("x", .array(other))])
    let error = #expect(throws: ImageError.self) { try open(two, isOld: isOld) }
    #expect(error?.description.contains("g/vol (1×2×3 uint8), x (2×2 int16)") == true)
    #expect(try open(two, isOld: isOld, variable: "x").scalarImage().voxels.elements == [1, 3, -2, 4])
    #expect(throws: ImageError.self) { try open(two, isOld: isOld, variable: "y") }
  }

  @Test func chunks() throws {
    // zlib's stream of 0 1 2 3 as it is.
    let stored: [UInt8] = [0x78, 1, 1, 4, 0, 0xFB, 0xFF, 0, 1, 2, 3, 0, 0x0E, 0, 7]
    var array = RawHDF5.Dataset(shape: [2, 3], value: .bytes([]), chunk: [2, 2])
    array.chunks = [([0, 0], stored), ([0, 2], stored)]
    array.filters = [1]
    #expect(try open(.group([("a", .array(array))])).scalarImage().voxels.elements == [0, 2, 1, 3, 0, 2])
    // A chunk that is nowhere written is zero.
    array.chunks = [([0, 2], stored)]
    #expect(try open(.group([("a", .array(array))])).scalarImage().voxels.elements == [0, 0, 0, 0, 0, 2])
    // First bytes of both, then second ones.
    var shuffled = RawHDF5.Dataset(shape: [1, 2], value: .shorts([]), chunk: [1, 2], filters: [2])
    shuffled.chunks = [([0, 0], [1, 2, 0, 255])]
    #expect(try open(.group([("a", .array(shuffled))])).scalarImage().voxels.elements == [1, -254])
    array.chunks = [([0, 0], stored), ([0, 0], stored)]
    #expect(throws: ImageError.self) { try open(.group([("a", .array(array))])).stored() }
    array.chunks = [([0, 0], [1, 2, 3])]
    #expect(throws: ImageError.self) { try open(.group([("a", .array(array))])).stored() }
    array.chunks = [([0, 7], stored)]
    #expect(throws: ImageError.self) { try open(.group([("a", .array(array))])).stored() }
    array.filters = [4]
    let error = #expect(throws: ImageError.self) { try open(.group([("a", .array(array))])) }
    #expect(error?.description.contains("szip") == true)
  }

  @Test(arguments: [true, false]) func minc2(isOld: Bool) throws {
    let dimensions = ["zspace": 3.0, "yspace": -2, "xspace": 1].map { name, step in
      (
        name,
        Raw.Node.array(
          .init(shape: [1], value: .bytes([0])),
          attributes: ["step": .doubles([step]), "start": .doubles([5])])
      )
    }
    let order = Raw.Value.text("zspace,yspace,xspace")
    let image = Raw.Node.group([
      (
        "image",
        .array(
          .init(shape: [2, 1, 2], value: .bytes([0, 10, 5, 99])),
          attributes: ["dimorder": order, "valid_range": .doubles([0, 10])])
      ),
      ("image-max", .array(.init(shape: [2], value: .doubles([1, 2])), attributes: ["dimorder": order])),
      ("image-min", .array(.init(shape: [2], value: .doubles([0, 1])), attributes: ["dimorder": order])),
    ])
    let root = Raw.Node.group([
      ("minc-2.0", .group([("dimensions", .group(dimensions)), ("image", .group([("0", image)]))]))
    ])
    let open = try open(root, "a.mnc", isOld: isOld)
    #expect(open.header.format == "MINC 2" && open.header.shape == [2, 1, 2])
    #expect(try open.scalarImage().voxels.elements == [0, 1.5, 1, 2])
    #expect(open.header.affine == Affine(i: [0, 0, 3], j: [0, -2, 0], k: [1, 0, 0], origin: [5, 5, 5]))
  }

  @Test func matlab73() throws {
    var block = Array("MATLAB 7.3 MAT-file".utf8) + [UInt8](repeating: 32, count: 512)
    block = Array(block.prefix(512))
    block.replaceSubrange(124..<128, with: [0, 2] + Array("IM".utf8))
    let double = Raw.Value.text("double")
    let root = Raw.Node.group([
      ("data", .group([("image", .array(counting, attributes: ["MATLAB_class": .text("uint8")]))])),
      ("k", .array(.init(shape: [1, 1], value: .doubles([3])), attributes: ["MATLAB_class": double])),
      (
        "note",
        .array(
          .init(shape: [2, 3], value: .shorts([1, 2, 3, 4, 5, 6])),
          attributes: ["MATLAB_class": .text("char")])
      ),
    ])
    let url = try folder.file("a.mat", containing: RawHDF5.file(root, isOld: true, userBlock: block))
    let image = try ImageFile.open(url)
    #expect(image.header.format == "MATLAB 7.3" && image.header.shape == [3, 2, 1])
    #expect(image.header.facts.contains(.init("variable", "data.image")))
    #expect(try image.scalarImage().voxels.elements == [0, 1, 2, 3, 4, 5])
  }

  @Test func refusals() throws {
    func refused(_ root: RawHDF5.Node, _ words: String...) {
      let error = #expect(throws: ImageError.self) { try open(root).stored() }
      for word in words { #expect(error?.description.contains(word) == true, "\(error?.description ?? "")") }
    }
    refused(.group([]), "no array")
    refused(.group([("t", .array(.init(shape: [1, 2], value: .text("ab"))))]), "text")
    refused(.group([("a", .array(.init(shape: [9999, 9999], value: .bytes([1]))))]), "content")
    let whole = RawHDF5.file(.group([("a", .array(counting))]), isOld: true)
    #expect(throws: ImageError.self) {
      try ImageFile.open(folder.file("b.h5", containing: Array(whole.prefix(120))))
    }
  }

  @Test(arguments: [true, false]) func damagedBytesNeverCrash(isOld: Bool) throws {
    var random = RandomStream(seed: 15)
    var chunked = RawHDF5.Dataset(shape: [2, 3], value: .bytes([]), chunk: [2, 2])
    chunked.chunks = [([0, 0], [1, 2, 3, 4]), ([0, 2], [5, 6, 7, 8])]
    let root = Raw.Node.group([("a", .array(chunked)), ("g", .group([("b", .array(counting))]))])
    let whole = RawHDF5.file(root, isOld: isOld)
    for _ in 0..<200 {
      let bytes = random.damaged(whole)
      let url = try folder.file("x.h5", containing: bytes)
      _ = try? ImageFile.open(url, options: ReadOptions(variable: "a")).stored()
    }
  }
}
