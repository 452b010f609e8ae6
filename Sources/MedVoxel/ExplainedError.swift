/// One thing that is wrong, told so that its reader can mend it.
public struct Problem: Hashable, Codable, Sendable, CustomStringConvertible {
  /// What is wrong, with names and numbers: "expected 3 axes, found 2¹⁵ voxels along each".
  public var statement: String
  /// The file, key, line or argument it is about.
  public var location: String?
  /// What to try.
  public var remedy: String?

  public init(_ statement: String, at location: String? = nil, remedy: String? = nil) {
    self.statement = statement
    self.location = location
    self.remedy = remedy
  }

  /// A problem told by what was expected and what was found instead.
  public init(expected: String, found: String, at location: String? = nil, remedy: String? = nil) {
    self.init("expected \(expected), found \(found)", at: location, remedy: remedy)
  }

  public var description: String {
    var text = location.map { "\($0): \(statement)" } ?? statement
    if let remedy { text += " (\(remedy))" }
    return text
  }
}

/// Who can mend a failure; the command line derives its exit code from it.
public enum FailureCause: String, Codable, Sendable {
  /// The command or call was used wrongly: exit code 64.
  case usage
  /// A file's content is wrong: exit code 65.
  case data
  /// The machine did not do it (disk full, no permission, out of memory): exit code 1.
  case environment
}

/// An error written for people: every problem of a file, configuration or checkpoint at once.
///
/// Each module has a type of its own (`VoxelError`, `ImageError` …), so that a caller can tell them apart.
public protocol ExplainedError: Error, CustomStringConvertible, Sendable {
  var problems: [Problem] { get }
  var cause: FailureCause { get }
  init(_ problems: [Problem], cause: FailureCause)
}

extension ExplainedError {
  public var description: String {
    problems.count == 1
      ? problems[0].description
      : "\(problems.count) problems:\n" + problems.map { "  - \($0)" }.joined(separator: "\n")
  }
}

/// What the voxel layer refuses: shapes that don't match, singular affines, arguments out of range.
public struct VoxelError: ExplainedError {
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
