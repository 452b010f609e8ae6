import MedVoxel

/// The weights of a network, by key.
public struct StateDictionary: Sendable {
  /// Where in the checkpoint they were found; empty for the top.
  public var path: String
  /// In the order of the file, named by their keys.
  public var tensors: [StoredTensor]
  /// Keys of what is no tensor: counters, settings.
  public var ignored: [String]

  public init(path: String = "", tensors: [StoredTensor], ignored: [String] = []) {
    self.path = path
    self.tensors = tensors
    self.ignored = ignored
  }

  public subscript(key: String) -> StoredTensor? { tensors.first { $0.name == key } }

  /// Opens a checkpoint of any form: safetensors, or a file written by `torch.save`.
  ///
  /// - Parameter path: which dictionary to take, such as `state_dict`, or `models/generator` for a nested one;
  ///   nil finds it.
  /// - Throws: `CheckpointError`.
  public init(contentsOf file: String, at path: String? = nil) throws(CheckpointError) {
    let block = try ByteBlock(mapping: file)
    if SafetensorsFile.isSafetensors(block.bytes) {
      let safetensors = try SafetensorsFile(block: block, path: file)
      guard path == nil || path == "" else {
        throw CheckpointError("a safetensors file has no dictionary “\(path ?? "")”", at: file, cause: .usage)
      }
      self.init(tensors: safetensors.tensors)
    } else {
      self = try TorchFile.read(block: block, path: file).stateDictionary(at: path, file: file)
    }
  }
}

extension CheckpointValue {
  /// Names under which programs keep the weights, the usual ones first.
  public static let commonKeys = [
    "state_dict", "model_state_dict", "model", "net", "network", "network_weights", "model_state", "weights",
    "params", "module", "generator", "ema", "student", "teacher",
  ]

  /// Finds the tensors of a network.
  ///
  /// Without a path, the first common name that leads to tensors is taken, also below another one; else the
  /// top where it has tensors of its own; else the only dictionary that has some.
  ///
  /// - Parameter path: keys joined by `/`.
  /// - Throws: `CheckpointError` that lists where dictionaries of tensors are.
  public func stateDictionary(
    at path: String? = nil, file: String? = nil
  ) throws(CheckpointError) -> StateDictionary {
    if case .tensor(var tensor) = self, path == nil {
      tensor.name = "tensor"
      return StateDictionary(tensors: [tensor])
    }
    let places = dictionariesWithTensors()
    func listing() -> String {
      places.isEmpty
        ? "it holds no dictionary of tensors"
        : "tensors are at: " + places.prefix(20).map { "“\($0)”" }.joined(separator: ", ")
    }
    if let path {
      var value = self
      for key in path.split(separator: "/").map(String.init) {
        guard let next = value[key] else {
          throw CheckpointError("the checkpoint has no “\(path)”; \(listing())", at: file, cause: .usage)
        }
        value = next
      }
      return value.flattened(path: path)
    }
    for key in CheckpointValue.commonKeys {
      guard let value = self[key] else { continue }
      if value.hasTensors { return value.flattened(path: key) }
      for inner in CheckpointValue.commonKeys where value[inner]?.hasTensors == true {
        if let value = value[inner] { return value.flattened(path: "\(key)/\(inner)") }
      }
    }
    if places.contains("") { return flattened(path: "") }
    guard places.count == 1, let only = places.first else {
      throw CheckpointError(
        "the checkpoint's weights were not found: \(listing())", at: file,
        remedy: places.isEmpty ? "give a file that holds a state_dict" : "say which one")
    }
    return try stateDictionary(at: only, file: file)
  }

  /// Whether one of its own members is a tensor.
  private var hasTensors: Bool { dictionary?.members.contains { $0.value.tensor != nil } ?? false }

  /// The outermost dictionaries that have a tensor as their own member, as paths.
  public func dictionariesWithTensors() -> [String] {
    var result: [String] = []
    func visit(_ value: CheckpointValue, _ path: [String]) {
      if value.hasTensors { return result.append(path.joined(separator: "/")) }
      for (key, child) in value.dictionary?.members ?? [] { visit(child, path + [key]) }
    }
    visit(self, [])
    return result
  }

  private func flattened(path: String) -> StateDictionary {
    var result = StateDictionary(path: path, tensors: [])
    func visit(_ value: CheckpointValue, _ name: String) {
      switch value {
      case .tensor(var tensor):
        tensor.name = name
        result.tensors.append(tensor)
      case .dictionary(let dictionary):
        for (key, child) in dictionary.members { visit(child, name.isEmpty ? key : "\(name).\(key)") }
      default: result.ignored.append(name)
      }
    }
    visit(self, "")
    return result
  }
}
