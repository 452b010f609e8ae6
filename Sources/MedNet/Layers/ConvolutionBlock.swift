public import MedTensor

/// Normalization (N), dropout (D) and activation (A) in any order. Keys `N` and `A`.
public struct NormalizationActivation: Layer {
  enum Step: Sendable {
    case normalization(Normalization)
    case dropout(Dropout)
    case activation(Activation)
  }
  let steps: [Step]

  /// - Parameter order: Letters out of "NDA"; those whose kind is `nil` are passed over.
  public init(
    _ scope: Scope, axes: Int, channels: Int, order: String = "NDA", activation: ActivationKind?,
    normalization: NormalizationKind?, dropout: DropoutKind?, dropoutAxes: Int = 1
  ) throws(TensorError) {
    var steps: [Step] = []
    for letter in order.uppercased() {
      switch letter {
      case "N":
        guard let normalization else { continue }
        steps.append(.normalization(try Normalization(scope / "N", normalization, channels: channels)))
      case "A":
        guard let activation else { continue }
        steps.append(.activation(try Activation(scope / "A", activation)))
      case "D":
        guard let dropout else { continue }
        steps.append(.dropout(try Dropout(dropout, dropsChannels: dropoutAxes > 1)))
      default:
        throw TensorError.misuse("expected an order of the letters N, D and A, found \"\(order)\"")
      }
    }
    self.steps = steps
  }

  public func callAsFunction(_ x: Tensor, _ mode: Mode) throws(TensorError) -> Tensor {
    var x = x
    for step in steps {
      switch step {
      case .normalization(let layer): x = try layer(x, mode)
      case .dropout(let layer): x = try layer(x, mode)
      case .activation(let layer): x = try layer(x, mode)
      }
    }
    return x
  }
}

/// What the convolutions of a network have in common.
public struct BlockStyle: Hashable, Sendable {
  public var activation: ActivationKind?
  public var normalization: NormalizationKind?
  public var dropout: DropoutKind?
  public var bias: Bool
  public var order: String

  public init(
    activation: ActivationKind? = .prelu, normalization: NormalizationKind? = .instance(),
    dropout: DropoutKind? = nil, bias: Bool = true, order: String = "NDA"
  ) {
    self.activation = activation
    self.normalization = normalization
    self.dropout = dropout
    self.bias = bias
    self.order = order
  }

  /// The convolution alone.
  static func bare(bias: Bool, dropout: DropoutKind? = nil) -> BlockStyle {
    BlockStyle(activation: nil, normalization: nil, dropout: dropout, bias: bias)
  }

  var isBare: Bool { activation == nil && normalization == nil && dropout == nil }
}

/// A convolution, plain or transposed, with normalization, dropout and activation. Keys `conv` and `adn`.
///
/// Without a given padding the size stays (divided or multiplied by the stride).
public struct ConvolutionBlock: Layer {
  let convolution: any Layer
  let rest: NormalizationActivation?

  public init(
    _ scope: Scope, axes: Int, from input: Int, to output: Int, stride: PerAxis = 1, kernel: PerAxis = 3,
    style: BlockStyle = BlockStyle(), dilation: PerAxis = 1, groups: Int = 1, isConvolutionOnly: Bool = false,
    isTransposed: Bool = false, padding: PerAxis? = nil, outputPadding: PerAxis? = nil, dropoutAxes: Int = 1,
    initialization: ConvolutionInitialization = .standard
  ) throws(TensorError) {
    try requireSpatialAxes(axes)
    let padding = try extents(padding, kernel, dilation, axes: axes)
    if isTransposed {
      let strides = try stride.expanded(axes, "strides")
      convolution = try TransposedConvolutionLayer(
        scope / "conv", axes: axes, from: input, to: output, kernel: kernel, stride: stride, padding: padding,
        outputPadding: try outputPadding?.expanded(axes, "output paddings", atLeast: 0)
          ?? strides.map { $0 - 1 },
        dilation: dilation, groups: groups, bias: style.bias, initialization: initialization)
    } else {
      convolution = try ConvolutionLayer(
        scope / "conv", axes: axes, from: input, to: output, kernel: kernel, stride: stride, padding: padding,
        dilation: dilation, groups: groups, bias: style.bias, initialization: initialization)
    }
    rest =
      isConvolutionOnly || style.isBare
      ? nil
      : try NormalizationActivation(
        scope / "adn", axes: axes, channels: output, order: style.order, activation: style.activation,
        normalization: style.normalization, dropout: style.dropout, dropoutAxes: dropoutAxes)
  }

  public func callAsFunction(_ x: Tensor, _ mode: Mode) throws(TensorError) -> Tensor {
    let y = try convolution(x, mode)
    guard let rest else { return y }
    return try rest(y, mode)
  }
}

/// The padding with which a convolution of stride 1 keeps the size; only odd extents have one.
func samePadding(_ kernel: PerAxis, _ dilation: PerAxis, axes: Int) throws(TensorError) -> [Int] {
  let kernel = try kernel.expanded(axes, "kernel sizes")
  let dilation = try dilation.expanded(axes, "dilations")
  let extents = zip(kernel, dilation).map { ($0 - 1) * $1 }
  guard extents.allSatisfy({ $0 % 2 == 0 }) else {
    throw TensorError.misuse(
      "no padding keeps the size with kernel \(kernel) and dilation \(dilation)",
      remedy: "use odd kernel sizes or give the padding")
  }
  return extents.map { $0 / 2 }
}

/// The given padding, or the one that keeps the size.
private func extents(_ padding: PerAxis?, _ kernel: PerAxis, _ dilation: PerAxis, axes: Int)
  throws(TensorError)
  -> [Int]
{
  guard let padding else { return try samePadding(kernel, dilation, axes: axes) }
  return try padding.expanded(axes, "paddings", atLeast: 0)
}

/// Convolution blocks with a shortcut around them. Keys `conv.unit0`, `conv.unit1` … and, where size or channels
/// change, `residual`.
public struct ResidualUnit: Layer {
  let units: [ConvolutionBlock]
  let shortcut: ConvolutionLayer?

  public init(
    _ scope: Scope, axes: Int, from input: Int, to output: Int, stride: PerAxis = 1, kernel: PerAxis = 3,
    count: Int = 2, style: BlockStyle = BlockStyle(), dilation: PerAxis = 1,
    lastIsConvolutionOnly: Bool = false,
    padding: PerAxis? = nil, dropoutAxes: Int = 1
  ) throws(TensorError) {
    let padding = try extents(padding, kernel, dilation, axes: axes)
    let count = max(1, count)
    var units: [ConvolutionBlock] = []
    for index in 0..<count {
      units.append(
        try ConvolutionBlock(
          scope / "conv" / "unit\(index)", axes: axes, from: index == 0 ? input : output, to: output,
          stride: index == 0 ? stride : 1, kernel: kernel, style: style, dilation: dilation,
          isConvolutionOnly: lastIsConvolutionOnly && index == count - 1, padding: PerAxis(padding),
          dropoutAxes: dropoutAxes))
    }
    self.units = units
    let isStrided = try stride.expanded(axes, "strides").contains { $0 != 1 }
    if isStrided || input != output {
      shortcut = try ConvolutionLayer(
        scope / "residual", axes: axes, from: input, to: output, kernel: isStrided ? kernel : 1,
        stride: stride,
        padding: isStrided ? padding : [0], bias: style.bias)
    } else {
      shortcut = nil
    }
  }

  public func callAsFunction(_ x: Tensor, _ mode: Mode) throws(TensorError) -> Tensor {
    let around = try shortcut.map { (layer) throws(TensorError) in try layer(x, mode) } ?? x
    var y = x
    for unit in units { y = try unit(y, mode) }
    return try y + around
  }
}
