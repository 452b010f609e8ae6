import Foundation
import MedCheckpoint

/// Goes through the cases, prints a line for each, and counts.
struct Session {
  let cases: CaseList
  let options: Options
  private var tally = Tally()

  init(cases: CaseList, options: Options) {
    self.cases = cases
    self.options = options
  }

  /// The cases run in a process of their own, which is started anew after a crash.
  mutating func run() throws -> Tally {
    if options.isInProcess {
      for item in cases.items { report(cases.outcome(of: item), item) }
      return tally
    }
    var next = 0
    while next < cases.items.count {
      let worker = try Worker.start(from: next)
      var lines = LineReader(descriptor: worker.results, limit: options.limit)
      while next < cases.items.count, let line = lines.next() {
        report(Session.outcome(line), cases.items[next])
        next += 1
      }
      close(worker.results)
      if lines.isLate { kill(worker.process, SIGKILL) }
      var status: Int32 = 0
      while waitpid(worker.process, &status, 0) < 0, errno == EINTR {}
      guard next < cases.items.count else { break }
      let why = lines.isLate ? "took more than \(options.limit) s" : "crashed with signal \(status & 0x7F)"
      report(.fail(why), cases.items[next])
      next += 1
    }
    return tally
  }

  private static func outcome(_ line: String) -> Outcome {
    let json = try? JSONValue(parsing: line)
    let text = json?["text"]?.string ?? ""
    return switch json?["outcome"]?.string {
    case "pass": .pass
    case "unsupported": .unsupported(text)
    default: .fail(text)
    }
  }

  private mutating func report(_ outcome: Outcome, _ item: CaseList.Item) {
    tally.add(outcome, className: item.className)
    switch outcome {
    case .fail(let what): print("fail \(item.id): \(what)")
    case .pass: if !options.onlyFailures { print("pass \(item.id)") }
    case .unsupported(let what): if !options.onlyFailures { print("unsupported \(item.id): \(what)") }
    }
    fflush(nil)
  }
}

/// Lines from a pipe, each within a time limit.
struct LineReader {
  let descriptor: Int32
  let limit: Int
  /// Whether the last line did not come in time.
  private(set) var isLate = false
  private var buffer: [UInt8] = []

  init(descriptor: Int32, limit: Int) {
    self.descriptor = descriptor
    self.limit = limit
  }

  /// Nil at the end, or when the limit is over.
  mutating func next() -> String? {
    let deadline = Date().addingTimeInterval(Double(limit))
    while true {
      if let end = buffer.firstIndex(of: 0x0A) {
        defer { buffer.removeSubrange(...end) }
        return String(decoding: buffer[..<end], as: UTF8.self)
      }
      var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let left = deadline.timeIntervalSinceNow
      let ready = poll(&request, 1, Int32(max(0, left * 1000)))
      if ready < 0, errno == EINTR { continue }
      guard ready > 0 else {
        isLate = true
        return nil
      }
      var chunk = [UInt8](repeating: 0, count: 65_536)
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return nil }
      buffer += chunk[..<count]
    }
  }
}
