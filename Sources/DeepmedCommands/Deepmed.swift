public import ArgumentParser

/// The command line: arguments → library calls → exit codes.
public struct Deepmed: AsyncParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "deepmed", abstract: "From scans to scored label maps, in one binary.",
    discussion: """
      A first run: deepmed plan DATASET -o plan.json, deepmed train plan.json -o run, \
      deepmed predict run scans -o out, deepmed evaluate out truth, deepmed report run out -o report.html.
      """,
    version: version,
    subcommands: [
      Image.self, DataCommand.self, Plan.self, Train.self, Predict.self, Evaluate.self, Report.self,
      Checkpoint.self, CatalogCommand.self,
    ])

  public init() {}
}
