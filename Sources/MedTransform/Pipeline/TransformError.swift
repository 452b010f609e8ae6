public import MedVoxel

/// What a transform refuses: settings that make no sense, subjects that lack an image, geometry without an
/// inverse.
public struct TransformError: ExplainedError {
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

  /// What another layer reported, told with the image and the transform it happened in.
  public init(_ error: any ExplainedError, at location: String) {
    problems = error.problems.map { problem in
      var told = problem
      told.location = problem.location.map { "\(location), \($0)" } ?? location
      return told
    }
    cause = error.cause
  }
}
