public import ArgumentParser
internal import Foundation
internal import MedRecord
internal import MedVoxel

extension Deepmed {
  static let version = Toolkit.version

  /// Parses the arguments, runs the command and ends the process: exit code 0 on success, 64 for wrong usage, 65
  /// for bad input data, 1 otherwise, with the message on standard error.
  /// - Parameter run: runs a command; an executable that links libtorch passes one that knows the tensor
  ///   commands.
  public static func launch(
    _ run: @Sendable (sending any ParsableCommand) async throws -> Void = runCommand
  ) async -> Never {
    do {
      let command = try parseAsRoot()
      try await run(command)
      guard fflush(nil) == 0 else {
        throw RecordError(
          "standard output could not be written: \(String(cString: strerror(errno)))",
          remedy: "check that there is space where it goes", cause: .environment)
      }
      Foundation.exit(0)
    } catch let error as any ExplainedError {
      FileHandle.standardError.write(Data("deepmed: \(error)\n".utf8))
      Foundation.exit(error.cause.exitCode)
    } catch {
      exit(withError: error)
    }
  }
}

/// Runs a command whatever its kind.
public func runCommand(_ command: sending any ParsableCommand) async throws {
  if var command = command as? any AsyncParsableCommand {
    try await command.run()
  } else {
    var command = command
    try command.run()
  }
}

extension FailureCause {
  var exitCode: Int32 {
    switch self {
    case .usage: 64
    case .data: 65
    case .environment: 1
    }
  }
}
