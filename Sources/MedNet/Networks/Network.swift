public import MedTensor

/// A whole network: a layer that is built from a configuration.
public protocol Network: Layer {
  /// Everything the structure follows from; coded with the argument names of the reference implementation.
  associatedtype Configuration: Codable & Hashable & Sendable

  /// Registers all parameters below the scope.
  init(_ scope: Scope, _ configuration: Configuration) throws(TensorError)

  var configuration: Configuration { get }

  /// The output, and under deep supervision while training the coarser outputs after it, finest first; each has
  /// its own resolution. Losses need nothing else.
  func outputs(_ x: Tensor, _ mode: Mode) throws(TensorError) -> [Tensor]

  /// Spatial sizes must be multiples of these.
  var divisors: [Int] { get }
  var inputChannels: Int { get }
  var outputChannels: Int { get }
}

extension Network {
  public func outputs(_ x: Tensor, _ mode: Mode) throws(TensorError) -> [Tensor] { [try self(x, mode)] }

  /// The input in the memory format that is fastest for the network.
  func channelsLast(_ x: Tensor) throws(TensorError) -> Tensor {
    try x.contiguous(.channelsLast(spatialAxes: x.rank - 2))
  }

  /// Fails unless the input has the network's axes and channels.
  func requireInput(_ x: Tensor, axes: Int) throws(TensorError) {
    let shape = x.shape
    guard shape.count == axes + 2, shape[1] == inputChannels else {
      throw TensorError(
        "expected an input [N, \(inputChannels)] with \(axes) spatial axes, found \(x.summary)",
        at: String(describing: Self.self))
    }
  }
}
