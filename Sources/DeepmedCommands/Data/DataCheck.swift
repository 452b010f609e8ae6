public import ArgumentParser
import Foundation
import MedDataset
import MedVoxel

extension Deepmed.DataCommand {
  /// Lists what is wrong with a folder.
  public struct Check: ParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "List everything that is wrong or odd about a data set's folder.",
      discussion: "Exits with 65 when a case can't be used, and with --strict for every odd name, too.")

    @OptionGroup public var source: Source

    @Flag(help: "Open every image and look at its header, too.")
    public var images = false

    @Flag(help: "Print JSON.")
    public var json = false

    public init() {}

    public func run() throws {
      // Problems are the result here, not a failure: they are all listed before the exit.
      var lenient = source
      lenient.strict = false
      let dataset = try lenient.open()
      let log = DatasetLog()
      if images { _ = DatasetSummary(dataset, log: log) }
      let problems = dataset.problems + log.problems
      let errors = problems.filter { $0.severity == .error }
      if json {
        print(try Deepmed.CatalogCommand.json(problems))
      } else {
        for problem in problems {
          print((problem.severity == .error ? "error: " : "note: ") + problem.problem.description)
        }
        print(
          "\(dataset.id): \(dataset.cases.count) cases, \(errors.count) errors, "
            + "\(problems.count - errors.count) notes")
      }
      if !errors.isEmpty || (source.strict && !problems.isEmpty) { throw ExitCode(65) }
    }
  }
}
