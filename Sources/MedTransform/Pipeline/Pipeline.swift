public import MedImage
public import MedVoxel

/// Transforms in sequence, some of them by chance.
///
///     let augmentation = Pipeline {
///       Deformation(rotation: .uniform(-0.3...0.3), scale: .uniform(0.8...1.2))
///       Sometimes(0.2) { GaussianNoise(deviation: .uniform(0...0.1)) }
///       OneOf {
///         GaussianBlur(deviation: .uniform(0.5...1.5))
///         LowResolution(factor: .uniform(1...2))
///       }
///     }
///     let history = try augmentation.apply(to: &subject, using: &stream)
///
/// Each step draws from a stream of its own, so that a step's draws do not depend on how many numbers the
/// steps before it took.
public struct Pipeline: Codable, Hashable, Sendable {
  public indirect enum Step: Hashable, Sendable {
    case transform(AnyTransform)
    /// The whole inner pipeline, or nothing.
    case sometimes(probability: Double, Pipeline)
    /// One of the inner pipeline's steps.
    case oneOf(Pipeline, weights: [Double])
  }

  public var steps: [Step]

  public init(steps: [Step]) { self.steps = steps }

  public init(_ transforms: [any Transform]) { steps = transforms.map { .transform(AnyTransform($0)) } }

  public init(@PipelineBuilder _ steps: () -> [Step]) { self.steps = steps() }

  /// Draws and applies step by step, in place.
  /// - Parameter stream: advanced by one number.
  /// - Returns: what was applied with which parameters.
  /// - Throws: `TransformError`; the subject may then be changed in part.
  @discardableResult public func apply(
    to subject: inout Subject, using stream: inout RandomStream
  ) throws(TransformError) -> History {
    var history = History()
    try run(on: &subject, using: RandomStream(seed: stream.next()), history: &history)
    return history
  }

  /// The changed subject; the original stays as it is.
  public func callAsFunction(_ subject: Subject, seed: UInt64 = 0) throws(TransformError) -> Subject {
    var result = subject
    var stream = RandomStream(seed: seed)
    try apply(to: &result, using: &stream)
    return result
  }

  private func run(
    on subject: inout Subject, using base: RandomStream, history: inout History
  ) throws(TransformError) {
    for (index, step) in steps.enumerated() {
      var stream = base.stream(index)
      switch step {
      case .transform(let transform):
        history.steps.append(try AppliedTransform(applying: transform, to: &subject, using: &stream))
      case .sometimes(let probability, let inner):
        guard stream.bool(probability: probability) else { continue }
        try inner.run(on: &subject, using: stream.stream(0), history: &history)
      case .oneOf(let choices, let weights):
        guard let pick = Self.pick(weights, using: &stream), pick < choices.steps.count else { continue }
        let chosen = Pipeline(steps: [choices.steps[pick]])
        try chosen.run(on: &subject, using: stream.stream(pick), history: &history)
      }
    }
  }

  /// An index, as likely as its share of the weights; nil where they sum to nothing.
  static func pick(_ weights: [Double], using stream: inout RandomStream) -> Int? {
    let total = weights.reduce(0) { $0 + max(0, $1) }
    guard total > 0, total.isFinite else { return nil }
    var remainder = stream.uniform() * total
    for (index, weight) in weights.enumerated() where weight > 0 {
      remainder -= weight
      if remainder < 0 { return index }
    }
    return weights.lastIndex { $0 > 0 }
  }
}
