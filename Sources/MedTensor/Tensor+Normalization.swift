internal import CTorch

// Input `[N, C, …]`. Weight and bias, where given, are `[C]`.
extension Tensor {
  /// Normalizes each channel over batch and space.
  /// - Parameters:
  ///   - mean, variance: Running statistics, used unless `training`, when they are updated in place.
  public func batchNormalized(
    weight: Tensor?, bias: Tensor?, mean: Tensor?, variance: Tensor?, training: Bool, momentum: Double = 0.1,
    epsilon: Double = 1e-5
  ) throws(TensorError) -> Tensor {
    try produce("batch normalization", [self]) {
      ct_batch_norm(
        pointer, weight?.pointer, bias?.pointer, mean?.pointer, variance?.pointer, training, momentum,
        epsilon, $0
      )
    }
  }

  /// Normalizes each group of channels of each sample over space.
  public func groupNormalized(
    groups: Int, weight: Tensor?, bias: Tensor?, epsilon: Double = 1e-5
  ) throws(TensorError) -> Tensor {
    try produce("group normalization", [self]) {
      ct_group_norm(pointer, groups, weight?.pointer, bias?.pointer, epsilon, $0)
    }
  }

  /// Normalizes each channel of each sample over space.
  public func instanceNormalized(
    weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = 1e-5
  ) throws(TensorError) -> Tensor {
    try produce("instance normalization", [self]) {
      ct_instance_norm(pointer, weight?.pointer, bias?.pointer, epsilon, $0)
    }
  }

  /// Normalizes over the last axes, whose sizes are given.
  public func layerNormalized(
    shape: [Int], weight: Tensor?, bias: Tensor?, epsilon: Double = 1e-5
  ) throws(TensorError) -> Tensor {
    try produce("layer normalization", [self]) {
      ct_layer_norm(pointer, shape, Int32(shape.count), weight?.pointer, bias?.pointer, epsilon, $0)
    }
  }

  /// Divides by a power of the neighbouring channels' mean square.
  public func localResponseNormalized(
    size: Int, alpha: Double = 1e-4, beta: Double = 0.75, k: Double = 1
  ) throws(TensorError) -> Tensor {
    try produce("local response normalization", [self]) {
      ct_local_response_norm(pointer, size, alpha, beta, k, $0)
    }
  }
}

/// The activations that a normalization's last pass over memory takes along.
public enum RectifierSlope: Sendable {
  /// Negative values are multiplied by this: 0 for a rectifier, 1 for no activation.
  case fixed(Double)
  /// Learned: one number, or one for each channel.
  case learned(Tensor)
}

extension Tensor {
  /// Group normalization, an activation and a sum, `a(normalized) + residual`, in two passes over memory.
  ///
  /// - Gradient: by the input, weight, bias, slope and residual; once only.
  /// - Complexity: On the CPU in 32 bits or bfloat16 the result lies channels-last.
  public func groupNormalizedActivated(
    groups: Int, weight: Tensor?, bias: Tensor?, epsilon: Double = 1e-5, slope: RectifierSlope,
    adding residual: Tensor? = nil
  ) throws(TensorError) -> Tensor {
    var (learned, fixed) = (nil as Tensor?, 1.0)
    switch slope {
    case .fixed(let value): fixed = value
    case .learned(let tensor): learned = tensor
    }
    return try produce("normalization and activation", [self]) {
      ct_normalized_activation(
        pointer, groups, weight?.pointer, bias?.pointer, epsilon, learned?.pointer, fixed, residual?.pointer,
        $0)
    }
  }
}
