internal import MedNet
internal import MedRecord
internal import MedTensor

extension Plan.Optimization {
  /// The optimizer that the plan names, over all parameters of a store.
  func makeOptimizer(for store: ParameterStore) throws(TensorError) -> any Optimizer {
    switch optimizer {
    case .sgd(let momentum, let nesterov):
      return try GradientDescent(
        store, GradientDescent.Settings(momentum: momentum, nesterov: nesterov, decay: weightDecay))
    case .adam: return try Adam(store, Adam.Settings(decay: weightDecay))
    case .adamW: return try Adam(store, Adam.Settings(decay: weightDecay, decoupled: true))
    }
  }

  /// The learning rate of each step.
  var rates: Schedule {
    let shape: Schedule.Shape
    switch schedule {
    case .constant: shape = .constant
    case .polynomial(let power): shape = .polynomial(exponent: power)
    case .cosine: shape = .cosine(floor: 0)
    case .exponential(let decay): shape = .exponential(factor: decay, interval: 1)
    }
    return Schedule(rate: learningRate, shape: shape, steps: iterations, warmUp: warmUpIterations)
  }
}
