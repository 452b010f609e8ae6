import Foundation
import MedCheckpoint
import MedVoxel

/// The process that runs the cases. It tells each result on a pipe, a JSON text a line, so that the process that
/// started it knows which case it was in when it crashed.
struct Worker {
  let cases: CaseList
  let descriptor: Int32

  func run(from first: Int) {
    for index in first..<max(first, cases.items.count) {
      let (word, text): (String, String) =
        switch cases.outcome(of: cases.items[index]) {
        case .pass: ("pass", "")
        case .fail(let what): ("fail", what)
        case .unsupported(let what): ("unsupported", what)
        }
      let line: JSONValue = ["index": .integer(index), "outcome": .string(word), "text": .string(text)]
      var bytes = Array((line.description + "\n").utf8)[...]
      while !bytes.isEmpty {
        let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 || errno == EINTR else { return }
        bytes = bytes.dropFirst(max(0, count))
      }
    }
  }

  /// Starts this program again as a worker.
  /// - Returns: its process number and the end of the pipe to read from.
  static func start(from first: Int) throws -> (process: pid_t, results: Int32) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw CheckpointError("a pipe cannot be made", cause: .environment) }
    defer { close(ends[1]) }
    _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
    setenv("SWIFT_BACKTRACE", "enable=no", 1)
    let path = Bundle.main.executablePath ?? CommandLine.arguments[0]
    let arguments = [path] + CommandLine.arguments.dropFirst() + ["--worker", "\(first)", "\(ends[1])"]
    var pointers = arguments.map { strdup($0) } + [nil]
    defer { pointers.forEach { free($0) } }
    var process: pid_t = 0
    guard posix_spawn(&process, path, nil, nil, &pointers, environ) == 0 else {
      close(ends[0])
      throw CheckpointError("the worker process cannot be started", at: path, cause: .environment)
    }
    return (process, ends[0])
  }
}
