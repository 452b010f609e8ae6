import Foundation
import MedVoxel
import Testing

@testable import MedCheckpoint

@Suite struct CheckpointFolderTests {
  private let temporary = TemporaryFolder()

  private func tensors(_ value: Float) -> [StoredTensor] {
    [StoredTensor(name: "w", shape: [1000], values: [Float](repeating: value, count: 1000))]
  }

  @Test func keepsTheNewestGenerations() throws {
    let folder = try CheckpointFolder(path: temporary.path("run"))
    #expect(try folder.latest() == nil)
    for step in [1, 20, 300] {
      try folder.save(
        tensors: tensors(Float(step)), metadata: ["step": .integer(step), "lr": 0.1], generation: step)
    }
    #expect(folder.generations == [20, 300])
    let latest = try #require(try folder.latest())
    #expect(latest.generation == 300 && latest.rejected.isEmpty)
    #expect(latest.file.metadata["lr"]?.double == 0.1)
    #expect(latest.file["w"]?.floats().first == 300)
    let sidecar = try String(
      contentsOfFile: CheckpointFile.sidecarPath(of: folder.file(of: 300)), encoding: .utf8)
    #expect(try JSONValue(parsing: sidecar)["metadata"]?["step"]?.int == 300)
  }

  @Test func fallsBackToTheLastWholeOne() throws {
    let folder = try CheckpointFolder(path: temporary.path("run"))
    try folder.save(tensors: tensors(1), metadata: [:], generation: 1)
    try folder.save(tensors: tensors(2), metadata: [:], generation: 2)
    // One flipped bit in the newest: in the bytes, in the settings, or at the end.
    let path = folder.file(of: 2)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    for position in [8 + 40, whole.count / 2, whole.count - 1] {
      var damaged = whole
      damaged[position] ^= 4
      try damaged.write(to: URL(fileURLWithPath: path))
      let latest = try #require(try folder.latest())
      #expect(latest.generation == 1 && latest.rejected.count == 1)
    }
    try whole.prefix(100).write(to: URL(fileURLWithPath: path))
    #expect(try folder.latest()?.generation == 1)
    try Data().write(to: URL(fileURLWithPath: folder.file(of: 1)))
    #expect(throws: CheckpointError.self) { try folder.latest() }
  }

  @Test func onlyWantedTensorsAreKeptAndAllAreVerified() throws {
    let path = temporary.path("x.safetensors")
    let values = (0..<100_000).map(Float.init)
    let tensors = [
      StoredTensor(name: "a", shape: [100, 1000], values: values),
      StoredTensor(name: "b", shape: [], values: [7] as [Double]),
      StoredTensor(name: "c", shape: [0, 2], values: [] as [Int64]),
    ]
    try CheckpointFile.write(tensors: tensors, metadata: [:], to: path)
    let whole = try CheckpointFile(contentsOf: path)
    #expect(whole.tensors.map(\.name) == ["a", "b", "c"])
    #expect(whole["a"]?.floats() == values && whole["b"]?.doubles() == [7] && whole["c"]?.count == 0)
    #expect(try CheckpointFile(contentsOf: path) { $0 != "a" }.tensors.map(\.name) == ["b", "c"])
    // What was read stays as it was, whatever becomes of the file.
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes[bytes.count - 5] ^= 1
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.write(contentsOf: bytes)
    #expect(whole["a"]?.floats() == values)
    #expect(throws: CheckpointError.self) { try CheckpointFile(contentsOf: path) { $0 != "a" } }
  }

  @Test func removesWhatKilledWritersLeft() throws {
    let path = temporary.path("run")
    _ = try CheckpointFolder(path: path)
    // No process has this number.
    try Data([1]).write(to: URL(fileURLWithPath: path + "/.checkpoint-1.safetensors.partial-2147483646"))
    _ = try CheckpointFolder(path: path)
    #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
  }

  @Test func unwritableFolderIsNamed() throws {
    let error = #expect(throws: CheckpointError.self) {
      try SafetensorsFile.write(tensors(1), to: temporary.path("missing/x.safetensors"))
    }
    #expect(error?.description.contains("missing/x.safetensors: the file cannot be created") == true)
  }

  @Test func checksumIsXXH64() {
    func hash(_ text: String) -> UInt64 {
      var checksum = Checksum()
      checksum.add(text)
      return checksum.value
    }
    #expect(hash("") == 0xEF46_DB37_51D8_E999)
    #expect(hash("abc") == 0x44BC_2CF5_AD77_0999)
    // In pieces as in one.
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    var whole = Checksum()
    bytes.withUnsafeBytes { whole.add($0) }
    for step in [1, 3, 31, 32, 33, 64, 999] {
      var pieces = Checksum()
      for start in stride(from: 0, to: bytes.count, by: step) {
        bytes[start..<min(start + step, bytes.count)].withUnsafeBytes { pieces.add($0) }
      }
      #expect(pieces.value == whole.value)
    }
  }

  @Test func keysAreMapped() throws {
    let map = KeyMap([.removePrefix("module."), .drop(prefix: "fc."), .replace(".gamma", with: ".weight")])
    #expect(map("module.bn.gamma") == "bn.weight")
    #expect(map("module.fc.bias") == nil)
    let two = StateDictionary(
      tensors: ["module.a", "a"].map { StoredTensor(name: $0, shape: [1], values: [0] as [Float]) })
    #expect(throws: CheckpointError.self) { try two.mapped(by: .dataParallel) }
  }
}
