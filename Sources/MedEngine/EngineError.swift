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

/// Runs independent work for each index on several threads and reports all problems together.
///
/// - Throws: `EngineError` with the problems of every index that failed, in the order of the indices.
func collect<Value: Sendable>(
  _ count: Int, _ body: @Sendable (Int) throws -> Value
) throws(EngineError) -> [Value] {
  let results: [Result<Value, any Error>] = Parallel.map(count) { index in Result { try body(index) } }
  var values: [Value] = []
  var problems: [Problem] = []
  var cause = FailureCause.data
  for result in results {
    switch result {
    case .success(let value): values.append(value)
    case .failure(let error as any ExplainedError):
      problems += error.problems
      if error.cause == .environment { cause = .environment }
    case .failure(let error): problems.append(Problem("\(error)"))
    }
  }
  guard problems.isEmpty else { throw EngineError(problems, cause: cause) }
  return values
}
