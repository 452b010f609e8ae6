public import MedTensor

/// A place in a `ParameterStore` where a layer registers its tensors: `scope / "conv1"`.
public struct Scope: Sendable {
  public let store: ParameterStore
  /// Names joined by periods; empty at the root.
  public let path: String

  public static func / (scope: Scope, name: String) -> Scope {
    Scope(store: scope.store, path: scope.key(name))
  }

  public static func / (scope: Scope, index: Int) -> Scope { scope / String(index) }

  func key(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

  /// Registers a learned tensor.
  public func parameter(
    _ name: String, _ shape: [Int], _ initialization: Initialization, format: MemoryFormat = .contiguous
  ) throws(TensorError) -> Tensor {
    let values: Tensor
    if let generator = store.generator {
      values = try initialization.tensor(shape, using: generator)
    } else {
      values = try initialization.placeholder(shape)
    }
    let tensor = try values.contiguous(format).requiringGradient()
    try store.register(key(name), tensor, as: .parameter)
    return tensor
  }

  /// Registers a tensor that is saved but not learned.
  public func buffer(_ name: String, _ tensor: Tensor) throws(TensorError) -> Tensor {
    try store.register(key(name), tensor, as: .buffer)
    return tensor
  }

  /// Gives everything registered under `target` a second key under this scope's `name`.
  public func alias(_ name: String, of target: Scope) throws(TensorError) {
    try store.registerAlias(key(name), of: target.path)
  }
}

/// How a parameter begins.
public enum Initialization: Sendable {
  case constant(Double)
  /// Uniform in `[−bound, bound]`.
  case uniform(bound: Double)
  case normal(deviation: Double)
  /// Normal, with one drawn kernel shared by `factor` successive outputs, so that an image made by pixel shuffle
  /// begins without a checkerboard (Aitken et al., 2017).
  case sharedNormal(deviation: Double, factor: Int)

  func tensor(_ shape: [Int], using generator: Generator) throws(TensorError) -> Tensor {
    switch self {
    case .constant(let value): return try Tensor.full(shape, value)
    case .uniform(let bound): return try Tensor.uniform(shape, low: -bound, high: bound, using: generator)
    case .normal(let deviation): return try Tensor.normal(shape, deviation: deviation, using: generator)
    case .sharedNormal(let deviation, let factor):
      let groups = shape[0] / factor
      let rest = Array(shape.dropFirst())
      let kernels = try Tensor.normal([groups, 1] + rest, deviation: deviation, using: generator)
      return try kernels.expanded([groups, factor] + rest).reshaped(shape).cloned()
    }
  }

  /// What stands there until a checkpoint is loaded.
  func placeholder(_ shape: [Int]) throws(TensorError) -> Tensor {
    if case .constant(let value) = self { return try Tensor.full(shape, value) }
    return try Tensor.zeros(shape)
  }
}

/// How the weights of convolutions begin.
public enum ConvolutionInitialization: Sendable {
  /// PyTorch's default: uniform within `1/√fanIn`, the bias too.
  case standard
  /// He et al. (2015) by the inputs, for a leaky rectifier; zero bias.
  case heNormal(slope: Double)
  /// He et al. (2015) by the outputs; the bias as in `standard`.
  case heNormalByOutputs
  case sharedHeNormal(factor: Int)

  /// - Parameter shape: `[output, input / groups, kernel…]`; transposed `[input, output / groups, kernel…]`.
  func weight(_ shape: [Int]) -> Initialization {
    let field = shape.dropFirst(2).reduce(1, *)
    let (fanIn, fanOut) = (Double(max(1, shape[1] * field)), Double(max(1, shape[0] * field)))
    switch self {
    case .standard: return .uniform(bound: (1 / fanIn).squareRoot())
    case .heNormal(let slope): return .normal(deviation: (2 / (1 + slope * slope) / fanIn).squareRoot())
    case .heNormalByOutputs: return .normal(deviation: (2 / fanOut).squareRoot())
    case .sharedHeNormal(let factor):
      return .sharedNormal(deviation: (2 / fanIn).squareRoot(), factor: factor)
    }
  }

  func bias(weight shape: [Int]) -> Initialization {
    if case .heNormal = self { return .constant(0) }
    let fanIn = Double(max(1, shape[1] * shape.dropFirst(2).reduce(1, *)))
    return .uniform(bound: (1 / fanIn).squareRoot())
  }
}
