public import MedTensor

/// How far a prediction is from the truth: a scalar to minimize, or unreduced values.
public protocol Loss: Sendable {
  /// - Parameters:
  ///   - prediction: `[N, C, …]`, logits unless the loss says otherwise.
  ///   - target: Class numbers `[N, 1, …]`, or one channel for each class `[N, C, …]`.
  func callAsFunction(_ prediction: Tensor, _ target: Tensor) throws(TensorError) -> Tensor
}

/// Cross entropy over the channel axis, as `torch.nn.CrossEntropyLoss`.
public struct CrossEntropyLoss: Loss {
  /// One factor for each class.
  public var weight: [Float]?
  public var reduction: LossReduction
  /// Voxels with this class number don't count.
  public var ignoredClass: Int?
  /// The share of the target that is spread over all classes.
  public var smoothing: Double

  public init(
    weight: [Float]? = nil, reduction: LossReduction = .mean, ignoredClass: Int? = nil, smoothing: Double = 0
  ) {
    self.weight = weight
    self.reduction = reduction
    self.ignoredClass = ignoredClass
    self.smoothing = smoothing
  }

  public func callAsFunction(_ prediction: Tensor, _ target: Tensor) throws(TensorError) -> Tensor {
    let classes = try prediction.size(1)
    var truth = target
    if target.rank == prediction.rank, try target.size(1) == 1, classes != 1 {
      truth = try target.removingAxis(1).to(.int64)
    } else if target.rank == prediction.rank {
      truth = try target.to(prediction.dtype)
    } else {
      truth = try target.to(.int64)
    }
    var factors: Tensor?
    if let weight { factors = try Tensor(weight).to(prediction.device).to(prediction.dtype) }
    return try prediction.crossEntropy(
      truth, weight: factors, reduction: reduction, ignored: ignoredClass ?? -100, smoothing: smoothing)
  }
}

/// Class numbers `[N, 1, …]` as one channel of zeros and ones for each class `[N, classes, …]`.
func classChannels(_ target: Tensor, classes: Int, dtype: DType) throws(TensorError) -> Tensor {
  guard target.rank >= 2, try target.size(1) == 1 else {
    throw TensorError("expected class numbers [N, 1, …], found \(target.summary)")
  }
  let whole = target.dtype.isFloatingPoint ? target : try target.to(.int64)
  let outside = try whole.less(than: 0).or(whole.atLeast(Double(classes))).any()
  guard try outside.item() == 0 else {
    throw TensorError(
      "expected class numbers from 0 to \(classes - 1), found \(try whole.smallest().item()) to "
        + "\(try whole.largest().item())", remedy: "map the labels, or give the network more output channels")
  }
  var shape = Array(repeating: 1, count: target.rank)
  shape[1] = classes
  let numbers = try Tensor.range(to: Double(classes), dtype: whole.dtype).reshaped(shape).to(target.device)
  return try whole.equals(numbers).to(dtype)
}
