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

  /// Reads a checkpoint, once: the bytes that its checksum was found right for are those of the tensors.
  ///
  /// - Parameter isWanted: the names of the tensors to keep; the others are verified alone.
  /// - Throws: `CheckpointError` for a damaged file, or one that `write` did not make.
  /// - Cost: one pass over the bytes, and memory for the wanted ones.
  public init(
    contentsOf path: String, keeping isWanted: (String) -> Bool = { _ in true }
  ) throws(CheckpointError) {
    let file = try SafetensorsFile(path: path)
    guard let text = file.metadata[CheckpointFile.metadataKey],
      let checksum = file.metadata[CheckpointFile.checksumKey]
    else {
      throw CheckpointError(
        "expected a checkpoint of this program, found other safetensors", at: path,
        remedy: "load it as weights instead")
    }
    var found = Checksum()
    found.add(text)
    var kept: [String: StoredTensor] = [:]
    for tensor in SafetensorsLayout.order(file.tensors) {
      found.addFacts(of: tensor)
      if isWanted(tensor.name) {
        kept[tensor.name] = try tensor.copied { found.add($0) }
      } else {
        tensor.withBytes { found.add($0) }
      }
    }
    guard found.text == checksum else {
      throw CheckpointError(
        expected: "the checksum \(checksum)", found: found.text, at: path,
        remedy: "the file is damaged: take an earlier checkpoint")
    }
    self.path = path
    tensors = file.tensors.compactMap { kept[$0.name] }
    metadata = try JSONValue(parsing: text)
    self.checksum = checksum
  }

  private static func checksum(_ tensors: [StoredTensor], _ metadata: String) -> String {
    var checksum = Checksum()
    checksum.add(metadata)
    for tensor in SafetensorsLayout.order(tensors) {
      checksum.addFacts(of: tensor)
      tensor.withBytes { checksum.add($0) }
    }
    return checksum.text
  }
}

extension Checksum {
  fileprivate mutating func addFacts(of tensor: StoredTensor) {
    add("\(tensor.name)\u{0}\(tensor.type.rawValue)\u{0}\(tensor.shape)\u{0}")
  }
}

extension StoredTensor {
  /// A copy in memory of its own. The closure sees its bytes in order, piece by piece, while they lie in the cache.
  fileprivate func copied(
    _ visit: (UnsafeRawBufferPointer) -> Void
  ) throws(CheckpointError) -> StoredTensor {
    guard let memory = malloc(max(byteCount, 1)) else {
      throw CheckpointError(
        "there is no memory for its \(byteCount) bytes", at: "tensor “\(name)”", cause: .environment)
    }
    let target = UnsafeMutableRawBufferPointer(start: memory, count: byteCount)
    withBytes { bytes in
      for start in stride(from: 0, to: bytes.count, by: 1 << 18) {
        let range = start..<min(start + 1 << 18, bytes.count)
        let piece = UnsafeMutableRawBufferPointer(rebasing: target[range])
        piece.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[range]))
        visit(UnsafeRawBufferPointer(piece))
      }
    }
    let block = ByteBlock(adopting: target)
    return StoredTensor(name: name, type: type, shape: shape, block: block, offset: 0)
  }
}
