public import MedTensor

/// The largest value of each window.
public struct MaxPooling: Layer {
  let kernel: [Int], stride: [Int], padding: [Int]

  public init(axes: Int, kernel: PerAxis, stride: PerAxis? = nil, padding: PerAxis = 0) throws(TensorError) {
    try requireSpatialAxes(axes)
    self.kernel = try kernel.expanded(axes, "kernel sizes")
    self.stride = try (stride ?? kernel).expanded(axes, "strides")
    self.padding = try padding.expanded(axes, "paddings", atLeast: 0)
  }

  public func callAsFunction(_ x: Tensor, _ mode: Mode) throws(TensorError) -> Tensor {
    try x.maxPooled(kernel: kernel, stride: stride, padding: padding)
  }
}

/// The mean of each window.
public struct AveragePooling: Layer {
  let kernel: [Int], stride: [Int], padding: [Int]

  public init(axes: Int, kernel: PerAxis, stride: PerAxis? = nil, padding: PerAxis = 0) throws(TensorError) {
    try requireSpatialAxes(axes)
    self.kernel = try kernel.expanded(axes, "kernel sizes")
    self.stride = try (stride ?? kernel).expanded(axes, "strides")
    self.padding = try padding.expanded(axes, "paddings", atLeast: 0)
  }

  public func callAsFunction(_ x: Tensor, _ mode: Mode) throws(TensorError) -> Tensor {
    try x.averagePooled(kernel: kernel, stride: stride, padding: padding)
  }
}

/// Multiplies the spatial sizes by interpolation.
public struct Upsampling: Layer {
  let factors: [Double]
  let interpolation: TensorInterpolation
  let alignCorners: Bool

  public init(
    axes: Int, factor: PerAxis = 2, interpolation: TensorInterpolation = .linear, alignCorners: Bool = false
  ) throws(TensorError) {
    try requireSpatialAxes(axes)
    factors = try factor.expanded(axes, "factors").map(Double.init)
    self.interpolation = interpolation
    self.alignCorners = alignCorners
  }

  public func callAsFunction(_ x: Tensor, _ mode: Mode) throws(TensorError) -> Tensor {
    try x.resized(by: factors, interpolation: interpolation, alignCorners: alignCorners)
  }
}

/// A convolution to `factor^axes` times as many channels, which then become voxels (pixel shuffle), smoothed by a
/// mean over neighbors. Key `conv_block`.
///
/// - Source: Shi et al., 2016; Aitken et al., 2017.
public struct SubpixelUpsampling: Layer {
  let convolution: ConvolutionLayer
  let axes: Int, factor: Int

  public init(_ scope: Scope, axes: Int, channels: Int, factor: Int = 2) throws(TensorError) {
    try requireSpatialAxes(axes)
    self.axes = axes
    self.factor = factor
    let copies = (0..<axes).reduce(1) { product, _ in product * factor }
    convolution = try ConvolutionLayer(
      scope / "conv_block", axes: axes, from: channels, to: channels * copies,
      initialization: .sharedHeNormal(factor: copies))
  }

  public func callAsFunction(_ x: Tensor, _ mode: Mode) throws(TensorError) -> Tensor {
    let shuffled = try pixelShuffled(try convolution(x, mode))
    let widths = Array(repeating: (before: factor - 1, after: 0), count: axes)
    return try shuffled.padded(widths).averagePooled(
      kernel: Array(repeating: factor, count: axes), stride: Array(repeating: 1, count: axes),
      padding: Array(repeating: 0, count: axes))
  }

  /// `[N, C·factor^axes, …]` to `[N, C, factor·…]`.
  func pixelShuffled(_ x: Tensor) throws(TensorError) -> Tensor {
    let shape = x.shape
    let copies = (0..<axes).reduce(1) { product, _ in product * factor }
    let channels = shape[1] / copies
    let parts = try x.reshaped(
      [shape[0], channels] + Array(repeating: factor, count: axes) + shape.dropFirst(2))
    let order = [0, 1] + (0..<axes).flatMap { [2 + axes + $0, 2 + $0] }
    return try parts.transposed(order).reshaped(
      [shape[0], channels] + shape.dropFirst(2).map { $0 * factor })
  }
}
