public import ArgumentParser

extension Deepmed {
  /// Segments scans with a trained network.
  public struct Predict: TensorCommand {
    public static let configuration = CommandConfiguration(
      abstract: "Segment scans with a trained network; label maps in each scan's own geometry.",
      discussion: """
        Scans are files, folders of files, or DICOM folders. Where the network has several channels, a scan is \
        one file with all of them, or files NAME_0000, NAME_0001 … with one each. A scan that can't be segmented \
        does not stop the others: what is wrong with it is told at the end, with exit code 65.
        """)

    @Argument(help: "The run's folder.", completion: .directory, transform: filePath)
    public var run: String

    @Argument(help: "Scans to segment.", completion: .file(), transform: filePath)
    public var scans: [String]

    @Option(
      name: [.short, .long], help: "The folder for label maps.", completion: .directory, transform: filePath)
    public var output: String

    @Flag(inversion: .prefixedNo, help: "Use the moving average of the weights where the run keeps one.")
    public var averaged = true

    @OptionGroup public var compute: ComputeOptions

    public init() {}
  }
}
