public import ArgumentParser
import Foundation
import MedDataset
import MedVoxel

extension Deepmed.DataCommand {
  /// Writes a synthetic copy of a data set.
  public struct Mimic: ParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "Write a small synthetic copy in the owners' exact layout.",
      discussion:
        "For tests, and to try things before access is granted. No value comes from the data set itself.")

    @Argument(help: "The data set's id. See: deepmed data readers")
    public var dataset: String

    @Option(name: [.short, .long], help: "The folder to make.", completion: .directory, transform: filePath)
    public var output: String

    @Option(help: "How many cases to make; by default 3, and for tables as many rows as the owners publish.")
    public var cases: Int?

    @Option(help: "The same seed writes the same files.")
    public var seed: UInt64 = 0

    public init() {}

    public func validate() throws {
      if let cases, !(1...10_000).contains(cases) {
        throw ValidationError("--cases needs 1 to 10000, found \(cases)")
      }
    }

    public func run() throws {
      let reader = try Deepmed.DataCommand.reader(dataset)
      try reader.mimic(to: URL(fileURLWithPath: output), seed: seed, cases: cases)
      print("\(output): a synthetic copy of \(dataset), seed \(seed)")
    }
  }
}
