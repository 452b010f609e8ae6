public import ArgumentParser
internal import Foundation
internal import MedCheckpoint
internal import MedVoxel

extension Deepmed.Checkpoint {
  /// Writes the weights of any checkpoint as safetensors.
  public struct Convert: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "Write the weights of a checkpoint as safetensors.")

    @Argument(
      help: "The checkpoint to read.", completion: .file(extensions: ["pt", "pth", "ckpt", "safetensors"]),
      transform: filePath)
    public var input: String

    @Argument(
      help: "The safetensors file to write.", completion: .file(extensions: ["safetensors"]),
      transform: filePath)
    public var output: String

    @Option(help: "The dictionary to take, such as state_dict; found by itself where there is one.")
    public var at: String?

    @Flag(help: "Keep the prefix “module.” that DataParallel puts before every key.")
    public var keepPrefix = false

    public init() {}

    public func validate() throws {
      guard output.hasSuffix(".safetensors") else {
        throw ValidationError("the output is written as safetensors: give a name that ends in .safetensors")
      }
    }

    public func run() async throws {
      var state = try StateDictionary(contentsOf: input, at: at)
      guard !state.tensors.isEmpty else {
        throw CheckpointError("the checkpoint holds no tensors", at: input)
      }
      if !keepPrefix { state = try state.mapped(by: .dataParallel) }
      try SafetensorsFile.write(
        state.tensors, metadata: ["source": URL(fileURLWithPath: input).lastPathComponent], to: output)
      let bytes = state.tensors.reduce(0) { $0 + $1.byteCount }
      print("\(output): \(state.tensors.count) tensors, \(describe(bytes: bytes))")
      if !state.ignored.isEmpty {
        print("left out, being no tensors: \(state.ignored.joined(separator: ", "))")
      }
    }
  }
}
