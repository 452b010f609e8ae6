public import MedTensor

/// What dropout drops, and how often.
///
/// Coded as a share, or as `["dropout", {"p": 0.2}]`.
public struct DropoutKind: Hashable, Sendable, Codable {
  public enum Unit: String, Hashable, Sendable {
    case elements
    /// Elements, replaced so that mean and variance stay (Klambauer et al., 2017).
    case alpha
  }
  public var share: Double
  public var unit = Unit.elements

  public init(_ share: Double, unit: Unit = .elements) {
    self.share = share
    self.unit = unit
  }

  public init(from decoder: any Decoder) throws {
    if let share = try? decoder.singleValueContainer().decode(Double.self) {
      self.init(share)
    } else {
      var arguments = ArgumentReader(try LayerName(from: decoder), at: decoder.codingPath)
      arguments.ignore("inplace")
      let share = try arguments.number("p", default: 0.5)
      switch arguments.name.lowercased() {
      case "dropout": self.init(share)
      case "alphadropout": self.init(share, unit: .alpha)
      default: throw arguments.failure("unknown dropout")
      }
      try arguments.finish()
    }
  }

  public func encode(to encoder: any Encoder) throws {
    if unit == .elements {
      var container = encoder.singleValueContainer()
      try container.encode(share)
    } else {
      try LayerName("ALPHADROPOUT", ["p": .number(share)]).encode(to: encoder)
    }
  }
}

/// Sets a random share of the input to zero while training, and scales the rest so that the mean stays.
///
/// - Randomness: one draw for each element, or for each channel of each sample.
public struct Dropout: Layer {
  let kind: DropoutKind
  let dropsChannels: Bool

  /// - Parameter dropsChannels: Whole channels are dropped together.
  public init(_ kind: DropoutKind, dropsChannels: Bool = false) throws(TensorError) {
    guard kind.share >= 0, kind.share <= 1 else {
      throw TensorError.misuse("expected a dropped share between 0 and 1, found \(kind.share)")
    }
    self.kind = kind
    self.dropsChannels = dropsChannels
  }

  public func callAsFunction(_ x: Tensor, _ mode: Mode) throws(TensorError) -> Tensor {
    guard case .training(let generator) = mode, kind.share > 0 else { return x }
    let kept = 1 - kind.share
    var shape = x.shape
    if dropsChannels { for axis in shape.indices.dropFirst(2) { shape[axis] = 1 } }
    let mask = try Tensor.bernoulli(shape, probability: kept, dtype: x.dtype, using: generator)
    switch kind.unit {
    case .elements: return kept > 0 ? try x * (mask / kept) : try x * mask
    case .alpha:
      let floor = -1.7580993408473766
      let scale = 1 / (kept * (1 + kind.share * floor * floor)).squareRoot()
      return try (x * mask + (1 - mask) * floor) * scale - scale * kind.share * floor
    }
  }
}
