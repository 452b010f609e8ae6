import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

/// ECAT files of 2×2×1 voxels, put together byte by byte.
struct RawECAT {
  var orientation: UInt16 = 8
  var fileType: UInt16 = 7
  var dataType: UInt16 = 2
  var size: [UInt16] = [2, 2, 1]
  var free: Int32 = 31
  /// Matrix numbers, scale factors and voxels.
  var frames: [(Int32, Float, [UInt8])] = [(1, 0.5, [0, 2, 0, 4, 255, 254, 1, 0])]

  var file: [UInt8] {
    func bytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
      withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
    var head = [UInt8](repeating: 0, count: 512)
    func put(_ value: [UInt8], _ at: Int, _ block: inout [UInt8]) {
      block.replaceSubrange(at..<at + value.count, with: value)
    }
    put(Array("MATRIX72v".utf8), 0, &head)
    put(bytes(UInt16(72)), 46, &head)
    put(bytes(fileType), 50, &head)
    put(bytes(Float(3).bitPattern), 144, &head)
    put(bytes(orientation), 330, &head)
    put(Array("ECAT counts/sec".utf8), 466, &head)
    var list = [UInt8](repeating: 0, count: 512)
    put([Int32(free) - Int32(frames.count), 2, 0, Int32(frames.count)].flatMap { bytes($0) }, 0, &list)
    var body: [UInt8] = []
    for (index, frame) in frames.enumerated() {
      let block = Int32(3 + 2 * index)
      put([frame.0, block, block + 1, 1].flatMap { bytes($0) }, 16 * (index + 1), &list)
      var sub = [UInt8](repeating: 0, count: 512)
      put(([dataType, 3] + size).flatMap { bytes($0) }, 0, &sub)
      put([Float(1), 2, 3].flatMap { bytes($0.bitPattern) }, 10, &sub)
      put(bytes(frame.1.bitPattern), 26, &sub)
      put([Float(0.25), 0.5, 1].flatMap { bytes($0.bitPattern) }, 34, &sub)
      put(bytes(UInt32(1000)), 46, &sub)
      body += sub + frame.2 + [UInt8](repeating: 0, count: 512 - frame.2.count)
    }
    return head + list + body
  }
}

@Suite struct ECATTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func open(_ raw: RawECAT) throws -> OpenImage {
    try ImageFile.open(folder.file("a.v", containing: raw.file))
  }

  @Test func valuesAndGeometry() throws {
    let image = try open(RawECAT())
    #expect(image.header.shape == [2, 2, 1] && image.header.type == .float64)
    #expect(try image.scalarImage().voxels.elements == [3, 6, -3, 384])
    let wanted = Affine(spacing: [2.5, 5, 10], origin: [1 - 1.25, 2 - 2.5, 3])
    #expect(image.header.affine.largestDistance(to: wanted, over: [2, 2, 1]) < 1e-9)
    #expect(image.header.facts.contains(.init("data_units", "ECAT counts/sec")))
    #expect(image.header.facts.contains(.init("frame_duration", "1000")))
  }

  @Test func patientOrientation() throws {
    #expect(try open(RawECAT(orientation: 3)).scalarImage().voxels.elements == [384, -3, 6, 3])
    #expect(try open(RawECAT(orientation: 2)).scalarImage().voxels.elements == [-3, 384, 3, 6])
  }

  @Test func framesAndTypes() throws {
    var raw = RawECAT(dataType: 1)
    raw.frames = [(9, 1, [1, 2, 3, 4]), (4, 2, [5, 6, 7, 8]), (-1, 1, [0, 0, 0, 0])]
    let image = try open(raw)
    #expect(image.header.shape == [2, 2, 1, 2])
    #expect(try image.scalarImage().voxels.elements == [30, 36, 42, 48, 3, 6, 9, 12])
    raw.dataType = 5
    raw.frames = [(1, 1, [0x3f, 0x80, 0, 0] + [UInt8](repeating: 0, count: 12))]
    #expect(try open(raw).scalarImage().voxels.elements == [3, 0, 0, 0])
  }

  @Test func refusals() throws {
    func refused(_ raw: RawECAT, _ words: String...) {
      let error = #expect(throws: ImageError.self) { try open(raw).stored() }
      for word in words { #expect(error?.description.contains(word) == true, "\(error?.description ?? "")") }
    }
    refused(RawECAT(fileType: 11), "sinograms")
    refused(RawECAT(dataType: 4, size: [0, 1, 1]), "2 problems", "data type 4", "frame 1")
    refused(RawECAT(size: [9999, 9999, 9999]), "content")
    refused(RawECAT(free: 3), "list of matrices", "byte 512")
    refused(RawECAT(frames: []), "no matrix")
    #expect(throws: ImageError.self) {
      try ImageFile.open(folder.file("b.v", containing: Array(RawECAT().file.prefix(700))))
    }
    #expect(throws: ImageError.self) { try ImageFile.open(folder.file("c.v", containing: [1, 2])) }
  }

  @Test func damagedBytesNeverCrash() throws {
    var random = RandomStream(seed: 13)
    let whole = RawECAT().file
    for _ in 0..<300 {
      let bytes = random.damaged(whole, places: 5)
      _ = try? ScalarImage(contentsOf: folder.file("x.v", containing: bytes))
    }
  }
}
