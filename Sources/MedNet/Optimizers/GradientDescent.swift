public import MedTensor

/// Stochastic gradient descent with momentum, as PyTorch's `SGD`.
///
/// - State: `momentum.<parameter>` and `started.<parameter>` (whether the momentum holds a gradient already).
public final class GradientDescent: Optimizer {
  public struct Settings: Codable, Hashable, Sendable {
    public var momentum: Double
    public var nesterov: Bool
    public var decay: Double
    public var dampening: Double

    public init(momentum: Double = 0, nesterov: Bool = false, decay: Double = 0, dampening: Double = 0) {
      self.momentum = momentum
      self.nesterov = nesterov
      self.decay = decay
      self.dampening = dampening
    }
  }

  private let settings: Settings
  private let groups: [ResolvedGroup]
  private var momenta: [String: (buffer: Tensor, started: Tensor)] = [:]

  /// - Parameter groups: Parameters by their rates; `nil` means all with the same.
  public init(_ store: ParameterStore, _ settings: Settings, groups: [ParameterGroup]? = nil)
    throws(TensorError)
  {
    guard settings.momentum >= 0, !settings.nesterov || (settings.momentum > 0 && settings.dampening == 0)
    else {
      throw TensorError.misuse("Nesterov's method needs a momentum above 0 and no dampening")
    }
    self.settings = settings
    self.groups = try ResolvedGroup.resolve(store, groups, decay: settings.decay)
    guard settings.momentum != 0 else { return }
    for group in self.groups {
      for (key, parameter) in zip(group.keys, group.parameters) {
        momenta[key] = (try parameter.zerosLike(), try Tensor(scalar: Float(0)))
      }
    }
  }

  public func step(rate: Double) throws(TensorError) {
    for group in groups {
      let (indices, gradients) = try group.active()
      // The first gradient of a parameter becomes its momentum undampened.
      var parts: [Bool: [Int]] = [:]
      for (position, index) in indices.enumerated() {
        let isFirst: Bool
        if let started = momenta[group.keys[index]]?.started {
          isFirst = try started.item() == 0
        } else {
          isFirst = false
        }
        parts[isFirst, default: []].append(position)
      }
      for (isFirst, positions) in parts {
        let chosen = positions.map { indices[$0] }
        let entries = chosen.compactMap { momenta[group.keys[$0]] }
        try TensorList.sgdStep(
          parameters: chosen.map { group.parameters[$0] }, gradients: positions.map { gradients[$0] },
          momenta: entries.map(\.buffer), rate: rate * group.rateFactor, momentum: settings.momentum,
          dampening: settings.dampening, decay: group.decay, nesterov: settings.nesterov, isFirst: isFirst)
        if isFirst { for entry in entries { try entry.started.fillInPlace(1) } }
      }
    }
  }

  public var state: [(key: String, tensor: Tensor)] {
    groups.flatMap(\.keys).flatMap { key -> [(key: String, tensor: Tensor)] in
      guard let (buffer, started) = momenta[key] else { return [] }
      return [("momentum.\(key)", buffer), ("started.\(key)", started)]
    }
  }

  public func load(_ state: [String: Tensor]) throws(TensorError) { try restore(state, into: self.state) }
}
