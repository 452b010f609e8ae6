internal import Foundation

/// The largest amount of memory this process has used so far, in bytes; nil where the system doesn't say.
public func peakMemoryBytes() -> Int? {
  #if os(Linux)
    // `getrusage` keeps what the parent used when it started this program; this line does not.
    let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
  #else
    var usage = rusage()
    guard getrusage(RUSAGE_SELF, &usage) == 0 else { return nil }
    return usage.ru_maxrss
  #endif
}
