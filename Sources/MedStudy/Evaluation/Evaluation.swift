internal import Foundation
package import MedImage
internal import MedMetric
public import MedRecord
internal import MedVoxel
internal import Synchronization

/// Scores predicted label maps against the truth and sums them up.
public struct Evaluation: Sendable {
  /// The metrics that a short listing shows.
  public static let mainMetrics = ["Dice", "HD95 (mm)", "ASSD (mm)"]

  /// By class number, background first; numbered by what occurs where absent.
  public var classNames: [String]?
  /// Of the surface Dice, in millimetres.
  public var tolerance: Double
  /// Of the bootstrap intervals.
  public var seed: UInt64
  /// For each value of a true label map, the class it counts as; nil takes values as they are.
  public var truthClasses: [UInt16]?

  public init(
    classNames: [String]?, toleranceInMillimeters tolerance: Double = 1, seed: UInt64 = 0,
    truthClasses: [UInt16]? = nil
  ) {
    self.classNames = classNames
    self.tolerance = tolerance
    self.seed = seed
    self.truthClasses = truthClasses
  }

  /// - Parameter progress: called after each case.
  /// - Throws: `StudyError` with the problems of all cases: unreadable maps, maps of different grids (the difference in
  ///   millimetres), class numbers without a name.
  /// - Complexity: one case a thread in memory.
  public func callAsFunction(
    _ pairs: [LabelMapPairs.Pair], progress: @Sendable (_ finished: Int) -> Void = { _ in }
  ) throws(StudyError) -> EvaluationRecord {
    let finished = Atomic(0)
    let scored = try collect(pairs.count) { index in
      let scores = try score(pairs[index])
      progress(finished.add(1, ordering: .relaxed).newValue)
      return scores
    }
    let largest = scored.joined().map { Int($0.label) }.max() ?? 0
    let names = classNames ?? ["background"] + (0..<largest).map { "class \($0 + 1)" }
    let cases = zip(pairs, scored).map { pair, scores in
      EvaluationRecord.Case(
        id: pair.id, prediction: pair.prediction.path, truth: pair.truth.path,
        scores: scores.map(EvaluationRecord.Score.init))
    }
    return EvaluationRecord(
      classNames: names, tolerance: tolerance, seed: seed,
      environment: EnvironmentRecord(libtorch: nil, threads: Parallel.processorCount), cases: cases,
      summaries: summaries(scored))
  }

  private func score(_ pair: LabelMapPairs.Pair) throws -> [ClassScores] {
    let prediction = try LabelMap(contentsOf: pair.prediction)
    var truth = try LabelMap(contentsOf: pair.truth)
    if let difference = prediction.grid.difference(from: truth.grid) {
      throw StudyError(
        "prediction and truth of “\(pair.id)” lie on different grids: \(difference)", at: pair.prediction.path,
        remedy: "resample one of them")
    }
    if let truthClasses { truth.voxels.replaceValues(by: truthClasses) }
    let labels = try classNames.map { names in
      try checkNamed(prediction, names, pair.prediction)
      try checkNamed(truth, names, pair.truth)
      return (1..<max(names.count, 1)).map(UInt16.init)
    }
    return try SegmentationMeasures(toleranceInMillimeters: tolerance).scores(
      of: prediction.voxels, against: truth.voxels, spacing: prediction.affine.spacing, labels: labels)
  }

  private func checkNamed(_ map: LabelMap, _ names: [String], _ url: URL) throws(StudyError) {
    let largest = map.voxels.withUnsafeBuffer { $0.max() ?? 0 }
    guard Int(largest) < names.count else {
      throw StudyError(
        "class number \(largest) has no name; the classes are \(names.joined(separator: ", "))", at: url.path,
        remedy: "name all classes with --classes, or choose them with --truth-labels")
    }
  }

  private func summaries(_ scored: [[ClassScores]]) -> [EvaluationRecord.Summary] {
    let metrics: [(Measure, String)] = [
      (.dice, "Dice"), (.intersectionOverUnion, "IoU"), (.hausdorff, "HD (mm)"),
      (.hausdorffPercentile, "HD95 (mm)"), (.averageSurfaceDistance, "ASSD (mm)"),
      (.surfaceDice, "surface Dice"),
    ]
    let summary = EvaluationSummary(of: scored, measures: metrics.map(\.0), from: RandomStream(seed: seed))
    return summary.labels.flatMap { label in
      metrics.compactMap { measure, name in
        summary.byLabel[label]?[measure].map { score in
          EvaluationRecord.Summary(
            classNumber: Int(label), metric: name, mean: known(score.mean), median: known(score.median),
            interval: score.interval.map { [$0.lowerBound, $0.upperBound] }, count: score.count,
            missed: (summary.missedCount[label] ?? 0) + (summary.inventedCount[label] ?? 0))
        }
      }
    }
  }
}

extension EvaluationRecord.Score {
  init(_ scores: ClassScores) {
    self.init(
      classNumber: Int(scores.label), dice: known(scores.dice), iou: known(scores.intersectionOverUnion),
      hausdorff: known(scores.hausdorff), hausdorff95: known(scores.hausdorffPercentile),
      averageSurfaceDistance: known(scores.averageSurfaceDistance), surfaceDice: known(scores.surfaceDice),
      predictedVolume: scores.predictedVolume / 1000, trueVolume: scores.referenceVolume / 1000)
  }
}

/// nil for NaN: nothing can be measured.
private func known(_ value: Double) -> Double? { value.isNaN ? nil : value }

extension VoxelBuffer<UInt16> {
  /// Every value replaced by its entry in a table of 65,536.
  fileprivate mutating func replaceValues(by table: [UInt16]) {
    withUnsafeMutableBuffer { values in
      for index in values.indices { values[index] = table[Int(values[index])] }
    }
  }
}

/// Dice of each foreground class, from 1 on, for validation while training; nil where neither map has the class.
package func diceByClass(
  _ prediction: LabelMap, _ truth: LabelMap, classes: Int
) throws -> [Double?] {
  try SegmentationMeasures(includesSurfaces: false).scores(
    of: prediction.voxels, against: truth.voxels, spacing: prediction.affine.spacing,
    labels: (1..<classes).map(UInt16.init)
  ).map { known($0.dice) }
}
