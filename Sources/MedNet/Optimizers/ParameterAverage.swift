public import MedTensor

/// The exponential moving average of a network's parameters. Buffers are taken as they are.
///
/// - State: `average.<parameter>`.
public final class ParameterAverage {
  private let store: ParameterStore
  private let keys: [String]
  private let parameters: [Tensor]
  private let averages: [Tensor]
  /// The share of the old average that stays at each update.
  public let decay: Double

  public init(_ store: ParameterStore, decay: Double) throws(TensorError) {
    guard decay >= 0, decay < 1 else {
      throw TensorError.misuse("expected a decay from 0 to below 1, found \(decay)")
    }
    self.store = store
    self.decay = decay
    keys = store.parameters.map(\.key)
    parameters = store.parameters.map(\.tensor)
    var averages: [Tensor] = []
    for parameter in parameters { averages.append(try parameter.detached().cloned()) }
    self.averages = averages
  }

  /// Takes the parameters in after a step. Early averages follow faster: the decay is at most `(1 + n) / (10 + n)`.
  /// - Parameter step: Counted from zero.
  public func update(step: Int) throws(TensorError) {
    let held = min(decay, Double(1 + step) / Double(10 + step))
    try TensorList.mix(averages, with: parameters, weight: 1 - held)
  }

  /// Runs the body with the averages in the network's place, and puts the parameters back.
  public func applied<Result>(_ body: () throws -> Result) throws -> Result {
    try exchange()
    do {
      let result = try body()
      try exchange()
      return result
    } catch {
      try exchange()
      throw error
    }
  }

  private func exchange() throws(TensorError) {
    for (parameter, average) in zip(parameters, averages) {
      let held = try parameter.detached().cloned()
      try withoutGradient { () throws(TensorError) in try parameter.copyInPlace(from: average) }
      try average.copyInPlace(from: held)
    }
  }

  public var state: [(key: String, tensor: Tensor)] { zip(keys, averages).map { ("average.\($0)", $1) } }

  public func load(_ state: [String: Tensor]) throws(TensorError) { try restore(state, into: self.state) }
}
