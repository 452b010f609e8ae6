public import Foundation
import MedVoxel

/// A data set on the disk: its cases and what is wrong with its files.
public struct Dataset: Sendable {
  public let id: String
  public let root: URL
  public let form: DatasetForm
  public let cases: [DatasetCase]
  public let problems: [DatasetProblem]

  /// What a damaged folder means.
  public enum Mode: String, CaseIterable, Sendable {
    /// Cases that can be read are read; problems are listed.
    case lenient
    /// Any problem, even a note, is an error.
    case strict
  }

  /// Reads a folder in the owners' layout.
  ///
  /// - Throws: `DatasetError` when no case can be found, and in strict mode for every problem, all at once.
  /// - Complexity: O(files); no image is opened.
  public init(_ reader: some DatasetReader, at root: URL, mode: Mode = .lenient) throws {
    let folder = try DatasetFolderView(root)
    let log = DatasetLog()
    let found = try reader.cases(in: folder, log: log)
    for (id, cases) in Dictionary(grouping: found, by: \.id) where cases.count > 1 {
      log.error("\(cases.count) cases are called “\(id)”; the first one counts", at: root.path)
    }
    var seen: Set<String> = []
    cases = found.filter { seen.insert($0.id).inserted }
    (id, self.root, form) = (reader.id, root, reader.form)
    problems = log.problems
    if mode == .strict, !problems.isEmpty { throw DatasetError(problems.map(\.problem)) }
    if cases.isEmpty {
      throw DatasetError(
        problems.isEmpty
          ? [
            Problem(
              "no case of \(reader.id) was found", at: root.path,
              remedy: "name the data set's root folder; its layout: deepmed catalog show \(reader.id)")
          ] : problems.map(\.problem))
    }
  }

  /// The reader that knows a folder, when exactly one does.
  public static func reader(for root: URL) throws -> any DatasetReader {
    let folder = try DatasetFolderView(root)
    let knowing = DatasetReaders.all.filter { $0.recognizes(folder) }
    switch knowing.count {
    case 1: return knowing[0]
    case 0:
      throw DatasetError(
        "no reader knows this folder", at: root.path,
        remedy: "name the data set; the readers: deepmed data readers", cause: .usage)
    default:
      throw DatasetError(
        "several readers know this folder: \(knowing.map(\.id).joined(separator: ", "))", at: root.path,
        remedy: "name the data set", cause: .usage)
    }
  }
}
