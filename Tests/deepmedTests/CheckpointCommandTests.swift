import Foundation
import MedCheckpoint
import MedTestSupport
import Testing

@Suite struct CheckpointCommandTests {
  @Test func whatIsInAFile() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("weights.safetensors").path
    try SafetensorsFile.write(
      [StoredTensor(name: "conv.weight", shape: [2, 3], values: [1, 2, 3, 4, 5, 6] as [Float])], to: file)
    let outcome = try deepmed("checkpoint", "show", file, "--statistics")
    expectSuccess(outcome)
    for part in ["conv.weight", "float32", "2×3", "mean 3.5", "1 tensors, 6 elements"] {
      #expect(outcome.output.contains(part), "\(outcome.output)")
    }
  }

  /// A pickle that would run a command is refused by name, and nothing is run.
  @Test func pickleBomb() throws {
    let folder = try TemporaryFolder()
    let command = "touch \(folder.file("touched").path)"
    let text = Array(command.utf8)
    let bytes: [UInt8] =
      [0x80, 2] + Array("cposix\nsystem\n".utf8) + [0x58, UInt8(text.count), 0, 0, 0] + text + [
        0x85, 0x52, 0x2E,
      ]
    let bomb = try folder.file("bomb.pth", containing: bytes)
    expect(try deepmed("checkpoint", "show", bomb.path), fails: 65, saying: "posix.system", bomb.path)
    expect(
      try deepmed("checkpoint", "convert", bomb.path, folder.file("out.safetensors").path), fails: 65,
      saying: "posix.system")
    #expect(try folder.names == ["bomb.pth"])
    expect(try deepmed("checkpoint", "show", folder.file("absent.pth").path), fails: 65, saying: "absent.pth")
    // A pipe that nobody writes to is refused, not waited for.
    let pipe = folder.file("pipe").path
    #expect(mkfifo(pipe, 0o600) == 0)
    expect(try deepmed("checkpoint", "show", pipe), fails: 65, saying: pipe, "pipe")
    let junk = try folder.file("junk.safetensors", containing: [UInt8](repeating: 0xFF, count: 100))
    expect(try deepmed("checkpoint", "show", junk.path), fails: 65, saying: junk.path)
  }
}
