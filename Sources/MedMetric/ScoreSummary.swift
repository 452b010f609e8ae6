import Foundation
public import MedVoxel

/// A measure over cases: nothing is dropped silently.
public struct ScoreSummary: Hashable, Sendable {
  /// Cases with a value, infinite ones included.
  public var count: Int
  /// Cases in which nothing can be measured (NaN).
  public var undefinedCount: Int
  /// Cases with an infinite distance: the structure was missed, or invented.
  public var infiniteCount: Int
  /// Over all cases with a value: infinite as soon as one is. NaN without any.
  public var mean: Double
  public var median: Double
  /// The mean over the finite values alone, to be read together with `infiniteCount`.
  public var finiteMean: Double
  /// Sample standard deviation (n − 1) of the finite values; 0 for fewer than two.
  public var finiteDeviation: Double
  public var minimum: Double
  public var maximum: Double
  /// The bootstrap interval of the mean; nil for fewer than two cases.
  public var interval: ConfidenceInterval?

  /// - Parameters:
  ///   - values: One for each case; NaN where nothing can be measured.
  ///   - level: Of the interval.
  ///   - resamples: How often the cases are drawn again, with replacement.
  ///   - stream: The draws follow from it alone.
  /// - Complexity: O(resamples · cases).
  public init(
    _ values: [Double], level: Double = 0.95, resamples: Int = 2000,
    from stream: RandomStream = RandomStream(seed: 0)
  ) {
    let defined = values.filter { !$0.isNaN }
    let finite = defined.filter(\.isFinite)
    count = defined.count
    undefinedCount = values.count - defined.count
    infiniteCount = defined.count - finite.count
    mean = average(defined)
    median = quantile(0.5, of: defined)
    let center = average(finite)
    finiteMean = center
    let squares = finite.reduce(0) { $0 + ($1 - center) * ($1 - center) }
    finiteDeviation = finite.count > 1 ? (squares / Double(finite.count - 1)).squareRoot() : 0
    minimum = defined.min() ?? .nan
    maximum = defined.max() ?? .nan
    interval = ConfidenceInterval(
      meanOf: defined, level: level, resamples: resamples, from: stream)
  }
}

/// Where a statistic may lie, given which cases happened to be there.
public struct ConfidenceInterval: Hashable, Codable, Sendable {
  public var lowerBound: Double
  public var upperBound: Double
  /// 0.95 for a 95 % interval.
  public var level: Double

  public init(lowerBound: Double, upperBound: Double, level: Double) {
    self.lowerBound = lowerBound
    self.upperBound = upperBound
    self.level = level
  }

  /// The percentile bootstrap of the mean; nil for fewer than two values.
  ///
  /// - Source: Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 1979.
  public init?(meanOf values: [Double], level: Double, resamples: Int, from stream: RandomStream) {
    guard values.count > 1, resamples > 0 else { return nil }
    var stream = stream.stream("bootstrap")
    let means = (0..<resamples).map { _ in
      (0..<values.count).reduce(0) { sum, _ in sum + values[stream.integer(below: values.count)] }
        / Double(values.count)
    }
    let tail = (1 - min(max(level, 0), 1)) / 2
    self.init(
      lowerBound: quantile(tail, of: means), upperBound: quantile(1 - tail, of: means), level: level)
  }
}

func average(_ values: [Double]) -> Double {
  values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
}

/// Scores of several cases, by class and over classes.
public struct EvaluationSummary: Sendable {
  /// Ascending.
  public var labels: [UInt16]
  public var caseCount: Int
  /// By label, then measure.
  public var byLabel: [UInt16: [Measure: ScoreSummary]]
  /// Of each case's mean over its classes; a case counts when one of its classes has a value.
  public var overall: [Measure: ScoreSummary]
  /// Cases in which the reference has the class and the prediction has not.
  public var missedCount: [UInt16: Int]
  /// Cases in which the prediction has the class and the reference has not.
  public var inventedCount: [UInt16: Int]

  /// - Parameters:
  ///   - cases: Each case's scores, one for each class; a class that a case does not list is undefined there.
  ///   - measures: What to summarize.
  public init(
    of cases: [[ClassScores]], measures: [Measure] = Measure.allCases, level: Double = 0.95,
    resamples: Int = 2000, from stream: RandomStream = RandomStream(seed: 0)
  ) {
    labels = Set(cases.joined().map(\.label)).sorted()
    caseCount = cases.count
    byLabel = [:]
    overall = [:]
    missedCount = [:]
    inventedCount = [:]
    for label in labels {
      let scores = cases.map { $0.first { $0.label == label } }
      missedCount[label] = scores.count { $0?.isMissed ?? false }
      inventedCount[label] = scores.count { $0?.isInvented ?? false }
      for measure in measures {
        byLabel[label, default: [:]][measure] = ScoreSummary(
          scores.map { $0?[measure] ?? .nan }, level: level, resamples: resamples,
          from: stream.stream("\(label)/\(measure.rawValue)"))
      }
    }
    for measure in measures {
      let means = cases.map { scores in average(scores.map { $0[measure] }.filter { !$0.isNaN }) }
      overall[measure] = ScoreSummary(
        means, level: level, resamples: resamples, from: stream.stream(measure.rawValue))
    }
  }
}
