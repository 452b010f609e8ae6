internal import Foundation
internal import MedCheckpoint

/// What `checkpoint show` prints.
struct CheckpointListing {
  var notes: [String] = []
  var state: StateDictionary

  init(file: String, at path: String?) throws {
    let block = try ByteBlock(mapping: file)
    guard !SafetensorsFile.isSafetensors(block.bytes) else {
      state = try StateDictionary(contentsOf: file, at: path)
      for (key, text) in try SafetensorsFile(block: block, path: file).metadata.sorted(by: { $0.key < $1.key }
      ) {
        notes.append("\(key): \(text.count > 200 ? text.prefix(200) + "…" : text)")
      }
      return
    }
    let value = try TorchFile.read(block: block, path: file)
    state = try value.stateDictionary(at: path, file: file)
    if !state.path.isEmpty { notes.append("tensors of “\(state.path)”") }
    for (key, other) in value.dictionary?.members ?? [] where other.tensor == nil && key != state.path {
      notes.append("\(key): \(CheckpointListing.brief(other))")
    }
  }

  var summary: String {
    let elements = state.tensors.reduce(0) { $0 + $1.count }
    let bytes = state.tensors.reduce(0) { $0 + $1.byteCount }
    var text = "\(state.tensors.count) tensors, \(elements) elements, \(describe(bytes: bytes))"
    if !state.ignored.isEmpty { text += "; besides: \(state.ignored.joined(separator: ", "))" }
    return text
  }

  private static func brief(_ value: CheckpointValue) -> String {
    switch value {
    case .none: return "none"
    case .bool(let value): return "\(value)"
    case .integer(let value): return "\(value)"
    case .number(let value): return "\(value)"
    case .string(let text): return text.count > 60 ? "“\(text.prefix(60))…”" : "“\(text)”"
    case .bytes(let bytes): return "\(bytes.count) bytes"
    case .list(let values): return "list of \(values.count)"
    case .dictionary(let dictionary):
      return "dictionary of \(dictionary.count): \(dictionary.keys.prefix(6).joined(separator: ", "))"
    case .tensor(let tensor): return "tensor \(tensor.type.rawValue) \(tensor.shape)"
    }
  }
}

/// "12.3 MB".
func describe(bytes: Int) -> String {
  bytes < 1_000_000
    ? String(format: "%.1f kB", Double(bytes) / 1e3) : String(format: "%.1f MB", Double(bytes) / 1e6)
}

/// Mean, population deviation and range over finite elements.
struct TensorStatistics: CustomStringConvertible {
  var description: String

  init(_ tensor: StoredTensor) {
    let values = tensor.doubles()
    let finite = values.filter(\.isFinite)
    guard !finite.isEmpty else {
      description = values.isEmpty ? "empty" : "no finite element"
      return
    }
    let mean = finite.reduce(0, +) / Double(finite.count)
    let variance = finite.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(finite.count)
    description = String(
      format: "mean %.4g, deviation %.4g, %.4g…%.4g", mean, variance.squareRoot(), finite.min() ?? 0,
      finite.max() ?? 0)
    if finite.count < values.count { description += ", \(values.count - finite.count) not finite" }
  }
}
