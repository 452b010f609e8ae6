public import MedVoxel

/// Settings of the surface scores.
public struct SegmentationMeasures: Hashable, Codable, Sendable {
  /// Of the surface distances, for `ClassScores.hausdorffPercentile`.
  public var percentile: Double
  /// For surface Dice, in millimeters; a class may have its own.
  public var tolerance: Double
  public var toleranceByLabel: [UInt16: Double]
  /// Without them only overlap and volumes are measured, and the surface scores are NaN.
  public var includesSurfaces: Bool

  public init(
    percentile: Double = 95, toleranceInMillimeters tolerance: Double = 1,
    toleranceByLabel: [UInt16: Double] = [:], includesSurfaces: Bool = true
  ) {
    self.percentile = percentile
    self.tolerance = tolerance
    self.toleranceByLabel = toleranceByLabel
    self.includesSurfaces = includesSurfaces
  }

  /// Scores of each class of a predicted label map against the reference.
  ///
  /// - Parameters:
  ///   - spacing: Millimeters between voxel centers.
  ///   - labels: The classes; by default all labels but 0 that occur in either map, ascending.
  /// - Complexity: one pass for the overlap of all classes; for each class O(voxels of its box).
  /// - Throws: `MetricError` when the sizes differ, a spacing is not positive, or a setting is out of range.
  public func scores(
    of prediction: VoxelBuffer<UInt16>, against reference: VoxelBuffer<UInt16>, spacing: SIMD3<Double>,
    labels: [UInt16]? = nil
  ) throws(MetricError) -> [ClassScores] {
    try check(prediction, reference, spacing)
    let overlap = prediction.overlap(with: reference)
    let voxelVolume = spacing.x * spacing.y * spacing.z
    return (labels ?? overlap.labels.filter { $0 != 0 }).map { label in
      let both = overlap.count(label, label)
      let (predicted, expected) = (overlap.firstCount(label), overlap.secondCount(label))
      var scores = ClassScores(
        label: label, truePositives: both, falsePositives: predicted - both, falseNegatives: expected - both,
        trueNegatives: prediction.voxelCount - predicted - expected + both,
        predictedVolume: Double(predicted) * voxelVolume, referenceVolume: Double(expected) * voxelVolume)
      guard includesSurfaces, !scores.isAbsent else { return scores }
      guard predicted > 0, expected > 0 else {
        (scores.hausdorff, scores.hausdorffPercentile) = (.infinity, .infinity)
        (scores.averageSurfaceDistance, scores.surfaceDice) = (.infinity, 0)
        return scores
      }
      let box = overlap.box(label) ?? GridBox(size: prediction.size)
      let distances = SurfaceDistances(of: label, in: prediction, and: reference, box: box, spacing: spacing)
      scores.hausdorff = distances.hausdorff()
      scores.hausdorffPercentile = distances.hausdorff(percentile: percentile)
      scores.averageSurfaceDistance = distances.average(.symmetric)
      scores.surfaceDice = distances.surfaceDice(tolerance: toleranceByLabel[label] ?? tolerance)
      return scores
    }
  }

  private func check(
    _ prediction: VoxelBuffer<UInt16>, _ reference: VoxelBuffer<UInt16>, _ spacing: SIMD3<Double>
  ) throws(MetricError) {
    var problems: [Problem] = []
    if prediction.size != reference.size || prediction.channels != 1 || reference.channels != 1 {
      problems.append(
        Problem(
          expected: "two label maps of one channel and one size",
          found: "\(prediction.channels)×\(describe(prediction.size)) and "
            + "\(reference.channels)×\(describe(reference.size))",
          remedy: "resample the prediction onto the reference's grid"))
    }
    if !(0..<3).allSatisfy({ spacing[$0] > 0 && spacing[$0].isFinite }) {
      problems.append(Problem(expected: "a positive spacing", found: "\(describe(spacing)) mm"))
    }
    if !(0...100).contains(percentile) {
      problems.append(Problem(expected: "a percentile from 0 to 100", found: "\(percentile)"))
    }
    for value in [tolerance] + toleranceByLabel.values where !(value >= 0 && value.isFinite) {
      problems.append(Problem(expected: "a tolerance of 0 mm or more", found: "\(value)"))
    }
    guard problems.isEmpty else { throw MetricError(problems) }
  }
}
