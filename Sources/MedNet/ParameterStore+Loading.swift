public import MedCheckpoint
public import MedTensor

/// What a checkpoint filled.
public struct LoadingReport: Codable, Hashable, Sendable, CustomStringConvertible {
  /// Keys of the network that got their values.
  public var loaded: [String] = []
  /// Keys of the network that the checkpoint doesn't have.
  public var missing: [String] = []
  /// Keys of the checkpoint, after mapping, that the network doesn't have.
  public var unexpected: [String] = []
  /// The share of the network's parameters (numbers, not keys) that got their values.
  public var coverage = 0.0

  public var description: String {
    let percent = (coverage * 1000).rounded() / 10
    return "\(loaded.count) tensors loaded (\(percent) % of the parameters), \(missing.count) missing, "
      + "\(unexpected.count) unexpected"
  }
}

extension ParameterStore {
  /// How far a checkpoint may differ from the network.
  public enum Agreement: String, Codable, Hashable, Sendable {
    /// Every key must be there, and no other.
    case exact
    /// The network's keys must all be there; others are passed over.
    case complete
    /// What is there is taken, as for a pre-trained encoder; at least one tensor must fit.
    case partial
  }

  /// Copies values into the network, all or nothing. Types are converted.
  ///
  /// A key and its aliases count as one: any of them fills the tensor, the key itself before the others.
  /// - Throws: One error with every missing, unexpected and misshapen key.
  @discardableResult
  public func load(
    _ tensors: [String: Tensor], keyMap: KeyMap = .identity, agreement: Agreement = .exact
  ) throws(TensorError) -> LoadingReport {
    let shapes = tensors.mapValues(\.shape)
    let (report, sources) = try match(shapes, keyMap, agreement)
    for (key, source) in sources {
      guard let target = self[key], let value = tensors[source] else { continue }
      try withoutGradient { () throws(TensorError) in try target.copyInPlace(from: value) }
    }
    return report
  }

  /// Copies a checkpoint's values into the network, all or nothing. Types are converted.
  /// - Complexity: One tensor is in memory at a time beside the network.
  /// - Throws: One error with every missing, unexpected and misshapen key.
  @discardableResult
  public func load(
    _ checkpoint: StateDictionary, keyMap: KeyMap = .identity, agreement: Agreement = .exact
  ) throws(TensorError) -> LoadingReport {
    let stored = Dictionary(checkpoint.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let (report, sources) = try match(stored.mapValues(\.shape), keyMap, agreement)
    for (key, source) in sources {
      guard let target = self[key], let value = stored[source] else { continue }
      let tensor = try Tensor(value)
      try withoutGradient { () throws(TensorError) in try target.copyInPlace(from: tensor) }
    }
    return report
  }

  /// Finds the checkpoint's key for each of the network's.
  private func match(
    _ shapes: [String: [Int]], _ keyMap: KeyMap, _ agreement: Agreement
  ) throws(TensorError) -> (LoadingReport, [(key: String, source: String)]) {
    var found: [String: String] = [:]
    var report = LoadingReport()
    let primary = Dictionary(aliases.map { ($0.key, $0.target) }, uniquingKeysWith: { first, _ in first })
    for source in shapes.keys.sorted() {
      guard let key = keyMap(source) else { continue }
      if self[key] == nil {
        report.unexpected.append(key)
      } else if let target = primary[key] {
        if found[target] == nil { found[target] = source }
      } else {
        found[key] = source
      }
    }
    var problems: [(statement: String, location: String?)] = []
    var filled = 0
    for entry in entries {
      guard let source = found[entry.key], let shape = shapes[source] else {
        report.missing.append(entry.key)
        continue
      }
      if shape != entry.tensor.shape {
        problems.append(("expected the shape \(entry.tensor.shape), found \(shape)", source))
      }
      report.loaded.append(entry.key)
      if entry.role == .parameter { filled += entry.tensor.count }
    }
    report.coverage = Double(filled) / Double(max(1, parameterCount))
    if agreement != .partial { problems += report.missing.map { ("the checkpoint lacks this tensor", $0) } }
    if agreement == .exact { problems += report.unexpected.map { ("the network has no such tensor", $0) } }
    if report.loaded.isEmpty && problems.isEmpty && !entries.isEmpty {
      problems.append(("no tensor of the checkpoint belongs to the network", nil))
    }
    guard problems.isEmpty else {
      throw TensorError.list(
        problems, remedy: "check that the checkpoint belongs to this network and its configuration")
    }
    return (report, entries.compactMap { entry in found[entry.key].map { (entry.key, $0) } })
  }
}

extension Tensor {
  /// The values of a stored tensor.
  ///
  /// Unsigned integers of more than 8 bits become `int64`.
  /// - Throws: For complex numbers.
  public init(_ stored: StoredTensor) throws(TensorError) {
    if let dtype = DType(rawValue: stored.type.rawValue) {
      self = try stored.withBytes { (bytes) throws(TensorError) in
        try Tensor(bytes: bytes, dtype: dtype, shape: stored.shape)
      }
    } else if let integers = stored.integers() {
      try self.init(integers, shape: stored.shape)
    } else {
      throw TensorError("complex tensors are not supported", at: stored.name)
    }
  }
}

extension StoredTensor {
  /// A copy of a tensor's values under a name, for writing.
  public init(name: String, _ tensor: Tensor) throws(TensorError) {
    guard let type = StoredType(rawValue: tensor.dtype.rawValue) else {
      throw TensorError("the type \(tensor.dtype.rawValue) can't be stored", at: name)
    }
    let (owner, bytes) = try tensor.copiedMemory()
    self.init(name: name, type: type, shape: tensor.shape, bytes: bytes, owner: owner)
  }
}

extension ParameterStore {
  /// Everything for a checkpoint: keys in registration order, and their aliases where a reader of the original
  /// implementation needs them.
  public func stored(includingAliases: Bool = false) throws(TensorError) -> [StoredTensor] {
    var result: [StoredTensor] = []
    for entry in entries { result.append(try StoredTensor(name: entry.key, entry.tensor)) }
    guard includingAliases else { return result }
    for alias in aliases {
      if let tensor = self[alias.target] { result.append(try StoredTensor(name: alias.key, tensor)) }
    }
    return result
  }
}
