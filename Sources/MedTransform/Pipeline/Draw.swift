public import MedVoxel

/// A number that is fixed, or drawn anew for each application of a transform.
///
/// A bare literal is a fixed number. In JSON, a fixed draw is a number, and the others are objects such as
/// `{"uniform": [0, 0.1]}`, `{"choice": [1, 2, 3]}`, `{"normal": [0, 1]}`.
public enum Draw: Hashable, Sendable {
  case fixed(Double)
  /// Evenly between the bounds.
  case uniform(ClosedRange<Double>)
  /// One of the numbers, all equally likely; there is at least one.
  case choice([Double])
  case normal(mean: Double, deviation: Double)

  /// - Precondition: a choice is not empty.
  public func callAsFunction(using stream: inout RandomStream) -> Double {
    switch self {
    case .fixed(let value): return value
    case .uniform(let range): return stream.uniform(in: range)
    case .choice(let values):
      precondition(!values.isEmpty, "a choice offers at least one number")
      return values[stream.integer(below: values.count)]
    case .normal(let mean, let deviation): return mean + deviation * stream.normal()
    }
  }

  /// Three draws, one for each axis.
  public func perAxis(using stream: inout RandomStream) -> SIMD3<Double> {
    let x = self(using: &stream)
    let y = self(using: &stream)
    let z = self(using: &stream)
    return [x, y, z]
  }
}

extension Draw: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public init(floatLiteral value: Double) { self = .fixed(value) }
  public init(integerLiteral value: Int) { self = .fixed(Double(value)) }
}

extension Draw: Codable {
  private enum Key: String, CodingKey { case uniform, choice, normal }

  public init(from decoder: any Decoder) throws {
    if let container = try? decoder.singleValueContainer(), let value = try? container.decode(Double.self) {
      self = .fixed(value)
      return
    }
    let container = try decoder.container(keyedBy: Key.self)
    func refusal(_ key: Key, _ text: String) -> DecodingError {
      DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: text)
    }
    if let bounds = try container.decodeIfPresent([Double].self, forKey: .uniform) {
      guard bounds.count == 2, bounds[0] <= bounds[1] else {
        throw refusal(.uniform, "a uniform draw has a lower and an upper bound, in this order")
      }
      self = .uniform(bounds[0]...bounds[1])
    } else if let values = try container.decodeIfPresent([Double].self, forKey: .choice) {
      guard !values.isEmpty else { throw refusal(.choice, "a choice offers at least one number") }
      self = .choice(values)
    } else if let pair = try container.decodeIfPresent([Double].self, forKey: .normal) {
      guard pair.count == 2, pair[1] >= 0 else {
        throw refusal(.normal, "a normal draw has a mean and a deviation, which is not negative")
      }
      self = .normal(mean: pair[0], deviation: pair[1])
    } else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "a draw is a number, or an object with “uniform”, “choice” or “normal”"))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    if case .fixed(let value) = self {
      var container = encoder.singleValueContainer()
      try container.encode(value)
      return
    }
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .fixed: break
    case .uniform(let range): try container.encode([range.lowerBound, range.upperBound], forKey: .uniform)
    case .choice(let values): try container.encode(values, forKey: .choice)
    case .normal(let mean, let deviation): try container.encode([mean, deviation], forKey: .normal)
    }
  }
}
