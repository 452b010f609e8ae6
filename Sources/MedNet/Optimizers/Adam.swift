public import MedTensor

/// Adam, and AdamW where the weight decay is decoupled, as PyTorch's.
///
/// - State: `mean.<parameter>`, `square.<parameter>` and `steps.<parameter>`.
/// - Source: Kingma and Ba, 2015; Loshchilov and Hutter, 2019.
public final class Adam: Optimizer {
  public struct Settings: Codable, Hashable, Sendable {
    public var beta1: Double
    public var beta2: Double
    public var epsilon: Double
    public var decay: Double
    /// Decay shrinks the parameters directly (AdamW) rather than through the gradient.
    public var decoupled: Bool

    public init(
      beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, decay: Double = 0,
      decoupled: Bool = false
    ) {
      self.beta1 = beta1
      self.beta2 = beta2
      self.epsilon = epsilon
      self.decay = decay
      self.decoupled = decoupled
    }
  }

  private let settings: Settings
  private let groups: [ResolvedGroup]
  private var moments: [String: (mean: Tensor, square: Tensor, steps: Tensor)] = [:]

  /// - Parameter groups: Parameters by their rates; `nil` means all with the same.
  public init(_ store: ParameterStore, _ settings: Settings, groups: [ParameterGroup]? = nil)
    throws(TensorError)
  {
    let shares = [settings.beta1, settings.beta2]
    guard shares.allSatisfy({ $0 >= 0 && $0 < 1 }), settings.epsilon >= 0 else {
      throw TensorError.misuse(
        "expected betas from 0 to below 1 and an epsilon of at least 0, found \(settings)")
    }
    self.settings = settings
    self.groups = try ResolvedGroup.resolve(store, groups, decay: settings.decay)
    for group in self.groups {
      for (key, parameter) in zip(group.keys, group.parameters) {
        moments[key] = (try parameter.zerosLike(), try parameter.zerosLike(), try Tensor(scalar: Float(0)))
      }
    }
  }

  public func step(rate: Double) throws(TensorError) {
    for group in groups {
      let (indices, gradients) = try group.active()
      guard !indices.isEmpty else { continue }
      let entries = indices.compactMap { moments[group.keys[$0]] }
      try TensorList.adamStep(
        parameters: indices.map { group.parameters[$0] }, gradients: gradients, means: entries.map(\.mean),
        squares: entries.map(\.square), steps: entries.map(\.steps), rate: rate * group.rateFactor,
        beta1: settings.beta1, beta2: settings.beta2, epsilon: settings.epsilon, decay: group.decay,
        decoupled: settings.decoupled)
    }
  }

  public var state: [(key: String, tensor: Tensor)] {
    groups.flatMap(\.keys).flatMap { key -> [(key: String, tensor: Tensor)] in
      guard let (mean, square, steps) = moments[key] else { return [] }
      return [("mean.\(key)", mean), ("square.\(key)", square), ("steps.\(key)", steps)]
    }
  }

  public func load(_ state: [String: Tensor]) throws(TensorError) { try restore(state, into: self.state) }
}
