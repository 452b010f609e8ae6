public import Foundation

/// A folder that appears under its name only when all of its files are there.
public enum AtomicFolder<Failure: ExplainedError> {
  /// Makes a folder beside the target, lets the body fill it, and renames it.
  ///
  /// - Throws: an error of type `Failure` with cause `.usage` when the target exists and is not an empty folder, and
  ///   what the body throws; nothing is left behind then.
  public static func write(to target: URL, _ body: (URL) throws -> Void) throws {
    let files = FileManager.default
    if files.fileExists(atPath: target.path) {
      guard let content = try? files.contentsOfDirectory(atPath: target.path), content.isEmpty else {
        throw Failure(
          [
            Problem(
              "the folder exists and is not empty", at: target.path, remedy: "name another, or remove it")
          ], cause: .usage)
      }
    }
    let partial = target.deletingLastPathComponent().appending(
      path: ".\(target.lastPathComponent).\(ProcessInfo.processInfo.processIdentifier)")
    do {
      try files.createDirectory(at: partial, withIntermediateDirectories: true)
      try body(partial)
      if files.fileExists(atPath: target.path) { try files.removeItem(at: target) }
      try files.moveItem(at: partial, to: target)
    } catch {
      try? files.removeItem(at: partial)
      if error is any ExplainedError { throw error }
      throw Failure(
        [
          Problem(
            "the folder could not be written: \(error.localizedDescription)", at: target.path,
            remedy: "check permission and space")
        ], cause: .environment)
    }
  }
}
