public import MedTensor

/// Two convolutions, each with normalization and activation, and, when residual, a shortcut around them that is
/// added before the last activation. Keys `conv1`, `conv2`, `norm1`, `norm2`, and `conv3`, `norm3` of a shortcut
/// that changes size or channels.
public struct DynUNetBlock: Layer {
  let convolution1: ConvolutionBlock, convolution2: ConvolutionBlock, convolution3: ConvolutionBlock?
  let normalization1: Normalization, normalization2: Normalization, normalization3: Normalization?
  let activation: Activation
  let isResidual: Bool

  public init(
    _ scope: Scope, axes: Int, from input: Int, to output: Int, kernel: PerAxis, stride: PerAxis,
    normalization: NormalizationKind, activation: ActivationKind, dropout: DropoutKind? = nil,
    isResidual: Bool,
    initialization: ConvolutionInitialization = .standard
  ) throws(TensorError) {
    self.isResidual = isResidual
    convolution1 = try dynamicConvolution(
      scope / "conv1", axes, from: input, to: output, kernel: kernel, stride: stride, dropout: dropout,
      initialization: initialization)
    convolution2 = try dynamicConvolution(
      scope / "conv2", axes, from: output, to: output, kernel: kernel, stride: 1, dropout: dropout,
      initialization: initialization)
    self.activation = try Activation(scope / "lrelu", activation)
    normalization1 = try Normalization(scope / "norm1", normalization, channels: output)
    normalization2 = try Normalization(scope / "norm2", normalization, channels: output)
    let isStrided = try stride.expanded(axes, "strides").contains { $0 != 1 }
    let changes = input != output || isStrided
    if isResidual && changes {
      convolution3 = try dynamicConvolution(
        scope / "conv3", axes, from: input, to: output, kernel: 1, stride: stride, dropout: dropout,
        initialization: initialization)
      normalization3 = try Normalization(scope / "norm3", normalization, channels: output)
    } else {
      convolution3 = nil
      normalization3 = nil
    }
  }

  public func callAsFunction(_ x: Tensor, _ mode: Mode) throws(TensorError) -> Tensor {
    let y = try convolution2(
      normalizedActivated(convolution1(x, mode), normalization1, activation, mode), mode)
    guard isResidual else { return try normalizedActivated(y, normalization2, activation, mode) }
    var around = x
    if let convolution3, let normalization3 { around = try normalization3(convolution3(x, mode), mode) }
    return try activation(normalization2(y, mode) + around, mode)
  }
}

/// A transposed convolution, the skip beside it, and a block. Keys `transp_conv` and `conv_block`.
public struct DynUNetUpBlock: Sendable {
  let rise: ConvolutionBlock
  let block: DynUNetBlock

  public init(
    _ scope: Scope, axes: Int, from input: Int, to output: Int, kernel: PerAxis, upsampleKernel: PerAxis,
    normalization: NormalizationKind, activation: ActivationKind, dropout: DropoutKind? = nil,
    bias: Bool = false,
    initialization: ConvolutionInitialization = .standard
  ) throws(TensorError) {
    rise = try dynamicConvolution(
      scope / "transp_conv", axes, from: input, to: output, kernel: upsampleKernel, stride: upsampleKernel,
      dropout: dropout, bias: bias, isTransposed: true, initialization: initialization)
    block = try DynUNetBlock(
      scope / "conv_block", axes: axes, from: 2 * output, to: output, kernel: kernel, stride: 1,
      normalization: normalization, activation: activation, dropout: dropout, isResidual: false,
      initialization: initialization)
  }

  public func callAsFunction(_ x: Tensor, skip: Tensor, _ mode: Mode) throws(TensorError) -> Tensor {
    try block(Tensor.concatenated([rise(x, mode), skip], axis: 1), mode)
  }
}

/// A convolution with kernel 1 to the classes. Key `conv`.
public struct DynUNetOutput: Layer {
  let convolution: ConvolutionBlock

  public init(
    _ scope: Scope, axes: Int, from input: Int, to output: Int, dropout: DropoutKind? = nil,
    initialization: ConvolutionInitialization = .standard
  ) throws(TensorError) {
    convolution = try dynamicConvolution(
      scope / "conv", axes, from: input, to: output, kernel: 1, stride: 1, dropout: dropout, bias: true,
      initialization: initialization)
  }

  public func callAsFunction(_ x: Tensor, _ mode: Mode) throws(TensorError) -> Tensor {
    try convolution(x, mode)
  }
}

/// A convolution padded so that the size is divided (multiplied) by the stride where they fit.
private func dynamicConvolution(
  _ scope: Scope, _ axes: Int, from input: Int, to output: Int, kernel: PerAxis, stride: PerAxis,
  dropout: DropoutKind?, bias: Bool = false, isTransposed: Bool = false,
  initialization: ConvolutionInitialization
) throws(TensorError) -> ConvolutionBlock {
  let kernels = try kernel.expanded(axes, "kernel sizes")
  let strides = try stride.expanded(axes, "strides")
  guard zip(kernels, strides).allSatisfy({ $0 - $1 + 1 >= 0 }) else {
    throw TensorError.misuse(
      "the stride \(strides) is larger than the kernel \(kernels) allows", at: scope.path,
      remedy: "use a larger kernel or a smaller stride")
  }
  let padding = zip(kernels, strides).map { ($0 - $1 + 1) / 2 }
  var outputPadding: PerAxis?
  if isTransposed {
    let values = padding.indices.map { 2 * padding[$0] + strides[$0] - kernels[$0] }
    guard values.allSatisfy({ $0 >= 0 }) else {
      throw TensorError.misuse(
        "the upsampling kernel \(kernels) is too large for the stride \(strides)", at: scope.path)
    }
    outputPadding = PerAxis(values)
  }
  return try ConvolutionBlock(
    scope, axes: axes, from: input, to: output, stride: stride, kernel: kernel,
    style: .bare(bias: bias, dropout: dropout), isTransposed: isTransposed, padding: PerAxis(padding),
    outputPadding: outputPadding, initialization: initialization)
}
