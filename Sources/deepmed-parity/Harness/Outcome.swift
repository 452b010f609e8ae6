import MedCheckpoint

/// How a case ended.
enum Outcome {
  case pass
  case fail(String)
  case unsupported(String)

  /// Runs the case; nothing it throws gets past here.
  init(running test: Case, with runner: Runner?) {
    guard let runner else {
      self = .unsupported("class \(test.className)")
      return
    }
    do {
      let outputs = try runner(test)
      try test.checkAllUsed()
      if test.raises {
        let why = test.fields["raises"]?.string ?? ""
        self = .fail("accepted what the reference refuses: \(why.prefix(100))")
        return
      }
      try compare(outputs, with: test)
      self = .pass
    } catch let unsupported as Unsupported {
      self = .unsupported(unsupported.what)
    } catch let mismatch as Mismatch {
      self = .fail(mismatch.what)
    } catch {
      self =
        test.raises ? .pass : .fail("refused: \("\(error)".split(separator: "\n").joined(separator: " "))")
    }
  }
}

/// Counts by class, and the lines that tell them.
struct Tally {
  var counts: [String: (passed: Int, failed: Int, skipped: Int)] = [:]
  private(set) var passed = 0
  private(set) var failed = 0
  private(set) var skipped = 0

  mutating func add(_ outcome: Outcome, className: String) {
    var count = counts[className] ?? (0, 0, 0)
    switch outcome {
    case .pass: (count.passed, passed) = (count.passed + 1, passed + 1)
    case .fail: (count.failed, failed) = (count.failed + 1, failed + 1)
    case .unsupported: (count.skipped, skipped) = (count.skipped + 1, skipped + 1)
    }
    counts[className] = count
  }

  /// A row a class, those that failed first.
  var table: String {
    let rows = counts.sorted { ($1.value.failed, $0.key) < ($0.value.failed, $1.key) }
    let width = max(5, rows.map(\.key.count).max() ?? 0)
    func row(_ cells: [String]) -> String {
      cells[0] + String(repeating: " ", count: max(0, width - cells[0].count))
        + cells.dropFirst().map { String(repeating: " ", count: max(1, 9 - $0.count)) + $0 }.joined()
    }
    return
      ([row(["class", "passed", "failed", "skipped"])]
      + rows.map { row([$0.key, "\($0.value.passed)", "\($0.value.failed)", "\($0.value.skipped)"]) })
      .joined(separator: "\n")
  }
}
