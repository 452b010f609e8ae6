public import MedTensor

/// Whether a network learns.
public enum Mode: Sendable {
  /// Running statistics are used, nothing is dropped. Gradients are recorded all the same, unless the caller
  /// switches that off.
  case inference
  /// Batch statistics are used and recorded, and dropout draws from the generator.
  case training(Generator)

  public var isTraining: Bool {
    if case .training = self { true } else { false }
  }
}

/// A function of a tensor with parameters in a `ParameterStore`.
public protocol Layer: Sendable {
  func callAsFunction(_ x: Tensor, _ mode: Mode) throws(TensorError) -> Tensor
}

/// One layer after the other.
public struct Chain: Layer {
  public let layers: [any Layer]

  public init(_ layers: [any Layer]) { self.layers = layers }

  public func callAsFunction(_ x: Tensor, _ mode: Mode) throws(TensorError) -> Tensor {
    var x = x
    for layer in layers { x = try layer(x, mode) }
    return x
  }
}

/// The input itself.
public struct Identity: Layer {
  public init() {}
  public func callAsFunction(_ x: Tensor, _ mode: Mode) throws(TensorError) -> Tensor { x }
}
