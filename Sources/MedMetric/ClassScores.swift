import Foundation

/// How well one class was segmented in one case.
///
/// Scores that nothing can be measured for are NaN (both maps empty); a missed or invented structure has
/// overlap 0 and an infinite distance, never NaN, so that no summary can lose it.
public struct ClassScores: Hashable, Sendable {
  public var label: UInt16
  /// Voxels of the class in both maps.
  public var truePositives: Int
  /// Voxels of the class in the prediction alone.
  public var falsePositives: Int
  /// Voxels of the class in the reference alone.
  public var falseNegatives: Int
  /// Voxels of the class in neither.
  public var trueNegatives: Int
  /// In mm³.
  public var predictedVolume: Double
  public var referenceVolume: Double
  /// The largest distance between the surfaces, in millimeters.
  public var hausdorff: Double
  /// The given percentile of the distances, of each direction, then the larger.
  public var hausdorffPercentile: Double
  /// The mean over the surface voxels of both maps, in millimeters.
  public var averageSurfaceDistance: Double
  /// The share of both surfaces within the tolerance of the other.
  public var surfaceDice: Double

  public init(
    label: UInt16, truePositives: Int, falsePositives: Int, falseNegatives: Int, trueNegatives: Int,
    predictedVolume: Double, referenceVolume: Double, hausdorff: Double = .nan,
    hausdorffPercentile: Double = .nan, averageSurfaceDistance: Double = .nan, surfaceDice: Double = .nan
  ) {
    self.label = label
    self.truePositives = truePositives
    self.falsePositives = falsePositives
    self.falseNegatives = falseNegatives
    self.trueNegatives = trueNegatives
    self.predictedVolume = predictedVolume
    self.referenceVolume = referenceVolume
    self.hausdorff = hausdorff
    self.hausdorffPercentile = hausdorffPercentile
    self.averageSurfaceDistance = averageSurfaceDistance
    self.surfaceDice = surfaceDice
  }

  /// Whether the class is in the reference and not in the prediction.
  public var isMissed: Bool { predictedCount == 0 && referenceCount > 0 }
  /// Whether the class is in the prediction and not in the reference.
  public var isInvented: Bool { predictedCount > 0 && referenceCount == 0 }
  /// Whether the class is in neither map.
  public var isAbsent: Bool { predictedCount == 0 && referenceCount == 0 }
  public var predictedCount: Int { truePositives + falsePositives }
  public var referenceCount: Int { truePositives + falseNegatives }

  /// 2·TP / (2·TP + FP + FN); NaN when the class is in neither map.
  public var dice: Double {
    isAbsent ? .nan : Double(2 * truePositives) / Double(predictedCount + referenceCount)
  }
  /// TP / (TP + FP + FN), the Jaccard index.
  public var intersectionOverUnion: Double {
    isAbsent ? .nan : Double(truePositives) / Double(truePositives + falsePositives + falseNegatives)
  }
  /// Predicted minus reference volume, in mm³.
  public var volumeDifference: Double { predictedVolume - referenceVolume }
  /// Volume difference by reference volume; infinite for an invented class.
  public var relativeVolumeDifference: Double {
    isAbsent ? .nan : referenceVolume > 0 ? volumeDifference / referenceVolume : .infinity
  }
  /// TP / (TP + FN): the sensitivity. NaN without reference voxels.
  public var recall: Double {
    referenceCount == 0 ? .nan : Double(truePositives) / Double(referenceCount)
  }
  /// TP / (TP + FP): the positive predictive value. NaN without predicted voxels.
  public var precision: Double {
    predictedCount == 0 ? .nan : Double(truePositives) / Double(predictedCount)
  }
  /// TN / (TN + FP). NaN when the reference fills the volume.
  public var specificity: Double {
    trueNegatives + falsePositives == 0
      ? .nan : Double(trueNegatives) / Double(trueNegatives + falsePositives)
  }

  public subscript(_ measure: Measure) -> Double {
    switch measure {
    case .dice: dice
    case .intersectionOverUnion: intersectionOverUnion
    case .hausdorff: hausdorff
    case .hausdorffPercentile: hausdorffPercentile
    case .averageSurfaceDistance: averageSurfaceDistance
    case .surfaceDice: surfaceDice
    case .volumeDifference: volumeDifference
    case .relativeVolumeDifference: relativeVolumeDifference
    case .recall: recall
    case .precision: precision
    case .specificity: specificity
    }
  }
}

/// What can be measured about a segmented class.
public enum Measure: String, Codable, Hashable, Sendable, CaseIterable {
  case dice, intersectionOverUnion, hausdorff, hausdorffPercentile, averageSurfaceDistance, surfaceDice
  case volumeDifference, relativeVolumeDifference, recall, precision, specificity

  /// Whether more is better; nil where zero is best.
  public var isBetterWhenLarger: Bool? {
    switch self {
    case .dice, .intersectionOverUnion, .surfaceDice, .recall, .precision, .specificity: true
    case .hausdorff, .hausdorffPercentile, .averageSurfaceDistance: false
    case .volumeDifference, .relativeVolumeDifference: nil
    }
  }

  /// "mm", "mm³", or nothing for a share.
  public var unit: String {
    switch self {
    case .hausdorff, .hausdorffPercentile, .averageSurfaceDistance: "mm"
    case .volumeDifference: "mm³"
    default: ""
    }
  }
}
