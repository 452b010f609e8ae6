import Foundation
import MedVoxel

/// Our own checkpoint: one safetensors file that says everything, and a JSON sidecar derived from it.
///
/// The settings (step, seeds, schedule, optimizer scalars …) lie as JSON in the safetensors metadata, beside a
/// checksum over names, shapes, settings and bytes. The file is renamed into place when it is complete, so a
/// process killed at any moment leaves the old checkpoint or the new one. The sidecar is for people and other
/// programs; reading never depends on it.
public struct CheckpointFile: Sendable {
  public let path: String
  public let tensors: [StoredTensor]
  /// What `write` was given.
  public let metadata: JSONValue
  /// Over everything in the file; sixteen hexadecimal digits.
  public let checksum: String

  static let metadataKey = "deepmedicine.checkpoint"
  static let checksumKey = "deepmedicine.xxh64"

  public subscript(name: String) -> StoredTensor? { tensors.first { $0.name == name } }

  /// Writes tensors and settings; the sidecar follows.
  ///
  /// - Parameter metadata: numbers keep their exact value; those that JSON cannot hold (NaN, infinity) become
  ///   `null`.
  /// - Throws: `CheckpointError`; the file of that name is then as it was.
  /// - Cost: two passes over the bytes, and the disk's own time to make them durable.
  public static func write(
    tensors: [StoredTensor], metadata: JSONValue, to path: String
  ) throws(CheckpointError) {
    let text = metadata.description
    let checksum = checksum(tensors, text)
    try SafetensorsFile.write(
      tensors, metadata: [metadataKey: text, checksumKey: checksum], to: path)
    let sidecar: JSONValue = [
      "file": .string(URL(fileURLWithPath: path).lastPathComponent), "xxh64": .string(checksum),
      "tensors": .integer(tensors.count), "bytes": .integer(tensors.reduce(0) { $0 + $1.byteCount }),
      "metadata": metadata,
    ]
    try AtomicFile<CheckpointError>.write(
      (sidecar.indented + "\n").utf8, to: URL(fileURLWithPath: sidecarPath(of: path)))
  }

  /// `model.safetensors` → `model.json`.
  public static func sidecarPath(of path: String) -> String {
    URL(fileURLWithPath: path).deletingPathExtension().path + ".json"
  }

  /// Opens a checkpoint and, unless told otherwise, reads it once to verify its checksum.
  ///
  /// - Throws: `CheckpointError` for a damaged file, or one that `write` did not make.
  public init(contentsOf path: String, isVerified: Bool = true) throws(CheckpointError) {
    let file = try SafetensorsFile(path: path)
    guard let text = file.metadata[CheckpointFile.metadataKey],
      let checksum = file.metadata[CheckpointFile.checksumKey]
    else {
      throw CheckpointError(
        "expected a checkpoint of this program, found other safetensors", at: path,
        remedy: "load it as weights instead")
    }
    if isVerified {
      let found = CheckpointFile.checksum(file.tensors, text)
      guard found == checksum else {
        throw CheckpointError(
          expected: "the checksum \(checksum)", found: found, at: path,
          remedy: "the file is damaged: take an earlier checkpoint")
      }
    }
    self.path = path
    tensors = file.tensors
    metadata = try JSONValue(parsing: text)
    self.checksum = checksum
  }

  private static func checksum(_ tensors: [StoredTensor], _ metadata: String) -> String {
    var checksum = Checksum()
    checksum.add(metadata)
    for tensor in SafetensorsLayout.order(tensors) {
      checksum.add("\(tensor.name)\u{0}\(tensor.type.rawValue)\u{0}\(tensor.shape)\u{0}")
      tensor.withBytes { checksum.add($0) }
    }
    return checksum.text
  }
}
