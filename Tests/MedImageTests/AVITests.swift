import Foundation
import MedVoxel
import MedTestSupport
import Testing

@testable import MedImage

/// Videos made by hand: frames of 16×16 pixels whose brightness grows.
@Suite struct AVITests {
  private func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (8 * $0) & 255) } }

  private func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    Array(name.utf8) + number(content.count) + content + (content.count % 2 == 1 ? [0] : [])
  }

  private func list(_ name: String, _ kind: String, _ content: [UInt8]) -> [UInt8] {
    chunk(name, Array(kind.utf8) + content)
  }

  private func jpeg(_ value: UInt8, channels: Int = 3) throws -> [UInt8] {
    let header = ImageHeader(
      format: "memory", shape: [16, 16, 1], components: channels == 3 ? .rgb : .scalar, type: .uint8,
      affine: .identity)
    return try Raster.encode(
      StoredImage(
        header: header, voxels: .uint8(VoxelBuffer(channels: channels, size: [16, 16, 1], repeating: value))),
      as: .jpeg, quality: 95)
  }

  /// Without its Huffman tables, as cameras write them.
  private func withoutTables(_ jpeg: [UInt8]) -> [UInt8] {
    var (result, at): ([UInt8], Int) = ([0xff, 0xd8], 2)
    while at + 4 <= jpeg.count, jpeg[at] == 0xff {
      let length = Int(jpeg[at + 2]) << 8 | Int(jpeg[at + 3])
      if jpeg[at + 1] == 0xda { break }
      if jpeg[at + 1] != 0xc4 { result += jpeg[at..<at + 2 + length] }
      at += 2 + length
    }
    return result + jpeg[at...]
  }

  enum Index { case none, fromList, fromStart, openDML }

  private func avi(
    _ frames: [[UInt8]], codec: String = "MJPG", bits: Int = 24, height: Int = 16, index: Index = .none,
    isGrouped: Bool = false
  ) -> [UInt8] {
    var head = number(40) + number(16) + number(height) + [1, 0, UInt8(bits), 0]
    head += codec.isEmpty ? number(0) : Array(codec.utf8)
    head += [UInt8](repeating: 0, count: 20)
    let stream =
      Array("vids".utf8) + Array((codec + "    ").prefix(4).utf8) + [UInt8](repeating: 0, count: 12)
      + number(1)
      + number(25) + [UInt8](repeating: 0, count: 28)
    func build(_ movieStart: Int) -> [UInt8] {
      var (movie, entries, places): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
      for frame in frames {
        let offset = index == .fromStart ? movieStart + movie.count : 4 + movie.count
        entries += Array("00dc".utf8) + number(16) + number(offset) + number(frame.count)
        places += number(movieStart + movie.count + 8) + number(frame.count)
        movie += chunk("00dc", frame)
      }
      let standard: [UInt8] =
        index == .openDML
        ? [2, 0, 0, 1] + number(frames.count) + Array("00dc".utf8) + number(0) + number(0) + number(0)
          + places
        : []
      let headers =
        chunk("strh", stream) + chunk("strf", head) + (standard.isEmpty ? [] : chunk("indx", standard))
      let main = number(40_000) + [UInt8](repeating: 0, count: 52)
      let top = list("LIST", "hdrl", chunk("avih", main) + list("LIST", "strl", headers))
      let content = top + list("LIST", "movi", isGrouped ? list("LIST", "rec ", movie) : movie)
      let tail = index == .fromList || index == .fromStart ? chunk("idx1", entries) : []
      return list("RIFF", "AVI ", content + tail)
    }
    let draft = build(0)
    let sign = Array("movi".utf8)
    let start = (0..<draft.count - 4).first { Array(draft[$0..<$0 + 4]) == sign } ?? 0
    return build(start + 4)
  }

  private func open(_ bytes: [UInt8], page: Int? = nil) throws -> OpenImage {
    try ImageFile.open(FileSource(memory: bytes, name: "a.avi"), options: ReadOptions(page: page))
  }

  @Test func framesAreTimes() throws {
    let frames = try [10, 60, 110, 160].map { try jpeg($0) }
    for index in [Index.none, .fromList, .fromStart, .openDML] {
      for isGrouped in [false, true] where !isGrouped || index == .none {
        let image = try open(avi(frames, index: index, isGrouped: isGrouped)).stored()
        #expect(image.header.shape == [16, 16, 1, 4] && image.header.components == .rgb)
        #expect(image.header.timeStep == 0.04)
        for time in 0..<4 {
          #expect(abs(image.scalarImage().voxels[3 * time + 1, 7, 8, 0] - Float(10 + 50 * time)) <= 1)
        }
      }
    }
    let one = try open(avi(frames), page: 2).stored()
    #expect(one.header.shape == [16, 16, 1])
    #expect(abs(one.voxels.value(at: 0) - 110) <= 1)
    #expect(throws: ImageError.self) { try open(avi(frames), page: 4) }
    let box = GridBox(lower: [2, 3, 0], upper: [5, 5, 1])
    let part = try open(avi(frames)).stored(box, channels: 3..<9)
    #expect(part.header.size == [3, 2, 1] && abs(part.voxels.value(at: 0) - 60) <= 1)
  }

  @Test func grayFramesAndMissingTables() throws {
    let frames = try [10, 200].map { withoutTables(try jpeg($0, channels: 1)) }
    let image = try open(avi(frames)).stored()
    #expect(image.header.components == .scalar && image.header.shape == [16, 16, 1, 2])
    #expect(abs(image.voxels.value(at: 256) - 200) <= 1)
    let colors = try open(avi([withoutTables(jpeg(77))])).stored()
    #expect(abs(colors.voxels.value(at: 300) - 77) <= 1)
  }

  @Test func plainFrames() throws {
    // Blue, green, red; the lowest row first.
    let bitmap = (0..<256).flatMap { index -> [UInt8] in [UInt8(index / 16), 5, UInt8(index % 16)] }
    let image = try open(avi([bitmap], codec: "")).scalarImage()
    #expect(image.voxels[2, 3, 0, 0] == 15 && image.voxels[0, 3, 0, 0] == 3)
    let upright = try open(avi([bitmap], codec: "", height: -16)).scalarImage()
    #expect(upright.voxels[2, 3, 0, 0] == 0)
    let gray = try open(avi([[UInt8](0...255)], codec: "Y800", bits: 8)).stored()
    #expect(gray.voxels.value(at: 200) == 200)
  }

  @Test func droppedFramesRepeat() throws {
    let image = try open(avi([jpeg(50), [], jpeg(150)])).stored()
    #expect(abs(image.voxels.value(at: 3 * 256) - 50) <= 1)
    #expect(image.header.notes.contains { $0.contains("1 frames were dropped") })
  }

  @Test func badVideos() throws {
    let frames = try [10, 60].map { try jpeg($0) }
    let whole = avi(frames, index: .fromList)
    // Cut within the second frame: the first is read.
    let cut = try open(Array(whole.prefix(whole.count - 200)))
    #expect(cut.header.shape == [16, 16, 1])
    #expect(throws: ImageError.self) { try open(Array(whole.prefix(60))) }
    let other = #expect(throws: ImageError.self) { try open(avi([[1, 2, 3, 4]], codec: "XVID")) }
    #expect(other?.description.contains("ffmpeg") == true)
    #expect(throws: ImageError.self) { try open(avi(frames, height: 32)) }
    // An index that lies is passed over.
    var lying = whole
    lying[lying.count - 8] = 77
    #expect(try open(lying).header.shape == [16, 16, 1, 2])
    // Many empty frames of a large picture.
    var random = RandomStream(seed: 4)
    for _ in 0..<150 {
      let bytes = random.damaged(whole)
      _ = try? open(bytes).stored()
    }
  }
}
