import Foundation
public import MedVoxel

/// The checkpoints of one run, numbered by generation (such as the training step).
///
/// `save` adds a generation and only then removes old ones; `latest` takes the newest whose checksum is right.
/// So a run killed at any moment, or stopped by a full disk, goes on from its last complete checkpoint.
public struct CheckpointFolder: Sendable {
  public let path: String

  /// Makes the folder where it is missing, and removes what killed writers left behind.
  /// - Throws: `CheckpointError` when it cannot be made or is no folder.
  public init(path: String) throws(CheckpointError) {
    self.path = path
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw CheckpointError(
        "the folder for checkpoints cannot be made: \(error.localizedDescription)", at: path,
        remedy: "check the path and its permissions", cause: .environment)
    }
    AtomicFileLeftovers.remove(in: path)
  }

  /// Those present, in ascending order.
  public var generations: [Int] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).compactMap { name in
      guard name.hasPrefix("checkpoint-"), name.hasSuffix(".safetensors") else { return nil }
      return Int(name.dropFirst("checkpoint-".count).dropLast(".safetensors".count))
    }.sorted()
  }

  public func file(of generation: Int) -> String {
    let digits = "\(generation)"
    let padding = String(repeating: "0", count: max(0, 10 - digits.count))
    return "\(path)/checkpoint-\(padding)\(digits).safetensors"
  }

  /// Adds a generation, then removes all but the newest `keeping`.
  /// - Throws: `CheckpointError`; earlier generations are then untouched.
  public func save(
    tensors: [StoredTensor], metadata: JSONValue, generation: Int, keeping: Int = 2
  ) throws(CheckpointError) {
    precondition(generation >= 0 && keeping >= 1, "generations count from 0, and one is kept")
    try CheckpointFile.write(tensors: tensors, metadata: metadata, to: file(of: generation))
    // A generation above this one is of a run that was taken up again further back.
    let older = generations.filter { $0 < generation }
    for old in older.dropLast(keeping - 1) + generations.filter({ $0 > generation }) {
      unlink(CheckpointFile.sidecarPath(of: file(of: old)))
      unlink(file(of: old))
    }
  }

  /// The newest generation that is whole.
  ///
  /// - Parameter isWanted: the names of the tensors to keep.
  /// - Returns: nil when there is no checkpoint at all; `rejected` tells what is wrong with newer ones.
  /// - Throws: `CheckpointError` when there are some and all are damaged.
  public func latest(
    keeping isWanted: (String) -> Bool = { _ in true }
  ) throws(CheckpointError) -> (generation: Int, file: CheckpointFile, rejected: [Problem])? {
    var rejected: [Problem] = []
    let generations = generations
    for generation in generations.reversed() {
      do {
        let file = try CheckpointFile(contentsOf: file(of: generation), keeping: isWanted)
        return (generation, file, rejected)
      } catch {
        rejected += error.problems
      }
    }
    guard generations.isEmpty else { throw CheckpointError(rejected) }
    return nil
  }
}
