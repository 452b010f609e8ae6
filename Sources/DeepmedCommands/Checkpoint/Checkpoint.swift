public import ArgumentParser

extension Deepmed {
  /// Looks into files of weights, and turns them into safetensors.
  public struct Checkpoint: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "Look into files of weights (.safetensors, .pt, .pth) and convert them.",
      discussion: """
        Files that torch.save wrote are read as data: nothing in them is run, and a file that would run \
        something is refused with the names of what it calls.
        """,
      subcommands: [Show.self, Convert.self])

    public init() {}
  }
}
