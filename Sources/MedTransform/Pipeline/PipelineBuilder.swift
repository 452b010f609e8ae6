/// The steps of a pipeline, one a line.
@resultBuilder public enum PipelineBuilder {
  public static func buildExpression(_ transform: some Transform) -> [Pipeline.Step] {
    [.transform(AnyTransform(transform))]
  }
  public static func buildExpression(_ step: Sometimes) -> [Pipeline.Step] {
    [.sometimes(probability: step.probability, Pipeline(steps: step.steps))]
  }
  public static func buildExpression(_ step: OneOf) -> [Pipeline.Step] {
    [.oneOf(Pipeline(steps: step.steps), weights: step.weights)]
  }
  public static func buildExpression(_ pipeline: Pipeline) -> [Pipeline.Step] { pipeline.steps }
  public static func buildBlock(_ parts: [Pipeline.Step]...) -> [Pipeline.Step] { parts.flatMap { $0 } }
  public static func buildOptional(_ part: [Pipeline.Step]?) -> [Pipeline.Step] { part ?? [] }
  public static func buildEither(first part: [Pipeline.Step]) -> [Pipeline.Step] { part }
  public static func buildEither(second part: [Pipeline.Step]) -> [Pipeline.Step] { part }
  public static func buildArray(_ parts: [[Pipeline.Step]]) -> [Pipeline.Step] { parts.flatMap { $0 } }
}

/// In a pipeline: the inner steps all together with this probability, else none of them.
public struct Sometimes {
  let probability: Double
  let steps: [Pipeline.Step]

  public init(_ probability: Double, @PipelineBuilder _ steps: () -> [Pipeline.Step]) {
    self.probability = probability
    self.steps = steps()
  }
}

/// In a pipeline: exactly one of the inner steps.
public struct OneOf {
  let weights: [Double]
  let steps: [Pipeline.Step]

  /// - Parameter weights: how likely each step is, relative to the others; nil for all alike.
  public init(weights: [Double]? = nil, @PipelineBuilder _ steps: () -> [Pipeline.Step]) {
    self.steps = steps()
    self.weights = weights ?? Array(repeating: 1, count: self.steps.count)
    precondition(self.weights.count == self.steps.count, "one weight for each step")
  }
}
