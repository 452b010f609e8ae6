public import MedTensor

/// Parameters that are learned with the same settings.
public struct ParameterGroup: Sendable {
  public var keys: [String]
  /// The group's rate is this times the step's rate.
  public var rateFactor: Double
  /// The group's weight decay instead of the optimizer's.
  public var decay: Double?

  public init(keys: [String], rateFactor: Double = 1, decay: Double? = nil) {
    self.keys = keys
    self.rateFactor = rateFactor
    self.decay = decay
  }
}

/// Changes parameters by their gradients.
///
/// An optimizer's `state` is a list of named tensors; saved and loaded with the parameters, training goes on bit for
/// bit as if it had not stopped.
public protocol Optimizer: AnyObject {
  /// One step at that rate; parameters without a gradient stay as they are.
  func step(rate: Double) throws(TensorError)
  /// What it remembers between steps, by name.
  var state: [(key: String, tensor: Tensor)] { get }
  /// Takes up a saved state of the same optimizer and parameters.
  func load(_ state: [String: Tensor]) throws(TensorError)
}

/// The groups of an optimizer with their tensors looked up.
struct ResolvedGroup {
  var keys: [String]
  var parameters: [Tensor]
  var rateFactor: Double
  var decay: Double

  /// - Parameter groups: `nil` means one group of all learned parameters.
  static func resolve(
    _ store: ParameterStore, _ groups: [ParameterGroup]?, decay: Double
  ) throws(TensorError) -> [ResolvedGroup] {
    let groups = groups ?? [ParameterGroup(keys: store.parameters.map(\.key))]
    var seen: Set<String> = []
    var resolved: [ResolvedGroup] = []
    for group in groups {
      var parameters: [Tensor] = []
      for key in group.keys {
        guard let tensor = store[key] else { throw TensorError("no parameter is called \(key)") }
        guard seen.insert(key).inserted else { throw TensorError("the parameter \(key) is in two groups") }
        parameters.append(tensor)
      }
      resolved.append(
        ResolvedGroup(
          keys: group.keys, parameters: parameters, rateFactor: group.rateFactor, decay: group.decay ?? decay)
      )
    }
    return resolved
  }

  /// The positions of parameters that have a gradient, and the gradients.
  func active() throws(TensorError) -> (indices: [Int], gradients: [Tensor]) {
    var indices: [Int] = []
    var gradients: [Tensor] = []
    for (index, parameter) in parameters.enumerated() {
      guard let gradient = try parameter.gradient() else { continue }
      indices.append(index)
      gradients.append(gradient)
    }
    return (indices, gradients)
  }
}

/// Copies the saved tensors over those of a state; every key must be there.
func restore(_ saved: [String: Tensor], into state: [(key: String, tensor: Tensor)]) throws(TensorError) {
  var problems: [(statement: String, location: String?)] = []
  for (key, tensor) in state {
    guard let found = saved[key] else {
      problems.append(("the saved optimizer state lacks this tensor", key))
      continue
    }
    if found.shape != tensor.shape {
      problems.append(("expected the shape \(tensor.shape), found \(found.shape)", key))
    }
  }
  guard problems.isEmpty else { throw TensorError.list(problems) }
  for (key, tensor) in state {
    if let found = saved[key] { try tensor.copyInPlace(from: found) }
  }
}

/// Scales all gradients so that their norm together is at most `maximum`.
/// - Returns: The norm before.
@discardableResult
public func clipGradients(of store: ParameterStore, to maximum: Double) throws(TensorError) -> Double {
  var gradients: [Tensor] = []
  for (_, parameter) in store.parameters {
    if let gradient = try parameter.gradient() { gradients.append(gradient) }
  }
  let norm = try TensorList.norm(gradients)
  if norm > maximum { try TensorList.scale(gradients, by: maximum / (norm + 1e-6)) }
  return norm
}
