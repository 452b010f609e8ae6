internal import MedVoxel

/// Runs independent work for each index on several threads and reports all problems together.
///
/// - Throws: `StudyError` with the problems of every index that failed, in the order of the indices.
func collect<Value: Sendable>(
  _ count: Int, _ body: @Sendable (Int) throws -> Value
) throws(StudyError) -> [Value] {
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
  guard problems.isEmpty else { throw StudyError(problems, cause: cause) }
  return values
}
