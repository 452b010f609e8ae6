public import MedTensor

/// All parameters and buffers of a network by their path, such as `model.0.conv.unit0.conv.weight`.
///
/// Layers hold the same tensors, so loading, moving and optimizing a store acts on the network built from it. Paths
/// are in the order in which the layers registered them.
///
/// Changing the store while the network runs on another thread is a mistake.
public final class ParameterStore: @unchecked Sendable {
  // SAFETY: registration ends when the network is built; later changes go through the tensors, whose contract
  // forbids writing while another thread uses them.
  public enum Role: String, Codable, Sendable {
    /// Learned.
    case parameter
    /// Kept along, such as running statistics.
    case buffer
  }

  public struct Entry: Sendable {
    public let key: String
    public let tensor: Tensor
    public let role: Role
  }

  /// Parameters and buffers in registration order.
  public private(set) var entries: [Entry] = []
  /// Further keys for the same tensors, as some published checkpoints have them.
  public private(set) var aliases: [(key: String, target: String)] = []
  private var positions: [String: Int] = [:]
  private var targets: [String: String] = [:]
  /// Draws the initial values; without it they are zero, for a network that is to be loaded.
  let generator: Generator?

  /// - Parameter generator: Draws initial values. `nil` leaves every parameter zero, which is right and quicker
  ///   when a checkpoint follows.
  public init(generator: Generator? = nil) { self.generator = generator }

  /// The scope without a path.
  public var root: Scope { Scope(store: self, path: "") }

  /// The tensor of a key or an alias.
  public subscript(key: String) -> Tensor? {
    positions[targets[key] ?? key].map { entries[$0].tensor }
  }

  /// Every key with its tensor, aliases last.
  public var state: [(key: String, tensor: Tensor)] {
    entries.map { ($0.key, $0.tensor) }
      + aliases.compactMap { alias in self[alias.target].map { (alias.key, $0) } }
  }

  /// The learned ones.
  public var parameters: [(key: String, tensor: Tensor)] {
    entries.filter { $0.role == .parameter }.map { ($0.key, $0.tensor) }
  }

  /// How many numbers are learned.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.tensor.count } }

  func register(_ key: String, _ tensor: Tensor, as role: Role) throws(TensorError) {
    guard positions[key] == nil, targets[key] == nil else {
      throw TensorError("two layers register the key \(key)", remedy: "give each layer a scope of its own")
    }
    positions[key] = entries.count
    entries.append(Entry(key: key, tensor: tensor, role: role))
  }

  /// Gives everything under the path `target` a second key under the path `alias`.
  func registerAlias(_ alias: String, of target: String) throws(TensorError) {
    for entry in entries where entry.key == target || entry.key.hasPrefix(target + ".") {
      let key = alias + entry.key.dropFirst(target.count)
      guard positions[key] == nil, targets[key] == nil else {
        throw TensorError("the alias \(key) is a key already")
      }
      aliases.append((key, entry.key))
      targets[key] = entry.key
    }
  }
}

extension ParameterStore {
  /// Moves everything to a device.
  public func move(to device: Device) throws(TensorError) {
    for entry in entries { try entry.tensor.replaceValue(with: entry.tensor.detached().to(device)) }
  }

  /// Converts all floating-point tensors.
  public func convert(to dtype: DType) throws(TensorError) {
    for entry in entries where entry.tensor.dtype.isFloatingPoint {
      try entry.tensor.replaceValue(with: entry.tensor.detached().to(dtype))
    }
  }

  /// Starts or stops learning of the parameters whose keys the closure chooses.
  public func setLearning(_ learns: Bool, where chooses: (String) -> Bool = { _ in true }) throws(TensorError)
  {
    for entry in entries where entry.role == .parameter && chooses(entry.key) {
      try entry.tensor.requiringGradient(learns)
      if !learns { try entry.tensor.setGradient(nil) }
    }
  }

  /// Forgets all gradients.
  public func clearGradients() throws(TensorError) {
    for entry in entries where entry.role == .parameter { try entry.tensor.setGradient(nil) }
  }
}
