internal import CTorch

/// Work on many tensors at once, as optimizers do. Everything here writes in place.
public enum TensorList {
  /// One step of stochastic gradient descent.
  /// - Parameter momenta: Empty without momentum; laid out as the parameters.
  public static func sgdStep(
    parameters: [Tensor], gradients: [Tensor], momenta: [Tensor], rate: Double, momentum: Double,
    dampening: Double, decay: Double, nesterov: Bool, isFirst: Bool
  ) throws(TensorError) {
    try requireEqualCounts(parameters, [gradients, momentum == 0 ? parameters : momenta])
    let count = Int32(parameters.count)
    try perform("a step of gradient descent") {
      withPointers(parameters) { p in
        withPointers(gradients) { g in
          withPointers(momenta) { m in
            ct_sgd_step(
              p, g, momentum == 0 ? nil : m, count, rate, momentum, dampening, decay, nesterov, isFirst)
          }
        }
      }
    }
  }

  /// One step of Adam, or of AdamW when `decoupled`.
  /// - Parameter steps: One float scalar for each parameter, counted up here.
  public static func adamStep(
    parameters: [Tensor], gradients: [Tensor], means: [Tensor], squares: [Tensor], steps: [Tensor],
    rate: Double,
    beta1: Double, beta2: Double, epsilon: Double, decay: Double, decoupled: Bool
  ) throws(TensorError) {
    try requireEqualCounts(parameters, [gradients, means, squares, steps])
    let count = Int32(parameters.count)
    try perform("a step of Adam") {
      withPointers(parameters) { p in
        withPointers(gradients) { g in
          withPointers(means) { m in
            withPointers(squares) { s in
              withPointers(steps) { t in
                ct_adam_step(p, g, m, s, t, count, rate, beta1, beta2, epsilon, decay, decoupled)
              }
            }
          }
        }
      }
    }
  }

  /// The Euclidean norm of all elements of all tensors.
  public static func norm(_ tensors: [Tensor]) throws(TensorError) -> Double {
    var norm = 0.0
    try perform("the norm of a list") {
      withPointers(tensors) { ct_global_norm($0, Int32(tensors.count), &norm) }
    }
    return norm
  }

  public static func scale(_ tensors: [Tensor], by factor: Double) throws(TensorError) {
    try perform("scaling a list") { withPointers(tensors) { ct_scale_all($0, Int32(tensors.count), factor) } }
  }

  /// `target += weight · (source − target)` for each pair.
  public static func mix(_ targets: [Tensor], with sources: [Tensor], weight: Double) throws(TensorError) {
    try requireEqualCounts(targets, [sources])
    try perform("mixing lists") {
      withPointers(targets) { t in
        withPointers(sources) { s in ct_lerp_all(t, s, Int32(targets.count), weight) }
      }
    }
  }

  private static func requireEqualCounts(_ first: [Tensor], _ others: [[Tensor]]) throws(TensorError) {
    guard others.allSatisfy({ $0.count == first.count }) else {
      throw TensorError("lists of \(first.count) and \(others.map(\.count)) tensors", at: "a list operation")
    }
  }
}
