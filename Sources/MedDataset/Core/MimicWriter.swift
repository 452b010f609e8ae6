public import Foundation
public import MedImage
public import MedVoxel

/// Writes the files of a synthetic copy of a data set.
public final class MimicWriter {
  /// The folder that is filled.
  public let root: URL
  /// Independent numbers for each purpose: `writer.random.stream("case 3")`.
  public let random: RandomStream
  /// How many cases to write, where the data set allows a choice.
  public let caseCount: Int

  init(root: URL, seed: UInt64, caseCount: Int) {
    self.root = root
    random = RandomStream(seed: seed)
    self.caseCount = caseCount
  }

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
  /// - Throws: `DatasetError` when the folder exists and is not empty; nothing is left behind on failure.
  public func mimic(to folder: URL, seed: UInt64 = 0, cases: Int = 3) throws {
    try AtomicFolder<DatasetError>.write(to: folder) { partial in
      try mimic(MimicWriter(root: partial, seed: seed, caseCount: max(1, cases)))
    }
  }
}
