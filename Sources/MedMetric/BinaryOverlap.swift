public import MedVoxel

/// How two masks overlap, in voxels.
public struct BinaryOverlap: Hashable, Codable, Sendable {
  public var truePositives: Int
  public var falsePositives: Int
  public var falseNegatives: Int
  public var trueNegatives: Int

  public init(truePositives: Int, falsePositives: Int, falseNegatives: Int, trueNegatives: Int) {
    self.truePositives = truePositives
    self.falsePositives = falsePositives
    self.falseNegatives = falseNegatives
    self.trueNegatives = trueNegatives
  }

  /// What a score is when nothing is there to be found.
  public enum EmptyReference: String, Codable, Hashable, Sendable, CaseIterable {
    /// NaN whenever the reference is empty, whatever was predicted (MONAI's `ignore_empty`).
    case ignored
    /// 1 for an empty prediction, 0 for any other.
    case scored
    /// NaN for an empty prediction, 0 for any other: an invented structure counts, nothing found in nothing
    /// does not.
    case undefinedWhenBothEmpty
  }

  /// Voxels other than 0 are set.
  /// - Throws: `MetricError` when the shapes differ.
  public init(
    prediction: VoxelBuffer<UInt8>, reference: VoxelBuffer<UInt8>
  ) throws(MetricError) {
    guard prediction.size == reference.size, prediction.channels == reference.channels else {
      throw MetricError(
        "expected masks of one shape, found \(describe(prediction.size)) and \(describe(reference.size))")
    }
    var both = 0
    prediction.withUnsafeBuffer { p in
      reference.withUnsafeBuffer { r in
        for i in p.indices where p[i] != 0 && r[i] != 0 { both += 1 }
      }
    }
    let (predicted, expected) = (prediction.setCount, reference.setCount)
    self.init(
      truePositives: both, falsePositives: predicted - both, falseNegatives: expected - both,
      trueNegatives: prediction.count - predicted - expected + both)
  }

  public func dice(_ empty: EmptyReference = .undefinedWhenBothEmpty) -> Double {
    score(empty) { Double(2 * truePositives) / Double(2 * truePositives + falsePositives + falseNegatives) }
  }

  public func intersectionOverUnion(_ empty: EmptyReference = .undefinedWhenBothEmpty) -> Double {
    score(empty) { Double(truePositives) / Double(truePositives + falsePositives + falseNegatives) }
  }

  /// The difference of the two volumes in voxels, without its sign.
  public func absoluteVolumeDifference(_ empty: EmptyReference = .undefinedWhenBothEmpty) -> Double {
    if empty == .ignored, truePositives + falseNegatives == 0 { return .nan }
    return Double(abs(falsePositives - falseNegatives))
  }

  private func score(_ empty: EmptyReference, _ value: () -> Double) -> Double {
    guard truePositives + falseNegatives == 0 else { return value() }
    switch empty {
    case .ignored: return .nan
    case .scored: return falsePositives == 0 ? 1 : 0
    case .undefinedWhenBothEmpty: return falsePositives == 0 ? .nan : 0
    }
  }
}

/// The mean Dice over the connected components of the reference, each scored within the voxels nearest to it.
///
/// - Parameter empty: What holds for a reference without components.
/// - Returns: A component that neither mask touches in its region counts as 1.
/// - Source: "CC-metrics", Jaus et al., AAAI 2025.
/// - Throws: `MetricError` when the shapes differ or there is more than one channel.
public func componentDice(
  prediction: VoxelBuffer<UInt8>, reference: VoxelBuffer<UInt8>,
  connectivity: Connectivity = .corners, empty: BinaryOverlap.EmptyReference = .undefinedWhenBothEmpty
) throws(MetricError) -> Double {
  let whole = try BinaryOverlap(prediction: prediction, reference: reference)
  guard reference.channels == 1 else { throw MetricError("expected masks of one channel") }
  guard whole.truePositives + whole.falseNegatives > 0 else { return whole.dice(empty) }
  let components = reference.connectedComponents(connectivity)
  let nearest = reference.distanceAndNearest().nearest
  var counts = [(both: Int, either: Int)](repeating: (0, 0), count: components.components.count + 1)
  components.map.withUnsafeBuffer { numbers in
    nearest.withUnsafeBuffer { nearest in
      prediction.withUnsafeBuffer { p in
        reference.withUnsafeBuffer { r in
          for i in p.indices where p[i] != 0 || r[i] != 0 {
            let component = Int(numbers[Int(nearest[i])])
            if p[i] != 0 && r[i] != 0 { counts[component].both += 1 }
            counts[component].either += (p[i] != 0 ? 1 : 0) + (r[i] != 0 ? 1 : 0)
          }
        }
      }
    }
  }
  return average(
    counts.dropFirst().map { $0.either == 0 ? 1 : 2 * Double($0.both) / Double($0.either) })
}
