import Foundation
import MedTestSupport
import MedVoxel
import Testing

@testable import MedImage

/// Archives written by hand: `zip` is not there on every machine.
struct RawZip {
  var bytes: [UInt8] = []
  private var directory: [UInt8] = []
  private var count = 0

  static func little(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// - Parameter packed: the entry's bytes; nil: the content itself.
  mutating func add(
    _ name: String, _ content: [UInt8], packed: [UInt8]? = nil, claimed: Int? = nil, flags: Int = 0,
    at place: Int? = nil
  ) {
    let crc = content.reduce(~UInt32(0)) { state, byte in
      (0..<8).reduce(state ^ UInt32(byte)) { value, _ in
        value & 1 == 1 ? (value >> 1) ^ 0xEDB8_8320 : value >> 1
      }
    }
    let data = packed ?? content
    let facts =
      Self.little(flags, 2) + Self.little(packed == nil ? 0 : 8, 2) + [0, 0, 0, 0] + Self.little(Int(~crc), 4)
      + Self.little(data.count, 4) + Self.little(claimed ?? content.count, 4)
      + Self.little(name.utf8.count, 2) + [0, 0]
    let start = bytes.count
    bytes += [0x50, 0x4B, 3, 4, 20, 0] + facts + Array(name.utf8) + data
    directory += [0x50, 0x4B, 1, 2, 20, 0, 20, 0] + facts + [UInt8](repeating: 0, count: 10)
    directory += Self.little(place ?? start, 4) + Array(name.utf8)
    count += 1
  }

  var file: [UInt8] {
    bytes + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + Self.little(count, 2) + Self.little(count, 2)
      + Self.little(directory.count, 4) + Self.little(bytes.count, 4) + [0, 0]
  }
}

@Suite struct ZipArchiveTests {
  /// A stored block of Deflate (RFC 1951 §3.2.4).
  private static func deflated(_ content: [UInt8]) -> [UInt8] {
    [1] + RawZip.little(content.count, 2) + RawZip.little(~content.count, 2) + content
  }

  @Test func entriesAreImages() throws {
    var zip = RawZip()
    let file = RawNIfTI.counting().file
    zip.add("folder/", [])
    zip.add("folder/stored.nii", file)
    zip.add("folder/packed.nii", file, packed: Self.deflated(file))
    let folder = try TemporaryFolder()
    for source in [
      try FileSource(memory: zip.file, name: "a.zip"),
      try FileSource(folder.file("a.zip", containing: zip.file)),
    ] {
      let archive = try ZipArchive(source)
      #expect(archive.entries.map(\.name) == ["folder/stored.nii", "folder/packed.nii"])
      for entry in archive.entries {
        let content = try archive.content(of: entry)
        #expect(content.url.lastPathComponent == entry.name.split(separator: "/").last.map(String.init))
        #expect(try ImageFile.open(content).scalarImage().voxels[0, 2, 3, 4] == 59)
        #expect(content.plainPath == nil)
      }
    }
  }

  @Test func harmfulArchivesAreRefused() throws {
    func refused(_ zip: RawZip) -> String {
      do {
        _ = try ZipArchive(FileSource(memory: zip.file, name: "a.zip"))
        return "read"
      } catch { return "\(error)" }
    }
    var up = RawZip()
    up.add("a/../../etc/passwd", [1])
    #expect(refused(up).contains("leads out"))
    var absolute = RawZip()
    absolute.add("/etc/passwd", [1])
    #expect(refused(absolute).contains("leads out"))
    var twice = RawZip()
    twice.add("a", [1])
    twice.add("a", [1])
    #expect(refused(twice).contains("stands twice"))
    var shared = RawZip()
    shared.add("a", [1, 2, 3])
    shared.add("b", [1, 2, 3], at: 0)
    #expect(refused(shared).contains("share bytes"))
    var cut = RawZip()
    cut.add("a", [1, 2, 3])
    for count in 0..<cut.file.count {
      #expect(throws: ImageError.self) {
        try ZipArchive(FileSource(memory: Array(cut.file.prefix(count)), name: "a.zip"))
      }
    }
  }

  @Test func badEntriesAreRefused() throws {
    var zip = RawZip()
    zip.add("bomb", [1, 2, 3], packed: Self.deflated([1, 2, 3]), claimed: 1 << 30)
    zip.add("locked", [1, 2, 3], packed: Self.deflated([1, 2, 3]), flags: 1)
    zip.add("damaged", [1, 2, 3], packed: Self.deflated([1, 2, 4]))
    let archive = try ZipArchive(FileSource(memory: zip.file, name: "a.zip"))
    for (entry, word) in Swift.zip(archive.entries, ["more than Deflate", "encrypted", "damaged"]) {
      #expect { try archive.content(of: entry) } throws: { "\($0)".contains(word) }
    }
  }
}
