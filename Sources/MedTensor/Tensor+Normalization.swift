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
