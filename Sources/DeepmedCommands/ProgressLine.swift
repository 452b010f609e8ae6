internal import Foundation

/// Shows how far long work is, on standard error: one line that renews itself on a terminal, a plain line now and then
/// elsewhere.
public final class ProgressLine: @unchecked Sendable {
  // SAFETY: everything mutable is read and written while holding `lock`.
  private let lock = NSLock()
  private let title: String
  private let total: Int
  private let first: Int
  private let isTerminal: Bool
  private let started = Date()
  private var lastShown = Date.distantPast
  private var lineIsOpen = false

  /// - Parameters:
  ///   - total: the number of the last unit.
  ///   - first: units that were done before this process began; they don't count for the rate.
  public init(_ title: String, total: Int, first: Int = 0) {
    self.title = title
    self.total = total
    self.first = first
    isTerminal = isatty(STDERR_FILENO) == 1
  }

  /// Tells that `done` units are finished.
  public func update(_ done: Int, _ detail: String = "") {
    lock.lock()
    defer { lock.unlock() }
    let now = Date()
    guard done >= total || now.timeIntervalSince(lastShown) >= (isTerminal ? 0.2 : 10) else { return }
    lastShown = now
    let seconds = now.timeIntervalSince(started)
    var text = "\(title) \(done)/\(total)"
    if done > first, seconds > 0 {
      let rate = Double(done - first) / seconds
      text += rate >= 1 ? String(format: "  %.1f/s", rate) : String(format: "  %.1f s each", 1 / rate)
      if done < total { text += "  \(Self.time(Double(total - done) / rate)) left" }
    }
    if !detail.isEmpty { text += "  \(detail)" }
    if isTerminal {
      write("\r\u{1B}[K" + text)
      lineIsOpen = true
    } else {
      write(text + "\n")
    }
  }

  /// A line of its own above the progress.
  public func note(_ text: String) {
    lock.lock()
    defer { lock.unlock() }
    write(isTerminal ? "\r\u{1B}[K\(text)\n" : text + "\n")
    lineIsOpen = false
  }

  /// Leaves the last state as a finished line.
  public func finish() {
    lock.lock()
    defer { lock.unlock() }
    if lineIsOpen { write("\n") }
    lineIsOpen = false
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

  private static func time(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded(.up))
    return whole < 60
      ? "\(whole) s" : whole < 3600 ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}
