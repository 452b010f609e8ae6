public import MedTensor

/// Which nonlinearity follows a layer.
///
/// Coded as `"RELU"` or `["LeakyReLU", {"negative_slope": 0.2}]`, the names of MONAI's configurations in any case.
public enum ActivationKind: Hashable, Sendable, Codable {
  case relu, relu6, selu, sigmoid, tanh, silu, mish
  case leakyReLU(slope: Double)
  /// One learned slope, or one for each channel.
  case prelu(count: Int, initial: Double)
  case elu(alpha: Double)
  case celu(alpha: Double)
  case gelu(byTanh: Bool)
  case softmax(axis: Int)
  case logSoftmax(axis: Int)

  /// A single learned slope that begins at 0.25.
  public static let prelu = ActivationKind.prelu(count: 1, initial: 0.25)

  public init(from decoder: any Decoder) throws {
    var arguments = ArgumentReader(try LayerName(from: decoder), at: decoder.codingPath)
    arguments.ignore("inplace")
    switch arguments.name.lowercased() {
    case "relu": self = .relu
    case "relu6": self = .relu6
    case "selu": self = .selu
    case "sigmoid": self = .sigmoid
    case "tanh": self = .tanh
    case "swish", "memswish":
      guard try arguments.number("alpha", default: 1) == 1 else { throw arguments.failure("alpha must be 1") }
      self = .silu
    case "mish": self = .mish
    case "leakyrelu": self = .leakyReLU(slope: try arguments.number("negative_slope", default: 0.01))
    case "prelu":
      self = .prelu(
        count: try arguments.integer("num_parameters", default: 1),
        initial: try arguments.number("init", default: 0.25))
    case "elu": self = .elu(alpha: try arguments.number("alpha", default: 1))
    case "celu": self = .celu(alpha: try arguments.number("alpha", default: 1))
    case "gelu": self = .gelu(byTanh: try arguments.text("approximate", default: "none") == "tanh")
    case "softmax": self = .softmax(axis: try arguments.integer("dim", default: 1))
    case "logsoftmax": self = .logSoftmax(axis: try arguments.integer("dim", default: 1))
    default: throw arguments.failure("unknown activation")
    }
    try arguments.finish()
  }

  public func encode(to encoder: any Encoder) throws {
    let layer: LayerName =
      switch self {
      case .relu: LayerName("RELU")
      case .relu6: LayerName("RELU6")
      case .selu: LayerName("SELU")
      case .sigmoid: LayerName("SIGMOID")
      case .tanh: LayerName("TANH")
      case .silu: LayerName("SWISH")
      case .mish: LayerName("MISH")
      case .leakyReLU(let slope): LayerName("LEAKYRELU", ["negative_slope": .number(slope)])
      case .prelu(let count, let initial):
        LayerName("PRELU", ["num_parameters": .number(Double(count)), "init": .number(initial)])
      case .elu(let alpha): LayerName("ELU", ["alpha": .number(alpha)])
      case .celu(let alpha): LayerName("CELU", ["alpha": .number(alpha)])
      case .gelu(let byTanh): LayerName("GELU", ["approximate": .text(byTanh ? "tanh" : "none")])
      case .softmax(let axis): LayerName("SOFTMAX", ["dim": .number(Double(axis))])
      case .logSoftmax(let axis): LayerName("LOGSOFTMAX", ["dim": .number(Double(axis))])
      }
    try layer.encode(to: encoder)
  }
}

/// A nonlinearity. A learned one has the key `weight`.
public struct Activation: Layer {
  let kind: ActivationKind
  let slope: Tensor?

  public init(_ scope: Scope, _ kind: ActivationKind) throws(TensorError) {
    self.kind = kind
    if case .prelu(let count, let initial) = kind {
      try requireChannels([count], "slopes")
      slope = try scope.parameter("weight", [count], .constant(initial))
    } else {
      slope = nil
    }
  }

  public func callAsFunction(_ x: Tensor, _ mode: Mode) throws(TensorError) -> Tensor {
    switch kind {
    case .relu: return try x.relu()
    case .relu6: return try x.relu6()
    case .selu: return try x.selu()
    case .sigmoid: return try x.sigmoid()
    case .tanh: return try x.tanh()
    case .silu: return try x.silu()
    case .mish: return try x.mish()
    case .leakyReLU(let slope): return try x.leakyReLU(slope: slope)
    case .prelu: return try slope.map { (slope) throws(TensorError) in try x.prelu(slope: slope) } ?? x
    case .elu(let alpha): return try x.elu(alpha: alpha)
    case .celu(let alpha): return try x.celu(alpha: alpha)
    case .gelu(let byTanh): return try x.gelu(approximateByTanh: byTanh)
    case .softmax(let axis): return try x.softmax(axis: axis)
    case .logSoftmax(let axis): return try x.logSoftmax(axis: axis)
    }
  }
}
