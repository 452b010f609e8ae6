public import MedTensor

/// A convolution over 1 to 3 spatial axes.
///
/// Keys `weight` `[output, input / groups, kernel…]` and, with a bias, `bias` `[output]`.
public struct ConvolutionLayer: Layer {
  let weight: Tensor
  let bias: Tensor?
  let stride: [Int], padding: [Int], dilation: [Int]
  let groups: Int

  public init(
    _ scope: Scope, axes: Int, from input: Int, to output: Int, kernel: PerAxis = 3, stride: PerAxis = 1,
    padding: [Int]? = nil, dilation: PerAxis = 1, groups: Int = 1, bias: Bool = true,
    initialization: ConvolutionInitialization = .standard
  ) throws(TensorError) {
    try requireSpatialAxes(axes)
    try requireChannels([input, output, groups], "channels and groups")
    guard input % groups == 0, output % groups == 0 else {
      throw TensorError("\(groups) groups don't divide \(input) and \(output) channels", at: scope.path)
    }
    let kernel = try kernel.expanded(axes, "kernel sizes")
    self.stride = try stride.expanded(axes, "strides")
    self.dilation = try dilation.expanded(axes, "dilations")
    self.padding =
      try padding.map(PerAxis.init)?.expanded(axes, "paddings", atLeast: 0) ?? kernel.map { $0 / 2 }
    self.groups = groups
    let shape = [output, input / groups] + kernel
    weight = try scope.parameter(
      "weight", shape, initialization.weight(shape), format: .channelsLast(spatialAxes: axes))
    self.bias = bias ? try scope.parameter("bias", [output], initialization.bias(weight: shape)) : nil
  }

  public func callAsFunction(_ x: Tensor, _ mode: Mode) throws(TensorError) -> Tensor {
    try x.convolved(
      weight: weight, bias: bias, stride: stride, padding: padding, dilation: dilation, groups: groups)
  }
}

/// A transposed convolution over 1 to 3 spatial axes.
///
/// Keys `weight` `[input, output / groups, kernel…]` and, with a bias, `bias` `[output]`. An axis of size `n` becomes
/// `(n − 1)·stride − 2·padding + dilation·(kernel − 1) + outputPadding + 1`.
public struct TransposedConvolutionLayer: Layer {
  let weight: Tensor
  let bias: Tensor?
  let stride: [Int], padding: [Int], outputPadding: [Int], dilation: [Int]
  let groups: Int

  public init(
    _ scope: Scope, axes: Int, from input: Int, to output: Int, kernel: PerAxis, stride: PerAxis,
    padding: [Int], outputPadding: [Int], dilation: PerAxis = 1, groups: Int = 1, bias: Bool = true,
    initialization: ConvolutionInitialization = .standard
  ) throws(TensorError) {
    try requireSpatialAxes(axes)
    try requireChannels([input, output, groups], "channels and groups")
    guard input % groups == 0, output % groups == 0 else {
      throw TensorError("\(groups) groups don't divide \(input) and \(output) channels", at: scope.path)
    }
    let kernel = try kernel.expanded(axes, "kernel sizes")
    self.stride = try stride.expanded(axes, "strides")
    self.dilation = try dilation.expanded(axes, "dilations")
    self.padding = try PerAxis(padding).expanded(axes, "paddings", atLeast: 0)
    self.outputPadding = try PerAxis(outputPadding).expanded(axes, "output paddings", atLeast: 0)
    self.groups = groups
    let shape = [input, output / groups] + kernel
    weight = try scope.parameter(
      "weight", shape, initialization.weight(shape), format: .channelsLast(spatialAxes: axes))
    self.bias = bias ? try scope.parameter("bias", [output], initialization.bias(weight: shape)) : nil
  }

  public func callAsFunction(_ x: Tensor, _ mode: Mode) throws(TensorError) -> Tensor {
    try x.transposeConvolved(
      weight: weight, bias: bias, stride: stride, padding: padding, outputPadding: outputPadding,
      dilation: dilation, groups: groups)
  }
}
