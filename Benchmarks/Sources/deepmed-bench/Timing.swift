import Foundation

/// One measured work, as a JSON line; the peers print the same.
struct Measurement: Codable {
  var work: String
  var peer: String?
  /// Of best and median: "ms" or "MB".
  var unit = "ms"
  var best: Double
  var median: Double
  var runs: Int
}

func emit(_ measurement: Measurement) {
  let line = (try? JSONEncoder().encode(measurement)) ?? Data()
  FileHandle.standardOutput.write(line + Data("\n".utf8))
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
  emit(Measurement(work: work, best: times[0], median: times[times.count / 2], runs: runs))
}
