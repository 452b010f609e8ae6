public import MedTensor

/// Which normalization follows a layer.
///
/// Coded as `"INSTANCE"` or `["GROUP", {"num_groups": 8}]`, the names of MONAI's configurations in any case.
public enum NormalizationKind: Hashable, Sendable, Codable {
  case instance(affine: Bool = false, epsilon: Double = 1e-5)
  case batch(affine: Bool = true, epsilon: Double = 1e-5, momentum: Double = 0.1)
  case group(groups: Int, affine: Bool = true, epsilon: Double = 1e-5)
  case layer(shape: [Int], affine: Bool = true, epsilon: Double = 1e-5)
  case localResponse(size: Int, alpha: Double = 1e-4, beta: Double = 0.75, k: Double = 1)

  public init(from decoder: any Decoder) throws {
    var arguments = ArgumentReader(try LayerName(from: decoder), at: decoder.codingPath)
    arguments.ignore("num_features", "num_channels")
    let name = arguments.name.lowercased()
    switch name {
    case "instance", "instance_nvfuser":
      guard try !arguments.bool("track_running_stats", default: false) else {
        throw arguments.failure("running statistics are not supported")
      }
      arguments.ignore("momentum")
      self = .instance(
        affine: try arguments.bool("affine", default: false),
        epsilon: try arguments.number("eps", default: 1e-5))
    case "batch", "syncbatch":
      guard try arguments.bool("track_running_stats", default: true) else {
        throw arguments.failure("running statistics can't be left out")
      }
      self = .batch(
        affine: try arguments.bool("affine", default: true),
        epsilon: try arguments.number("eps", default: 1e-5),
        momentum: try arguments.number("momentum", default: 0.1))
    case "group":
      self = .group(
        groups: try arguments.integer("num_groups", default: nil),
        affine: try arguments.bool("affine", default: true),
        epsilon: try arguments.number("eps", default: 1e-5))
    case "layer":
      self = .layer(
        shape: try arguments.integers("normalized_shape"),
        affine: try arguments.bool("elementwise_affine", default: true),
        epsilon: try arguments.number("eps", default: 1e-5))
    case "localresponse":
      self = .localResponse(
        size: try arguments.integer("size", default: nil),
        alpha: try arguments.number("alpha", default: 1e-4),
        beta: try arguments.number("beta", default: 0.75), k: try arguments.number("k", default: 1))
    default: throw arguments.failure("unknown normalization")
    }
    try arguments.finish()
  }

  public func encode(to encoder: any Encoder) throws {
    let layer: LayerName =
      switch self {
      case .instance(let affine, let epsilon):
        LayerName("INSTANCE", ["affine": .bool(affine), "eps": .number(epsilon)])
      case .batch(let affine, let epsilon, let momentum):
        LayerName("BATCH", ["affine": .bool(affine), "eps": .number(epsilon), "momentum": .number(momentum)])
      case .group(let groups, let affine, let epsilon):
        LayerName(
          "GROUP", ["num_groups": .number(Double(groups)), "affine": .bool(affine), "eps": .number(epsilon)])
      case .layer(let shape, let affine, let epsilon):
        LayerName(
          "LAYER",
          [
            "normalized_shape": .list(shape.map(Double.init)), "elementwise_affine": .bool(affine),
            "eps": .number(epsilon),
          ])
      case .localResponse(let size, let alpha, let beta, let k):
        LayerName(
          "LOCALRESPONSE",
          ["size": .number(Double(size)), "alpha": .number(alpha), "beta": .number(beta), "k": .number(k)])
      }
    try layer.encode(to: encoder)
  }
}

/// A normalization. Keys `weight` and `bias` where it is affine, and a batch normalization's `running_mean`,
/// `running_var` and `num_batches_tracked`.
public struct Normalization: Layer {
  let kind: NormalizationKind
  let weight: Tensor?
  let bias: Tensor?
  let statistics: Statistics?

  struct Statistics: Sendable {
    let mean: Tensor, variance: Tensor, batches: Tensor
  }

  public init(_ scope: Scope, _ kind: NormalizationKind, channels: Int) throws(TensorError) {
    self.kind = kind
    var shape = [channels]
    let affine: Bool
    switch kind {
    case .instance(let flag, _), .batch(let flag, _, _): affine = flag
    case .group(let groups, let flag, _):
      affine = flag
      guard groups >= 1, channels % groups == 0 else {
        throw TensorError.misuse("\(groups) groups don't divide \(channels) channels", at: scope.path)
      }
    case .layer(let sizes, let flag, _):
      affine = flag
      shape = sizes
    case .localResponse(let size, _, _, _):
      affine = false
      try requireChannels([size], "a neighborhood")
    }
    try requireChannels(shape, "sizes")
    weight = affine ? try scope.parameter("weight", shape, .constant(1)) : nil
    bias = affine ? try scope.parameter("bias", shape, .constant(0)) : nil
    if case .batch = kind {
      statistics = Statistics(
        mean: try scope.buffer("running_mean", Tensor.zeros([channels])),
        variance: try scope.buffer("running_var", Tensor.ones([channels])),
        batches: try scope.buffer("num_batches_tracked", Tensor.zeros([], dtype: .int64)))
    } else {
      statistics = nil
    }
  }

  public func callAsFunction(_ x: Tensor, _ mode: Mode) throws(TensorError) -> Tensor {
    switch kind {
    case .instance(_, let epsilon):
      return try x.instanceNormalized(weight: weight, bias: bias, epsilon: epsilon)
    case .batch(_, let epsilon, let momentum):
      if mode.isTraining { try statistics?.batches.accumulateInPlace(Tensor(scalar: Int64(1))) }
      return try x.batchNormalized(
        weight: weight, bias: bias, mean: statistics?.mean, variance: statistics?.variance,
        training: mode.isTraining, momentum: momentum, epsilon: epsilon)
    case .group(let groups, _, let epsilon):
      return try x.groupNormalized(groups: groups, weight: weight, bias: bias, epsilon: epsilon)
    case .layer(let shape, _, let epsilon):
      return try x.layerNormalized(shape: shape, weight: weight, bias: bias, epsilon: epsilon)
    case .localResponse(let size, let alpha, let beta, let k):
      return try x.localResponseNormalized(size: size, alpha: alpha, beta: beta, k: k)
    }
  }
}

/// The activation of the normalized input, in one pass where there is a kernel for the two.
func normalizedActivated(
  _ x: Tensor, _ normalization: Normalization, _ activation: Activation, _ mode: Mode
) throws(TensorError) -> Tensor {
  try activation(normalization(x, mode), mode)
}
