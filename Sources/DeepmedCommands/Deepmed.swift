public import ArgumentParser

/// The command line: arguments → library calls → exit codes.
public struct Deepmed: AsyncParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "deepmed", abstract: "Medical images to results, in one binary.", version: "0.1.0")
  public init() {}
}
