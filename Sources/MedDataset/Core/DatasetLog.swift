import Foundation
public import MedVoxel

/// What is wrong or odd about a data set's folder.
public struct DatasetProblem: Hashable, Codable, Sendable {
  public enum Severity: String, Codable, Sendable {
    /// A case or a part of it can't be used.
    case error
    /// It reads all the same: other spelling, extra files, Windows line ends.
    case note
  }

  public var severity: Severity
  public var problem: Problem

  public init(_ severity: Severity, _ problem: Problem) {
    self.severity = severity
    self.problem = problem
  }
}

/// Collects the problems of a folder; safe from any thread.
public final class DatasetLog: @unchecked Sendable {
  // SAFETY: `entries` is only touched under the lock.
  private let lock = NSLock()
  private var entries: [DatasetProblem] = []

  public init() {}

  /// In the order of their places, so that threads change nothing.
  public var problems: [DatasetProblem] {
    lock.withLock { entries }.sorted {
      ($0.problem.location ?? "", $0.problem.statement) < ($1.problem.location ?? "", $1.problem.statement)
    }
  }

  public func error(_ statement: String, at location: String, remedy: String? = nil) {
    append(.init(.error, Problem(statement, at: location, remedy: remedy)))
  }

  public func note(_ statement: String, at location: String, remedy: String? = nil) {
    append(.init(.note, Problem(statement, at: location, remedy: remedy)))
  }

  public func append(_ problem: DatasetProblem) {
    lock.withLock {
      if !entries.contains(problem) { entries.append(problem) }
    }
  }

  /// Notes what an error says.
  public func error(_ failure: any Error, at location: String) {
    if let explained = failure as? any ExplainedError {
      for problem in explained.problems {
        append(
          .init(
            .error, Problem(problem.statement, at: problem.location ?? location, remedy: problem.remedy)))
      }
    } else {
      error("\(failure)", at: location)
    }
  }
}

/// What the data set layer refuses.
public struct DatasetError: ExplainedError {
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
