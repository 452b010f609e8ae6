public import MedVoxel

/// What the catalog refuses: malformed entries, unknown names, files that can't be read.
public struct CatalogError: ExplainedError {
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
