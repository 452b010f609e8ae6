/// How a table of scores, one row a case and one column a class, becomes fewer numbers. NaN entries don't count.
///
/// This is the arithmetic of MONAI's `do_metric_reduction`; `ScoreSummary` tells more.
public enum ScoreReduction: String, Codable, Hashable, Sendable, CaseIterable {
  /// The table itself.
  case none
  /// Classes within a case, then cases that have a value.
  case mean
  case sum
  /// Over cases, for each class.
  case meanBatch = "mean_batch"
  case sumBatch = "sum_batch"
  /// Over classes, for each case.
  case meanChannel = "mean_channel"
  case sumChannel = "sum_channel"

  /// - Parameter whenEmpty: What stands for the mean of no value: MONAI's 0, or NaN.
  /// - Returns: The numbers, and how many entries each is made of.
  public func callAsFunction(
    _ scores: [[Double]], whenEmpty: Double = 0
  ) -> (values: [Double], counts: [Int]) {
    func mean(_ values: [Double]) -> (Double, Int) {
      let defined = values.filter { !$0.isNaN }
      return defined.isEmpty ? (whenEmpty, 0) : (average(defined), defined.count)
    }
    func sum(_ values: [Double]) -> (Double, Int) {
      let defined = values.filter { !$0.isNaN }
      return (defined.reduce(0, +), defined.count)
    }
    func columns() -> [[Double]] { (0..<(scores.first?.count ?? 0)).map { c in scores.map { $0[c] } } }
    let pairs: [(Double, Int)]
    switch self {
    case .none: pairs = scores.joined().map { ($0, $0.isNaN ? 0 : 1) }
    case .mean:
      let cases = scores.map(mean).filter { $0.1 > 0 }.map(\.0)
      pairs = [cases.isEmpty ? (whenEmpty, 0) : (average(cases), cases.count)]
    case .sum: pairs = [sum(Array(scores.joined()))]
    case .meanBatch: pairs = columns().map(mean)
    case .sumBatch: pairs = columns().map(sum)
    case .meanChannel: pairs = scores.map(mean)
    case .sumChannel: pairs = scores.map(sum)
    }
    return (pairs.map(\.0), pairs.map(\.1))
  }
}
