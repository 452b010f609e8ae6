import ArgumentParser
import Foundation
import MedCheckpoint
import Testing

@testable import DeepmedCommands

@Suite struct CheckpointCommandTests {
  @Test func convertsAndTakesThePrefixAway() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("convert-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (input, output) = (folder.path + "/in.safetensors", folder.path + "/out.safetensors")
    try SafetensorsFile.write(
      [StoredTensor(name: "module.w", shape: [2], values: [1, 2] as [Float])], to: input)
    let command = try Deepmed.Checkpoint.Convert.parse([input, output])
    try await command.run()
    #expect(try SafetensorsFile(path: output)["w"]?.floats() == [1, 2])
  }

  @Test func refusesAnotherEnding() {
    #expect(throws: (any Error).self) { try Deepmed.Checkpoint.Convert.parse(["a.pth", "b.pth"]) }
  }

  @Test func statisticsLeaveOutWhatIsNotFinite() {
    let tensor = StoredTensor(name: "x", shape: [4], values: [1, 3, .nan, .infinity] as [Float])
    #expect(TensorStatistics(tensor).description == "mean 2, deviation 1, 1…3, 2 not finite")
  }
}
