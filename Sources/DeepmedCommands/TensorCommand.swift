public import ArgumentParser
internal import Foundation
internal import MedRecord
internal import MedVoxel

/// A command that computes with tensors. Loading libtorch takes a quarter of a second, so `deepmed` does not link
/// it: such a command hands the process over to `deepmed-torch`, which lies beside it and does.
public protocol TensorCommand: AsyncParsableCommand {}

extension TensorCommand {
  public mutating func run() async throws {
    let own = Bundle.main.executableURL?.resolvingSymlinksInPath()
    guard let program = own?.deletingLastPathComponent().appending(path: "deepmed-torch"),
      FileManager.default.isExecutableFile(atPath: program.path)
    else {
      throw RecordError(
        "“deepmed-torch” was not found beside \(own?.path ?? "deepmed")",
        remedy: "install both programs into one folder", cause: .environment)
    }
    var arguments: [UnsafeMutablePointer<CChar>?] = ([program.path] + CommandLine.arguments.dropFirst())
      .map { strdup($0) }
    arguments.append(nil)
    execv(program.path, arguments)
    let reason = String(cString: strerror(errno))
    throw RecordError("\(program.path) could not be started: \(reason)", cause: .environment)
  }
}

/// Where and with how many threads tensors are computed.
public struct ComputeOptions: ParsableArguments {
  @Option(help: "Processor threads; all by default.")
  public var threads: Int?

  @Option(help: "cpu, cuda, cuda:1 … or mps.")
  public var device = "cpu"

  public init() {}

  public func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads needs at least 1, found \(threads)") }
  }
}
