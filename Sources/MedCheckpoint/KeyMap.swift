import MedVoxel

/// How the keys of a checkpoint become a network's keys: rules that are applied one after the other.
public struct KeyMap: Codable, Hashable, Sendable {
  public enum Rule: Codable, Hashable, Sendable {
    /// Takes the prefix away where a key has it.
    case removePrefix(String)
    case addPrefix(String)
    case replacePrefix(String, with: String)
    /// Replaces one whole key.
    case rename(String, to: String)
    /// Replaces every occurrence of a piece of a key.
    case replace(String, with: String)
    /// Leaves out the keys that begin so.
    case drop(prefix: String)
  }

  public var rules: [Rule]

  public init(_ rules: [Rule]) { self.rules = rules }

  public static let identity = KeyMap([])
  /// `module.conv1.weight` → `conv1.weight`: what `DataParallel` and `DistributedDataParallel` put before.
  public static let dataParallel = KeyMap([.removePrefix("module.")])

  /// First this map, then `other`.
  public func then(_ other: KeyMap) -> KeyMap { KeyMap(rules + other.rules) }

  /// - Returns: the network's key; nil for a key that is left out.
  public func callAsFunction(_ key: String) -> String? {
    var key = key
    for rule in rules {
      switch rule {
      case .removePrefix(let prefix): if key.hasPrefix(prefix) { key.removeFirst(prefix.count) }
      case .addPrefix(let prefix): key = prefix + key
      case .replacePrefix(let prefix, let other):
        if key.hasPrefix(prefix) { key = other + key.dropFirst(prefix.count) }
      case .rename(let old, let new): if key == old { key = new }
      case .replace(let old, let new):
        if !old.isEmpty {
          key = key.split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
        }
      case .drop(let prefix): if key.hasPrefix(prefix) { return nil }
      }
    }
    return key
  }
}

extension StateDictionary {
  /// The same tensors under the network's keys.
  /// - Throws: `CheckpointError` naming every pair of keys that become one.
  public func mapped(by map: KeyMap) throws(CheckpointError) -> StateDictionary {
    var sources: [String: String] = [:]
    var problems: [Problem] = []
    var result = StateDictionary(path: path, tensors: [], ignored: ignored)
    for var tensor in tensors {
      guard let key = map(tensor.name) else {
        result.ignored.append(tensor.name)
        continue
      }
      if let other = sources.updateValue(tensor.name, forKey: key) {
        problems.append(Problem("“\(other)” and “\(tensor.name)” both become “\(key)”"))
      }
      tensor.name = key
      result.tensors.append(tensor)
    }
    guard problems.isEmpty else { throw CheckpointError(problems) }
    return result
  }
}
