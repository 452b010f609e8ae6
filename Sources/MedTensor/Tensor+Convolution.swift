internal import CTorch

// Input `[N, C, …]` with 1 to 3 spatial axes; every list has one entry for each of them.
extension Tensor {
  /// - Parameter weight: `[output, input / groups, kernel…]`.
  public func convolved(
    weight: Tensor, bias: Tensor? = nil, stride: [Int], padding: [Int], dilation: [Int], groups: Int = 1
  ) throws(TensorError) -> Tensor {
    try requireEqualCounts("convolution", stride, padding, dilation)
    return try produce("convolution", [self, weight]) {
      ct_convolution(
        pointer, weight.pointer, bias?.pointer, stride, padding, dilation, Int32(stride.count), groups, $0)
    }
  }

  /// - Parameter weight: `[input, output / groups, kernel…]`.
  public func transposeConvolved(
    weight: Tensor, bias: Tensor? = nil, stride: [Int], padding: [Int], outputPadding: [Int], dilation: [Int],
    groups: Int = 1
  ) throws(TensorError) -> Tensor {
    try requireEqualCounts("transposed convolution", stride, padding, dilation, outputPadding)
    return try produce("transposed convolution", [self, weight]) {
      ct_transposed_convolution(
        pointer, weight.pointer, bias?.pointer, stride, padding, outputPadding, dilation, Int32(stride.count),
        groups, $0)
    }
  }

  /// The lists that the engine reads must have one entry for each spatial axis.
  func requireEqualCounts(_ operation: String, _ lists: [Int]...) throws(TensorError) {
    let expected = rank - 2
    guard expected >= 1, expected <= 3, lists.allSatisfy({ $0.count == expected }) else {
      throw TensorError(
        "\(summary) with batch and channels needs 1 to 3 spatial axes and as many entries, found \(lists)",
        at: operation)
    }
  }
}
