public import MedTensor

/// The weighted sum of a loss over outputs of several resolutions, as MONAI's `DeepSupervisionLoss`. The target is
/// resized (nearest center) to each output.
public struct DeepSupervisionLoss: Sendable {
  public enum Weighting: String, Codable, Hashable, Sendable {
    /// 1, 1, 1 …
    case same
    /// 1, ½, ¼ …, at least 1/16.
    case exponential = "exp"
    /// 1, ½, ½ …
    case two
  }
  public var loss: any Loss
  public var weighting: Weighting
  /// Used instead where there are enough of them.
  public var weights: [Double]?

  public init(_ loss: any Loss, weighting: Weighting = .exponential, weights: [Double]? = nil) {
    self.loss = loss
    self.weighting = weighting
    self.weights = weights
  }

  /// The weights of `count` outputs, finest first.
  public func weights(for count: Int) -> [Double] {
    if let weights, weights.count >= count { return Array(weights.prefix(count)) }
    return (0..<count).map { level in
      switch weighting {
      case .same: 1
      case .exponential: max(1 / Double(1 << min(level, 10)), 0.0625)
      case .two: level == 0 ? 1 : 0.5
      }
    }
  }

  public func callAsFunction(_ outputs: [Tensor], _ target: Tensor) throws(TensorError) -> Tensor {
    guard let first = outputs.first else {
      throw TensorError("there is no output", at: "DeepSupervisionLoss")
    }
    let weights = weights(for: outputs.count)
    var total = try level(first, target) * weights[0]
    for index in outputs.indices.dropFirst() {
      total = try total + level(outputs[index], target) * weights[index]
    }
    return total
  }

  private func level(_ output: Tensor, _ target: Tensor) throws(TensorError) -> Tensor {
    let size = Array(output.shape.dropFirst(2))
    var truth = target
    if Array(target.shape.dropFirst(2)) != size {
      // The resizing kernels know floating point and bytes.
      truth = try target.to(.float32).resized(to: size, interpolation: .nearestExact).to(target.dtype)
    }
    return try loss(output.to(.float32), truth)
  }
}
