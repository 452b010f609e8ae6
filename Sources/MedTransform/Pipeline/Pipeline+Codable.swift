extension Pipeline {
  public init(from decoder: any Decoder) throws {
    steps = try decoder.singleValueContainer().decode([Step].self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(steps)
  }
}

/// In JSON: a transform as `AnyTransform` has it, or `{"sometimes": 0.2, "steps": […]}`, or
/// `{"oneOf": [weights…], "steps": […]}`.
extension Pipeline.Step: Codable {
  private enum Key: String, CodingKey { case sometimes, oneOf, steps }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    if let probability = try container.decodeIfPresent(Double.self, forKey: .sometimes) {
      guard (0...1).contains(probability) else {
        throw DecodingError.dataCorruptedError(
          forKey: .sometimes, in: container, debugDescription: "a probability lies between 0 and 1")
      }
      self = .sometimes(probability: probability, try container.decode(Pipeline.self, forKey: .steps))
    } else if let weights = try container.decodeIfPresent([Double].self, forKey: .oneOf) {
      let choices = try container.decode(Pipeline.self, forKey: .steps)
      guard weights.count == choices.steps.count, weights.allSatisfy({ $0 >= 0 }) else {
        throw DecodingError.dataCorruptedError(
          forKey: .oneOf, in: container, debugDescription: "expected one weight, not negative, for each step")
      }
      self = .oneOf(choices, weights: weights)
    } else {
      self = .transform(try AnyTransform(from: decoder))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .transform(let transform): try transform.encode(to: encoder)
    case .sometimes(let probability, let inner):
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(probability, forKey: .sometimes)
      try container.encode(inner, forKey: .steps)
    case .oneOf(let choices, let weights):
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(weights, forKey: .oneOf)
      try container.encode(choices, forKey: .steps)
    }
  }
}
