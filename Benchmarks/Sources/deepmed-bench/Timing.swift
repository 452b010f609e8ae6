import Foundation

/// One measured work, as a JSON line.
struct Measurement: Codable {
  var work: String
  /// Milliseconds: the best and the median of the counted runs.
  var best: Double
  var median: Double
  var runs: Int
}

/// Runs the work once unmeasured and then `runs` times.
func measure(_ work: String, runs: Int = 5, _ body: () throws -> Void) rethrows {
  try body()
  var times: [Double] = []
  for _ in 0..<runs {
    let start = ContinuousClock.now
    try body()
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    times.append(Double(seconds) * 1e3 + Double(attoseconds) * 1e-15)
  }
  times.sort()
  let result = Measurement(work: work, best: times[0], median: times[times.count / 2], runs: runs)
  let line = (try? JSONEncoder().encode(result)) ?? Data()
  FileHandle.standardOutput.write(line + Data("\n".utf8))
}
