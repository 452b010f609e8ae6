import Foundation
import MedTestSupport
import Testing

/// What a program that ended has left.
struct Outcome {
  /// The exit code, or the signal's number where a signal ended it.
  var status: Int32
  var wasKilled: Bool
  var output: String
  var error: String
}

/// The folder of the built programs: the test bundle lies in it.
private let products: URL = {
  #if os(macOS)
    if let bundle = Bundle.allBundles.first(where: { $0.bundlePath.hasSuffix(".xctest") }) {
      return bundle.bundleURL.deletingLastPathComponent()
    }
  #endif
  return URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
}()

func program(_ name: String) -> URL { products.appending(path: name) }

/// A program that runs, as a user starts it.
final class RunningProgram {
  private let process = Process()
  private let folder: TemporaryFolder
  private let ended = DispatchSemaphore(value: 0)

  /// What goes to standard output and error is kept in files, so that nobody waits for a full pipe.
  init(_ url: URL, _ arguments: [String], in directory: URL? = nil) throws {
    folder = try TemporaryFolder()
    process.executableURL = url
    process.arguments = arguments
    if let directory { process.currentDirectoryURL = directory }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: try folder.file("output", containing: []))
    process.standardError = try FileHandle(forWritingTo: try folder.file("error", containing: []))
    process.terminationHandler = { [ended] _ in ended.signal() }
    try process.run()
  }

  var isRunning: Bool { process.isRunning }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Waits for the end. A program that hangs is killed after two minutes and counts as killed.
  func wait() throws -> Outcome {
    if ended.wait(timeout: .now() + 120) == .timedOut {
      send(SIGKILL)
      ended.wait()
    }
    return Outcome(
      status: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal,
      output: String(decoding: try Data(contentsOf: folder.file("output")), as: UTF8.self),
      error: String(decoding: try Data(contentsOf: folder.file("error")), as: UTF8.self))
  }
}

/// Runs `deepmed` to its end.
@discardableResult func deepmed(_ arguments: String...) throws -> Outcome {
  try RunningProgram(program("deepmed"), arguments).wait()
}

/// Runs `deepmed` where no file may grow beyond `kilobytes`: to a program that is like a disk that is full.
func deepmed(onDiskOf kilobytes: Int, _ arguments: String...) throws -> Outcome {
  let script = "trap '' XFSZ; ulimit -f \(kilobytes); exec \"$0\" \"$@\""
  return try RunningProgram(
    URL(filePath: "/bin/bash"), ["-c", script, program("deepmed").path] + arguments
  ).wait()
}

/// The program ended by itself with this code, and said each of these on standard error.
func expect(
  _ outcome: Outcome, fails code: Int32, saying words: String...,
  at location: SourceLocation = #_sourceLocation
) {
  #expect(!outcome.wasKilled && outcome.status == code, "\(outcome)", sourceLocation: location)
  for word in words {
    #expect(
      outcome.error.contains(word), "“\(word)” is missing in: \(outcome.error)", sourceLocation: location)
  }
}

func expectSuccess(_ outcome: Outcome, at location: SourceLocation = #_sourceLocation) {
  #expect(!outcome.wasKilled && outcome.status == 0, "\(outcome)", sourceLocation: location)
}
