public import MedTensor

/// How the keys of a checkpoint become those of a network.
///
/// Steps run in order on every key of the checkpoint; a key that a step drops is passed over.
public struct KeyMap: Codable, Hashable, Sendable {
  public enum Step: Codable, Hashable, Sendable {
    /// Cuts the prefix off where it stands.
    case strip(prefix: String)
    /// Puts it before every key.
    case add(prefix: String)
    /// Replaces a whole key.
    case rename(from: String, to: String)
    /// Replaces every occurrence in a key.
    case replace(String, with: String)
    /// Passes over keys that begin so.
    case drop(prefix: String)
  }
  public var steps: [Step]

  public init(_ steps: [Step] = []) { self.steps = steps }

  /// The keys as they are.
  public static let identity = KeyMap()
  /// Networks that were saved from `DataParallel`, as MedicalNet's.
  public static let withoutModulePrefix = KeyMap([.strip(prefix: "module.")])

  /// The network's key for one of the checkpoint; `nil` where it is dropped.
  public func callAsFunction(_ key: String) -> String? {
    var key = key
    for step in steps {
      switch step {
      case .strip(let prefix):
        if key.hasPrefix(prefix) { key.removeFirst(prefix.count) }
      case .add(let prefix): key = prefix + key
      case .rename(let old, let new):
        if key == old { key = new }
      case .replace(let old, let new):
        if !old.isEmpty { key = replacing(old, by: new, in: key) }
      case .drop(let prefix):
        if key.hasPrefix(prefix) { return nil }
      }
    }
    return key
  }

  private func replacing(_ old: String, by new: String, in key: String) -> String {
    var (result, rest) = ("", key[...])
    while let range = rest.firstRange(of: old) {
      result += rest[..<range.lowerBound] + new
      rest = rest[range.upperBound...]
    }
    return result + rest
  }
}

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

  /// Copies a checkpoint's values into the network, all or nothing.
  ///
  /// Types are converted. A key and its aliases count as one: any of them fills the tensor.
  /// - Throws: One error with every missing, unexpected and misshapen key.
  @discardableResult
  public func load(
    _ tensors: [String: Tensor], keyMap: KeyMap = .identity, agreement: Agreement = .exact
  ) throws(TensorError) -> LoadingReport {
    var found: [String: (source: String, tensor: Tensor)] = [:]
    var report = LoadingReport()
    let primary = Dictionary(uniqueKeysWithValues: aliases.map { ($0.key, $0.target) })
    for (source, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      guard let key = keyMap(source) else { continue }
      if self[key] == nil {
        report.unexpected.append(key)
      } else if found[primary[key] ?? key] == nil || primary[key] == nil {
        found[primary[key] ?? key] = (source, tensor)
      }
    }
    var problems: [(statement: String, location: String?)] = []
    var filled = 0
    for entry in entries {
      guard let (source, tensor) = found[entry.key] else {
        report.missing.append(entry.key)
        continue
      }
      if tensor.shape != entry.tensor.shape {
        problems.append(("expected the shape \(entry.tensor.shape), found \(tensor.shape)", source))
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
    for entry in entries {
      guard let (_, tensor) = found[entry.key] else { continue }
      try withoutGradient { () throws(TensorError) in try entry.tensor.copyInPlace(from: tensor) }
    }
    return report
  }
}
