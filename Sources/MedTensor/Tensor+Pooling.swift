internal import CTorch

// Input `[N, C, …]` with 1 to 3 spatial axes; every list has one entry for each of them.
extension Tensor {
  public func maxPooled(kernel: [Int], stride: [Int], padding: [Int], ceiling: Bool = false)
    throws(TensorError)
    -> Tensor
  {
    try requireEqualCounts("max pooling", kernel, stride, padding)
    return try produce("max pooling", [self]) {
      ct_max_pool(pointer, kernel, stride, padding, Int32(kernel.count), ceiling, $0)
    }
  }

  public func averagePooled(
    kernel: [Int], stride: [Int], padding: [Int], ceiling: Bool = false, countingPadding: Bool = true
  ) throws(TensorError) -> Tensor {
    try requireEqualCounts("average pooling", kernel, stride, padding)
    return try produce("average pooling", [self]) {
      ct_average_pool(pointer, kernel, stride, padding, Int32(kernel.count), ceiling, countingPadding, $0)
    }
  }

  /// Means over as many equal parts as `size` says.
  public func adaptiveAveragePooled(size: [Int]) throws(TensorError) -> Tensor {
    try requireEqualCounts("adaptive average pooling", size)
    return try produce("adaptive average pooling", [self]) {
      ct_adaptive_average_pool(pointer, size, Int32(size.count), $0)
    }
  }

  /// Maxima over as many equal parts as `size` says.
  public func adaptiveMaxPooled(size: [Int]) throws(TensorError) -> Tensor {
    try requireEqualCounts("adaptive max pooling", size)
    return try produce("adaptive max pooling", [self]) {
      ct_adaptive_max_pool(pointer, size, Int32(size.count), $0)
    }
  }
}
