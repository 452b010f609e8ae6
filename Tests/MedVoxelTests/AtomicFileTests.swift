import Foundation
import MedTestSupport
import Testing

@testable import MedVoxel

@Suite struct AtomicFileTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test func replacesWhole() throws {
    let url = folder.file("a.bin")
    try AtomicFile<VoxelError>.write([1, 2, 3], to: url)
    try AtomicFile<VoxelError>.write([4], to: url)
    #expect(try Data(contentsOf: url) == Data([4]))
    try AtomicFile<VoxelError>.write([], to: url)
    #expect(try Data(contentsOf: url).isEmpty)
    #expect(try folder.names == ["a.bin"])
  }

  @Test func piecesFollowEachOther() throws {
    let url = folder.file("a.bin")
    var file = try AtomicFile<VoxelError>(replacing: url.path)
    for piece in [[1, 2], [], [3]] as [[UInt8]] { try file.write(piece) }
    // Until the end there is only the temporary name.
    #expect(try folder.names.count == 1 && !FileManager.default.fileExists(atPath: url.path))
    try file.commit()
    #expect(try Data(contentsOf: url) == Data([1, 2, 3]))
    #expect(try folder.names == ["a.bin"])
  }

  @Test func whatIsNotCommittedLeavesTheOldFile() throws {
    let url = folder.file("a.bin")
    try AtomicFile<VoxelError>.write([1, 2, 3], to: url)
    func interrupted() throws {
      var file = try AtomicFile<VoxelError>(replacing: url.path)
      try file.write([UInt8](repeating: 0, count: 100))
      throw VoxelError("interrupted")
    }
    #expect(throws: VoxelError.self) { try interrupted() }
    #expect(try Data(contentsOf: url) == Data([1, 2, 3]))
    #expect(try folder.names == ["a.bin"])
  }

  @Test func targetsThatCannotBe() throws {
    let pipe = folder.file("pipe")
    #expect(mkfifo(pipe.path, 0o600) == 0)
    for (url, words) in [
      (folder.url, "found a folder"), (folder.file("missing/a.bin"), "create the folder first"),
      (pipe, "found a device or pipe"), (folder.file(String(repeating: "a", count: 300)), "shorter name"),
    ] {
      let error = #expect(throws: VoxelError.self) { try AtomicFile<VoxelError>.write([1], to: url) }
      #expect(error?.cause == .environment)
      #expect(error?.description.contains(url.path) == true && error?.description.contains(words) == true)
    }
    #expect(try folder.names == ["pipe"])
  }

  /// The temporary name must fit too.
  @Test func longestName() throws {
    let name = String(repeating: "é", count: 127) + "a"
    try AtomicFile<VoxelError>.write([1], to: folder.file(name))
    #expect(try folder.names.count == 1)
  }

  @Test func refusalsAreExplained() {
    #expect(writingRemedy(for: ENOSPC)?.contains("free some space") == true)
    #expect(writingRemedy(for: EACCES)?.contains("may write") == true)
    #expect(writingRemedy(for: EIO) == nil)
  }

  @Test func removesWhatEndedWritersLeft() throws {
    // No process has this number.
    for name in [
      ".a.partial-2147483646-7", ".b.partial-2147483646", ".c.partial-\(getpid())-7", ".d.partial-x",
    ] {
      _ = try folder.file(name, containing: [1])
    }
    AtomicFileLeftovers.remove(in: folder.url.path)
    #expect(try folder.names == [".c.partial-\(getpid())-7", ".d.partial-x"])
  }
}
