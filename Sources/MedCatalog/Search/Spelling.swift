/// How far words are from one another.
enum Spelling {
  /// Insertions, deletions, substitutions and swaps of neighbours; more than `limit` is told as `limit + 1`.
  ///
  /// - Source: the optimal string alignment distance.
  static func distance(_ a: [UInt8], _ b: [UInt8], limit: Int) -> Int {
    guard abs(a.count - b.count) <= limit else { return limit + 1 }
    var before = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    var row = last
    for i in 0..<a.count {
      row[0] = i + 1
      var best = row[0]
      for j in 0..<b.count {
        var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
        row[j + 1] = cost
        best = min(best, cost)
      }
      if best > limit { return limit + 1 }
      (before, last, row) = (last, row, before)
    }
    return last[b.count]
  }

  /// How many errors are forgiven in a word of that length.
  static func tolerance(_ length: Int) -> Int { length < 4 ? 0 : length < 7 ? 1 : 2 }

  /// The closest of the known words, if it is close enough to be meant.
  static func nearest(to word: String, in known: [String]) -> String? {
    let wanted = Array(word.lowercased().utf8)
    let limit = max(1, tolerance(wanted.count))
    let scored = known.map { (word: $0, far: distance(wanted, Array($0.lowercased().utf8), limit: limit)) }
    return scored.filter { $0.far <= limit }.min { ($0.far, $0.word) < ($1.far, $1.word) }?.word
  }
}
