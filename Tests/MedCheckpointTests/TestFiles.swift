import Foundation

@testable import MedCheckpoint

func readTorch(_ bytes: [UInt8]) throws -> CheckpointValue {
  try TorchFile.read(block: ByteBlock(copying: bytes), path: "test.pth")
}

/// A folder that goes away with the value.
final class TemporaryFolder {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent("checkpoints-\(UUID().uuidString)")
  init() { try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(at: url) }
  func path(_ name: String) -> String { url.appendingPathComponent(name).path }
  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted() }
}
