public import Foundation
public import MedImage
public import MedVoxel

/// Writes the files of a synthetic copy of a data set.
public final class MimicWriter {
  /// The folder that is filled.
  public let root: URL
  /// Independent numbers for each purpose: `writer.random.stream("case 3")`.
  public let random: RandomStream
  private let wantedCases: Int?

  init(root: URL, seed: UInt64, cases: Int?) {
    self.root = root
    random = RandomStream(seed: seed)
    wantedCases = cases.map { max(1, $0) }
  }

  /// How many cases to write: three unless the caller wants another number.
  public var caseCount: Int { wantedCases ?? 3 }

  /// How many rows of a table to write: as many as the owners publish unless the caller wants another number.
  public func rowCount(published: Int?) -> Int { wantedCases ?? published ?? caseCount }

  /// The place of a file; its folders are made.
  public func url(_ path: String) throws -> URL {
    let url = root.appending(path: path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    return url
  }

  public func write(_ text: String, to path: String) throws { try write(Data(text.utf8), to: path) }

  public func write(_ data: Data, to path: String) throws {
    try AtomicFile<DatasetError>.write(data, to: url(path))
  }

  public func write(_ image: ScalarImage, to path: String, type: VoxelType) throws {
    try image.write(to: url(path), options: WriteOptions(type: type))
  }

  public func write(_ labels: LabelMap, to path: String) throws { try labels.write(to: url(path)) }
}

extension DatasetReader {
  /// Writes a small synthetic copy of the data set into a new folder.
  ///
  /// - Parameter cases: how many; three by default, and for tables as many rows as the owners publish.
  /// - Throws: `DatasetError` when the folder exists and is not empty; nothing is left behind on failure.
  public func mimic(to folder: URL, seed: UInt64 = 0, cases: Int? = nil) throws {
    try AtomicFolder<DatasetError>.write(to: folder) { partial in
      try mimic(MimicWriter(root: partial, seed: seed, cases: cases))
    }
  }
}
