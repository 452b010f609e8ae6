public import ArgumentParser
internal import MedCheckpoint

extension Deepmed.Checkpoint {
  /// Lists tensors with their types and shapes, and what else the file holds.
  public struct Show: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "List the tensors of a checkpoint and what else it holds.")

    @Argument(
      help: "The checkpoint.", completion: .file(extensions: ["safetensors", "pt", "pth", "ckpt"]),
      transform: filePath)
    public var file: String

    @Option(help: "The dictionary to list, such as state_dict; nested ones with slashes.")
    public var at: String?

    @Flag(help: "Print mean, deviation, minimum and maximum of each tensor; reads all of them.")
    public var statistics = false

    public init() {}

    public func run() async throws {
      let checkpoint = try CheckpointListing(file: file, at: at)
      for line in checkpoint.notes { print(line) }
      let tensors = checkpoint.state.tensors
      let width = min(70, tensors.map(\.name.count).max() ?? 0)
      for tensor in tensors {
        let name = tensor.name + String(repeating: " ", count: max(0, width - tensor.name.count))
        let shape = tensor.shape.map { "\($0)" }.joined(separator: "×")
        var line = "\(name)  \(tensor.type.rawValue) [\(shape)]"
        if statistics { line += "  " + TensorStatistics(tensor).description }
        print(line)
      }
      print(checkpoint.summary)
    }
  }
}
