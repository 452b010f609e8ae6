public import ArgumentParser
import Foundation
import MedDataset
import MedVoxel

extension Deepmed {
  /// Reads published data sets in their owners' layout, and makes data.
  public struct DataCommand: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
      commandName: "data", abstract: "Read published data sets, prepare and make training data.",
      discussion: """
        A data set is read in the layout that its owners publish: download it, unpack it, name its folder. To try it \
        before access is granted: deepmed data mimic kits19 -o copy; deepmed data prepare copy -o prepared
        """,
      subcommands: [
        Readers.self, Check.self, Show.self, Summary.self, Prepare.self, Mimic.self, Synthesize.self,
        Labels.self,
      ])

    public init() {}
  }
}

extension Deepmed.DataCommand {
  /// Which data set's folder is read, and how strictly.
  public struct Source: ParsableArguments {
    @Argument(help: "The data set's root folder.", completion: .directory, transform: filePath)
    public var root: String

    @Option(help: "The data set's id; recognized by its files by default. See: deepmed data readers")
    public var dataset: String?

    @Flag(help: "Take every problem, even an odd name, for an error.")
    public var strict = false

    public init() {}

    func open() throws -> Dataset {
      let url = URL(fileURLWithPath: root)
      let reader = try dataset.map { try Deepmed.DataCommand.reader($0) } ?? Dataset.reader(for: url)
      return try Dataset(reader, at: url, mode: strict ? .strict : .lenient)
    }
  }

  static func reader(_ id: String) throws -> any DatasetReader {
    if let reader = DatasetReaders.reader(id) { return reader }
    throw DatasetError(
      "no reader is called “\(id)”",
      remedy: "known are \(DatasetReaders.all.map(\.id).joined(separator: ", "))", cause: .usage)
  }

  /// Tells on standard error how many problems there are.
  static func warn(_ dataset: Dataset, root: String) {
    let errors = dataset.problems.count { $0.severity == .error }
    guard errors > 0 else { return }
    FileHandle.standardError.write(
      Data("note: \(errors) problems; see them with: deepmed data check \(root)\n".utf8))
  }
}
