import Foundation
import MedCheckpoint
import MedNet
import MedTensor

extension NDArray {
  /// The elements as `float32`, or as the integers that they are stored as.
  func tensor() throws -> Tensor {
    switch type {
    case .int64?: try Tensor(values.map { Int64($0) }, shape: shape)
    case .int32?: try Tensor(values.map { Int32($0) }, shape: shape)
    case .uint8?: try Tensor(values.map { UInt8($0) }, shape: shape)
    case .float64?: try Tensor(values, shape: shape)
    default: try Tensor(floats, shape: shape)
    }
  }

  init(_ tensor: Tensor) throws {
    self.init(shape: tensor.shape, values: try tensor.elements(as: Double.self))
    type = StoredType(rawValue: tensor.dtype.rawValue)
  }
}

extension Output {
  init(_ name: String, _ tensor: Tensor) throws { self.init(name, try NDArray(tensor)) }
}

extension Arguments {
  /// All arguments as one value.
  /// - Throws: `Unsupported` for arguments and values that the type doesn't know.
  func decode<Value: Decodable>(_ type: Value.Type, adding more: [String: JSONValue] = [:]) throws -> Value {
    var object = JSONObject()
    for (key, value) in values.members {
      ignore(key)
      object[key] = value
    }
    for (key, value) in more { object[key] = value }
    let text = JSONValue.object(object).description
    do {
      return try JSONDecoder().decode(type, from: Data(text.utf8))
    } catch let error as DecodingError {
      guard case .dataCorrupted(let context) = error else { throw error }
      if context.debugDescription.contains("unknown") || context.debugDescription.contains("not supported") {
        throw Unsupported(context.debugDescription)
      }
      throw error
    }
  }
}

extension Case {
  /// Fills a network with the case's weights and compares the keys.
  /// - Parameter prefix: What stands before every key of the case.
  func fill(_ store: ParameterStore, prefix: String = "") throws {
    try checkState(store.state.map { (prefix + $0.key, $0.tensor.shape) })
    let map = KeyMap([.removePrefix(prefix)])
    try forEachWeight { entry, values in
      guard let key = map(entry.key), let target = store[key] else { throw Mismatch("no key \(entry.key)") }
      try withoutGradient { try target.copyInPlace(from: Tensor(values, shape: entry.shape)) }
    }
  }

  /// The mode of the case. Nothing is drawn in it, unless a case asks for dropout.
  func networkMode() throws -> Mode {
    mode == "train" ? .training(try Generator(seed: seed ?? 0)) : .inference
  }

  /// Gradients of mean(output²) and the state after the call, as the case asks for them.
  func extras(_ outputs: [Tensor], _ store: ParameterStore, prefix: String = "") throws -> [Output] {
    var results: [Output] = []
    let map = KeyMap([.removePrefix(prefix)])
    func tensor(_ key: String) throws -> Tensor {
      guard let key = map(key), let found = store[key] else { throw Mismatch("no key \(key)") }
      return found
    }
    for key in (fields["after"]?.array ?? []).compactMap(\.string) {
      results.append(try Output("state/\(key)", tensor(key)))
    }
    let keys = (fields["gradients"]?.array ?? []).compactMap(\.string)
    guard !keys.isEmpty else { return results }
    var total = try Tensor.zeros([])
    for output in outputs { total = try total + output.squared().mean() }
    try total.backward()
    for key in keys {
      guard let gradient = try tensor(key).gradient() else { throw Mismatch("no gradient of \(key)") }
      results.append(try Output("gradient/\(key)", gradient))
    }
    return results
  }
}
