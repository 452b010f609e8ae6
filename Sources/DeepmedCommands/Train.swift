public import ArgumentParser

extension Deepmed {
  /// Trains a planned network.
  public struct Train: TensorCommand {
    public static let configuration = CommandConfiguration(
      abstract: "Train a planned network; Ctrl-C leaves a checkpoint, --resume goes on from it.",
      discussion: """
        A run that was killed at any moment and resumed ends with the same weights, bit for bit, as one left \
        alone (same machine kind, same number of threads).
        """)

    @Argument(help: "The plan.", completion: .file(extensions: ["json"]), transform: filePath)
    public var plan: String

    @Option(name: [.short, .long], help: "The run's folder.", completion: .directory, transform: filePath)
    public var output: String

    @Flag(help: "Go on from the run's last checkpoint.")
    public var resume = false

    @OptionGroup public var compute: ComputeOptions

    public init() {}
  }
}
