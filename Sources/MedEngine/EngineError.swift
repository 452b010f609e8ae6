public import MedVoxel

/// What planning, training or prediction refuses, or what the machine did not do.
public struct EngineError: ExplainedError {
  public var problems: [Problem]
  public var cause: FailureCause

  public init(_ problems: [Problem], cause: FailureCause = .data) {
    self.problems = problems
    self.cause = cause
  }

  public init(
    _ statement: String, at location: String? = nil, remedy: String? = nil, cause: FailureCause = .data
  ) {
    self.init([Problem(statement, at: location, remedy: remedy)], cause: cause)
  }
}
