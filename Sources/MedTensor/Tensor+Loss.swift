internal import CTorch

/// What becomes of the values of a loss.
public enum LossReduction: String, Codable, Hashable, Sendable, CaseIterable {
  case none, mean, sum

  var code: ct_loss_reduction {
    switch self {
    case .none: CT_LOSS_NONE
    case .mean: CT_LOSS_MEAN
    case .sum: CT_LOSS_SUM
    }
  }
}

extension Tensor {
  /// Cross entropy of these logits `[N, C, …]`.
  /// - Parameters:
  ///   - target: Class numbers `[N, …]` (`int64`), or probabilities `[N, C, …]`.
  ///   - weight: One factor for each class `[C]`; `mean` divides by the sum of the targets' weights.
  ///   - ignored: Voxels of this class number don't count.
  ///   - smoothing: The share of the target that is spread over all classes.
  public func crossEntropy(
    _ target: Tensor, weight: Tensor? = nil, reduction: LossReduction = .mean, ignored: Int = -100,
    smoothing: Double = 0
  ) throws(TensorError) -> Tensor {
    try produce("cross entropy", [self, target]) {
      ct_cross_entropy(
        pointer, target.pointer, weight?.pointer, reduction.code, Int64(ignored), smoothing, $0)
    }
  }

  /// Cross entropy of the sigmoid of these logits, with targets in `[0, 1]` of the same shape.
  public func binaryCrossEntropy(
    _ target: Tensor, positiveWeight: Tensor? = nil, reduction: LossReduction = .mean
  ) throws(TensorError) -> Tensor {
    try produce("binary cross entropy", [self, target]) {
      ct_binary_cross_entropy(pointer, target.pointer, positiveWeight?.pointer, reduction.code, $0)
    }
  }

  /// Mean soft Dice loss and mean cross entropy of the softmax of these logits, weighted and added.
  ///
  /// - Parameter classes: Class numbers `[N, 1, …]` as bytes.
  /// - Returns: `nil` where there is no kernel for the types, devices and shapes.
  /// - Complexity: One pass over the logits forward, one backward; nothing of the logits' size in between.
  public func diceCrossEntropy(
    _ classes: Tensor, includesBackground: Bool, poolsBatch: Bool, jaccard: Bool, smoothNumerator: Double,
    smoothDenominator: Double, diceFactor: Double, crossEntropyFactor: Double
  ) throws(TensorError) -> Tensor? {
    guard ct_has_dice_cross_entropy(pointer, classes.pointer) else { return nil }
    return try produce("Dice and cross entropy", [self, classes]) {
      ct_dice_cross_entropy(
        pointer, classes.pointer, includesBackground, poolsBatch, jaccard, smoothNumerator, smoothDenominator,
        diceFactor, crossEntropyFactor, $0)
    }
  }
}
