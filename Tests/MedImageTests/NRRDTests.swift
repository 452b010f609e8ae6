import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

@Suite struct NRRDTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  let affine = Affine(i: [0.8, 0.6, 0], j: [1.2, -1.6, 0], k: [0, 0, 3], origin: [-7, 8.5, 2])

  private func nrrd(_ lines: [String], _ data: [UInt8] = [], name: String = "a.nrrd") throws -> URL {
    let text = (["NRRD0005"] + lines + ["", ""]).joined(separator: "\n")
    return try folder.file(name, containing: Array(text.utf8) + data)
  }

  private func head(
    _ sizes: String, _ type: String = "uchar", _ encoding: String = "raw", _ rest: [String] = []
  ) -> [String] {
    ["type: \(type)", "dimension: \(sizes.split(separator: " ").count)", "sizes: \(sizes)"]
      + ["encoding: \(encoding)"] + rest
  }

  @Test func spacesAndDirections() throws {
    let rest = ["space directions: (1,2,0) (-2,1,0) (0,0,3)", "space origin: (10,20,30)"]
    let signs: [(String, SIMD3<Double>)] = [
      ("right-anterior-superior", [1, 1, 1]), ("LAS", [-1, 1, 1]), ("left-posterior-superior", [-1, -1, 1]),
    ]
    for (space, sign) in signs {
      let url = try nrrd(head("1 1 2", "uchar", "raw", ["space: \(space)"] + rest), [7, 8])
      let image = try ScalarImage(contentsOf: url)
      let wanted = Affine(
        i: [1, 2, 0] * sign, j: [-2, 1, 0] * sign, k: [0, 0, 3] * sign, origin: [10, 20, 30] * sign)
      #expect(image.affine == wanted)
      #expect(image.voxels.elements == [7, 8])
    }
    let plain = try nrrd(head("2 1", "uchar", "raw", ["spacings: 2 3"]), [7, 8])
    let header = try ImageFile.open(plain).header
    #expect(header.affine == Affine(i: [-2, 0, 0], j: [0, -3, 0], k: [0, 0, 1]) && !header.hasGeometry)
  }

  @Test func channelsAnywhere() throws {
    let directions = ["space: left-posterior-superior", "space origin: (0,0,0)"]
    let first = try nrrd(
      head("3 2 1 2", "uchar", "raw", directions + ["space directions: none (1,0,0) (0,1,0) (0,0,1)"]),
      Array(0..<12))
    let wanted: [Float] = [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]
    #expect(try ScalarImage(contentsOf: first).voxels.elements == wanted)
    let middle = try nrrd(head("2 3 1 2", "uchar", "raw", ["kinds: space list space space"]), Array(0..<12))
    #expect(try ScalarImage(contentsOf: middle).voxels.elements == [0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11])
    let last = try nrrd(
      head("2 1 2 3", "uchar", "raw", ["kinds: domain domain domain vector"]), Array(0..<12))
    #expect(try ScalarImage(contentsOf: last).voxels.elements == (0..<12).map { Float($0) })
    let color = try nrrd(head("3 2 2", "uchar", "raw", ["kinds: RGB-color domain domain"]), Array(0..<12))
    let open = try ImageFile.open(color)
    #expect(open.header.components == .rgb && open.header.shape == [2, 2])
    #expect(try open.scalarImage().voxels.elements == wanted)
    // The same in the other byte order.
    let big = try nrrd(
      head("2 2 1 1", "short", "raw", ["endian: big", "kinds: list domain domain domain"]),
      [0, 1, 0, 2, 1, 0, 255, 255])
    #expect(try ScalarImage(contentsOf: big).voxels.elements == [1, 256, 2, -1])
  }

  @Test func encodings() throws {
    let text = try nrrd(head("2 2", "float", "ascii"), Array("1.5 -2\n3e2, 4".utf8))
    #expect(try ScalarImage(contentsOf: text).voxels.elements == [1.5, -2, 300, 4])
    let hex = try nrrd(head("2 1", "ushort", "hex", ["endian: big"]), Array("00fF\n10 00".utf8))
    #expect(try ScalarImage(contentsOf: hex).voxels.elements == [255, 4096])
    // bzip2 of "\u{1}\u{2}\u{3}\u{4}".
    let packed: [UInt8] = [
      0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 0x86, 0xc8, 0xc8, 0x32, 0x00, 0x00, 0x00,
      0x40, 0x00, 0x3c, 0x00, 0x20, 0x00, 0x21, 0x9a, 0x68, 0x33, 0x4d, 0x13, 0x3c, 0x5d, 0xc9, 0x14, 0xe1,
      0x42, 0x42, 0x1b, 0x23, 0x20, 0xc8,
    ]
    let bzip2 = try nrrd(head("2 2", "uchar", "bzip2"), packed)
    #expect(try ScalarImage(contentsOf: bzip2).voxels.elements == [1, 2, 3, 4])
    let tail = try nrrd(head("2 1", "uchar", "bzip2", ["byte skip: -1"]), packed)
    #expect(try ScalarImage(contentsOf: tail).voxels.elements == [3, 4])
    refused(try nrrd(head("2 2", "uchar", "bzip2"), packed.dropLast(20)), "damaged")
    refused(try nrrd(head("9999 9999 999", "uchar", "bzip2"), packed), "claims")
  }

  @Test func skipsAndDetachedFiles() throws {
    _ = try folder.file("d.raw", containing: Array("one\ntwo\n".utf8) + [9, 9, 1, 2, 3, 4])
    func values(_ rest: [String]) throws -> [Float] {
      try ScalarImage(
        contentsOf: nrrd(head("2 2", "uchar", "raw", rest + ["data file: d.raw"]), name: "d.nhdr")
      )
      .voxels.elements
    }
    #expect(try values(["line skip: 2", "byte skip: 2"]) == [1, 2, 3, 4])
    #expect(try values(["byte skip: 10"]) == [1, 2, 3, 4])
    #expect(try values(["byteskip: -1"]) == [1, 2, 3, 4])
    #expect(try values(["line skip: 1", "byte skip: -1"]) == [1, 2, 3, 4])
    for index in 1...4 { _ = try folder.file("s0\(index).raw", containing: [UInt8(index)]) }
    for data in [
      ["data file: s%02d.raw 1 4 1"], ["data file: LIST", "s01.raw", "s02.raw", "s03.raw", "s04.raw"],
    ] {
      let url = try nrrd(head("1 2 2", "uchar", "raw", data), name: "l.nhdr")
      #expect(try ScalarImage(contentsOf: url).voxels.elements == [1, 2, 3, 4])
    }
    refused(
      try nrrd(head("1 2 2", "uchar", "raw", ["data file: s%02d.raw 1 3 1"]), name: "l.nhdr"), "3 files")
    refused(
      try nrrd(head("1 1", "uchar", "raw", ["data file: ../s01.raw"]), name: "l.nhdr"), "header's folder")
    refused(
      try nrrd(head("1 1", "uchar", "raw", ["data file: LIST", "/etc/passwd"]), name: "l.nhdr"), "folder")
    refused(try nrrd(head("1 1", "uchar", "raw", ["data file: none.raw"]), name: "l.nhdr"), "none.raw")
    refused(try nrrd(head("2 2", "uchar", "raw", ["line skip: 9", "data file: d.raw"]), name: "l.nhdr"))
    refused(try nrrd(head("2 2", "uchar", "raw", ["byte skip: 11", "data file: d.raw"]), name: "l.nhdr"))
    refused(
      try nrrd(head("2 2", "uchar", "raw", ["byte skip: -5", "data file: d.raw"]), name: "l.nhdr"),
      "byte skip")
  }

  @Test(arguments: [GzipWriter.Level.none, .fast]) func roundTrip(level: GzipWriter.Level) throws {
    for size in awkwardSizes {
      for channels in [1, 3] {
        let voxels = VoxelBuffer<Float>(
          channels: channels, size: size,
          elements: (0..<channels * size.voxelCount).map { Float($0) * 0.37 - 5 })
        try ScalarImage(voxels: voxels, affine: affine)
          .write(to: folder.file("a.nrrd"), options: WriteOptions(compression: level))
        let back = try ScalarImage(contentsOf: folder.file("a.nrrd"))
        #expect(back.voxels == voxels)
        #expect(back.affine == affine)
      }
    }
  }

  @Test func everythingIsKept() throws {
    var header = ImageHeader(format: "memory", shape: [2, 1, 1, 3], type: .float32, affine: affine)
    header.timeStep = 2.5
    let voxels = StoredVoxels.float32(
      VoxelBuffer(channels: 6, size: [2, 1, 1], elements: (0..<12).map { Float($0) }))
    header.components = .complex
    try ImageFile.write(StoredImage(header: header, voxels: voxels), to: folder.file("c.nrrd"))
    let back = try ImageFile.read(folder.file("c.nrrd"))
    #expect(back.voxels == voxels && back.header.components == .complex)
    #expect(back.header.shape == [2, 1, 1, 3] && back.header.timeStep == 2.5)
    for type in VoxelType.allCases {
      let image = ScalarImage(voxels: VoxelBuffer(size: [3, 1, 1], elements: [0, 7, 100]), affine: affine)
      try image.write(to: folder.file("t.nrrd"), options: WriteOptions(type: type))
      let stored = try ImageFile.read(folder.file("t.nrrd"))
      #expect(stored.header.type == type && stored.scalarImage().voxels == image.voxels)
    }
  }

  @Test func refusals() throws {
    refused(try nrrd(head("2 3 2", "short"), [1, 2, 3]), "24 bytes", "a.nrrd")
    refused(try nrrd(head("2 3 2", "short", "gzip"), [1, 2, 3]), "damaged")
    refused(try nrrd(head("99999 99999 9", "short", "gzip"), [1, 2, 3]), "room for")
    refused(try nrrd(head("99999 99999 9", "short", "ascii"), [1, 2, 3]), "room for")
    refused(try nrrd(head("99999999 99999999 99999999")), "more than any")
    refused(try nrrd(head("1 0", "block", "zip")), "3 problems", "block", "zip", "sizes")
    refused(try nrrd(head("1 1", "uchar", "raw", ["space directions: (0,0,0) (0,1,0)"]), [1]), "geometry")
    refused(try nrrd(head("1 1", "uchar", "raw", ["space directions: (1,0,0)"]), [1]), "2 space directions")
    refused(try nrrd(head("1 1", "uchar", "raw", ["kinds: domain"]), [1]), "2 kinds")
    refused(try nrrd(head("1 1", "uchar", "raw", ["space origin: x"]), [1]), "space origin")
    refused(try nrrd(head("1 1", "short", "raw", ["endian: middle"]), [1, 1]), "endian")
    refused(try nrrd(["nonsense"]), "nonsense")
    refused(try nrrd(head("1 1", "uchar", "hex"), Array("0x".utf8)), "hexadecimal")
  }

  @Test func damagedBytesNeverCrash() throws {
    var random = RandomStream(seed: 9)
    try ScalarImage(voxels: VoxelBuffer(size: [5, 4, 3], repeating: 2), affine: affine)
      .write(to: folder.file("a.nrrd"))
    let whole = [UInt8](try Data(contentsOf: folder.file("a.nrrd")))
    for _ in 0..<300 {
      let bytes = random.damaged(whole)
      _ = try? ScalarImage(contentsOf: folder.file("x.nrrd", containing: bytes))
    }
  }
}
