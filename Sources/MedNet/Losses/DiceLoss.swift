public import MedTensor

/// What turns network outputs into probabilities.
public enum OutputActivation: Sendable {
  case none, sigmoid
  /// Over the channels; has no effect on a single one.
  case softmax
  case custom(@Sendable (Tensor) throws(TensorError) -> Tensor)

  func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
    switch self {
    case .none: return x
    case .sigmoid: return try x.sigmoid()
    case .softmax: return try x.size(1) == 1 ? x : x.softmax(axis: 1)
    case .custom(let function): return try function(x)
    }
  }
}

/// One minus the soft Dice overlap of each class, with the options of MONAI's `DiceLoss`.
///
/// - Shape: prediction `[N, C, …]`; target of the same shape, or class numbers `[N, 1, …]` when `takesClasses`.
/// - Source: Milletari et al., "V-Net", 3DV 2016; Wang et al., "Dice semimetric losses", MICCAI 2023.
public struct DiceLoss: Loss {
  /// Whether the first channel counts. A single channel always does.
  public var includesBackground = true
  /// Whether the target holds class numbers.
  public var takesClasses = false
  public var activation = OutputActivation.none
  /// Whether the denominator holds squares.
  public var squares = false
  /// The Jaccard index instead of Dice.
  public var jaccard = false
  public var reduction = LossReduction.mean
  public var smoothNumerator = 1e-5
  public var smoothDenominator = 1e-5
  /// Whether overlaps are taken over the whole batch rather than for each sample.
  public var poolsBatch = false
  /// One factor for all classes, or one for each that counts.
  public var weight: [Float]?
  /// Whether targets are shares between 0 and 1.
  public var hasSoftLabels = false
  /// Voxels with this class number count for no class.
  public var ignoredClass: Int?

  public init() {}

  public init(
    takesClasses: Bool, activation: OutputActivation, includesBackground: Bool = true,
    poolsBatch: Bool = false
  ) {
    self.takesClasses = takesClasses
    self.activation = activation
    self.includesBackground = includesBackground
    self.poolsBatch = poolsBatch
  }

  public func callAsFunction(_ prediction: Tensor, _ target: Tensor) throws(TensorError) -> Tensor {
    try checkWeight()
    var p = try activation(prediction)
    var t = target
    let classes = try p.size(1)
    if takesClasses && classes > 1 {
      if let ignoredClass, !(0..<classes).contains(ignoredClass) {
        t = try t.filled(0, where: t.equals(Double(ignoredClass)))
      }
      t = try classChannels(t, classes: classes, dtype: p.dtype)
    } else if !t.dtype.isFloatingPoint {
      t = try t.to(p.dtype)
    }
    if !includesBackground && classes > 1 {
      t = try t.narrowed(1..<t.size(1), axis: 1)
      p = try p.narrowed(1..<classes, axis: 1)
    }
    guard t.shape == p.shape else {
      throw TensorError(
        "the target's shape \(t.shape) differs from the prediction's \(p.shape)", at: "DiceLoss",
        remedy: "give one channel for each class, or class numbers with takesClasses")
    }
    if let mask = try mask(of: target, dtype: p.dtype) { (p, t) = (try p * mask, try t * mask) }
    let values = try overlapLoss(p, t)
    return try reduced(try weighted(values), rank: p.rank)
  }

  /// One where voxels count, `[N, 1, …]`.
  private func mask(of target: Tensor, dtype: DType) throws(TensorError) -> Tensor? {
    guard let ignoredClass else { return nil }
    if try target.size(1) == 1 { return try target.differs(from: Double(ignoredClass)).to(dtype) }
    guard try (0..<target.size(1)).contains(ignoredClass) else { return nil }
    return try 1 - target.narrowed(ignoredClass..<ignoredClass + 1, axis: 1).to(dtype)
  }

  /// `[N, C]`, or `[C]` when the batch is pooled.
  private func overlapLoss(_ p: Tensor, _ t: Tensor) throws(TensorError) -> Tensor {
    let axes = (poolsBatch ? [0] : []) + Array(2..<p.rank)
    let both: Tensor
    let total: Tensor
    if squares || hasSoftLabels {
      func power(_ x: Tensor) throws(TensorError) -> Tensor {
        try (squares ? x.squared() : x.absolute()).sum(axes: axes)
      }
      (total, both) = (try power(p) + power(t), try (power(p) + power(t) - power(p - t)) / 2)
    } else {
      both = try (p * t).sum(axes: axes)
      total = try p.sum(axes: axes) + t.sum(axes: axes)
    }
    let denominator = jaccard ? try (total - both) * 2 : total
    return try 1 - (both * 2 + smoothNumerator) / (denominator + smoothDenominator)
  }

  private func checkWeight() throws(TensorError) {
    guard weight?.allSatisfy({ $0 >= 0 }) ?? true else {
      throw TensorError.misuse("expected weights of at least 0, found \(weight ?? [])", at: "DiceLoss")
    }
  }

  private func weighted(_ values: Tensor) throws(TensorError) -> Tensor {
    let classes = try values.size(-1)
    guard let weight, classes != 1 else { return values }
    guard weight.count == classes || weight.count == 1 else {
      throw TensorError.misuse(
        "expected \(classes) weights, found \(weight.count)", at: "DiceLoss",
        remedy: "leave the background's out when it doesn't count")
    }
    return try values * Tensor(weight).to(values.device).to(values.dtype)
  }

  private func reduced(_ values: Tensor, rank: Int) throws(TensorError) -> Tensor {
    switch reduction {
    case .mean: return try values.mean()
    case .sum: return try values.sum()
    case .none: return try values.reshaped(values.shape + Array(repeating: 1, count: rank - 2))
    }
  }
}

/// Dice and cross entropy together, as MONAI's `DiceCELoss`: the cross entropy is over the channels, or binary
/// where there is one, and always counts the background.
public struct DiceCrossEntropyLoss: Loss {
  public var dice: DiceLoss
  /// One factor for each class, in both parts; of a single channel, the weight of its positive voxels.
  public var weight: [Float]?
  public var diceFactor: Double
  public var crossEntropyFactor: Double
  public var smoothing: Double

  public init(
    dice: DiceLoss, weight: [Float]? = nil, diceFactor: Double = 1, crossEntropyFactor: Double = 1,
    smoothing: Double = 0
  ) throws(TensorError) {
    guard dice.reduction != .none else {
      throw TensorError.misuse("the sum of Dice and cross entropy must be reduced", remedy: "use mean or sum")
    }
    guard diceFactor >= 0, crossEntropyFactor >= 0 else {
      throw TensorError.misuse(
        "expected factors of at least 0, found \(diceFactor) and \(crossEntropyFactor)")
    }
    self.dice = dice
    self.weight = weight
    self.diceFactor = diceFactor
    self.crossEntropyFactor = crossEntropyFactor
    self.smoothing = smoothing
    if let weight { self.dice.weight = dice.includesBackground ? weight : Array(weight.dropFirst()) }
  }

  public func callAsFunction(_ prediction: Tensor, _ target: Tensor) throws(TensorError) -> Tensor {
    guard prediction.rank == target.rank, prediction.rank >= 3 else {
      throw TensorError(
        "expected a target with the axes of the prediction, found \(target.summary) and \(prediction.summary)",
        remedy: "give class numbers the shape [N, 1, …]")
    }
    let channels = (prediction: try prediction.size(1), target: try target.size(1))
    guard channels.target == 1 || channels.target == channels.prediction else {
      throw TensorError(
        "expected one target channel or \(channels.prediction), found \(channels.target)")
    }
    if let value = try fused(prediction, target) { return value }
    let overlap = try dice(prediction, target)
    let entropy: Tensor
    if channels.prediction == 1 {
      var factors: Tensor?
      if let weight { factors = try Tensor(weight).to(prediction.device).to(prediction.dtype) }
      entropy = try prediction.binaryCrossEntropy(
        target.to(prediction.dtype), positiveWeight: factors, reduction: dice.reduction)
    } else {
      entropy = try CrossEntropyLoss(weight: weight, reduction: dice.reduction, smoothing: smoothing)(
        prediction, target)
    }
    return try overlap * diceFactor + entropy * crossEntropyFactor
  }

  /// The usual case in one pass over memory.
  private func fused(_ prediction: Tensor, _ target: Tensor) throws(TensorError) -> Tensor? {
    guard case .softmax = dice.activation, dice.takesClasses, dice.reduction == .mean, weight == nil,
      dice.weight == nil, !dice.squares, !dice.hasSoftLabels, dice.ignoredClass == nil, smoothing == 0,
      target.dtype == .uint8
    else { return nil }
    return try prediction.diceCrossEntropy(
      target, includesBackground: dice.includesBackground, poolsBatch: dice.poolsBatch, jaccard: dice.jaccard,
      smoothNumerator: dice.smoothNumerator, smoothDenominator: dice.smoothDenominator,
      diceFactor: diceFactor,
      crossEntropyFactor: crossEntropyFactor)
  }
}
