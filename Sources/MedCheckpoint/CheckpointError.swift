public import MedVoxel

/// What is wrong with a file of weights: its form, what it claims, or what it would have run.
public struct CheckpointError: ExplainedError {
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

  public init(expected: String, found: String, at location: String? = nil, remedy: String? = nil) {
    self.init([Problem(expected: expected, found: found, at: location, remedy: remedy)])
  }
}
