public import MedTensor

/// The residual U-Net of MONAI: strided convolutions down, transposed convolutions up, and concatenated skips.
///
/// Input `[N, in, …]`, output `[N, out, …]` of the same spatial size, which must be a multiple of the strides'
/// product along each axis. Keys are MONAI's: `model.0.conv.unit0.conv.weight` …
///
/// - Source: Kerfoot et al., "Left-ventricle quantification using residual U-Net", STACOM 2018.
public struct UNet: Network {
  public struct Configuration: Codable, Hashable, Sendable {
    public var spatialAxes: Int
    public var inputChannels: Int
    public var outputChannels: Int
    /// Channels of each level, the finest first; at least two.
    public var channels: [Int]
    /// Stride between the levels: one fewer.
    public var strides: [PerAxis]
    public var kernelSize: PerAxis = 3
    public var upKernelSize: PerAxis = 3
    /// Convolutions in each residual unit; zero means plain convolutions.
    public var residualUnits = 0
    public var activation: ActivationKind? = .prelu
    public var normalization: NormalizationKind? = .instance()
    public var dropout: DropoutKind? = DropoutKind(0)
    public var bias = true
    /// The order of activation, dropout and normalization.
    public var order = "NDA"

    public init(
      spatialAxes: Int = 3, inputChannels: Int, outputChannels: Int, channels: [Int], strides: [PerAxis],
      residualUnits: Int = 0
    ) {
      self.spatialAxes = spatialAxes
      self.inputChannels = inputChannels
      self.outputChannels = outputChannels
      self.channels = channels
      self.strides = strides
      self.residualUnits = residualUnits
    }

    enum CodingKeys: String, CodingKey {
      case spatialAxes = "spatial_dims"
      case inputChannels = "in_channels"
      case outputChannels = "out_channels"
      case channels, strides
      case kernelSize = "kernel_size"
      case upKernelSize = "up_kernel_size"
      case residualUnits = "num_res_units"
      case activation = "act"
      case normalization = "norm"
      case dropout, bias
      case order = "adn_ordering"
    }

    public init(from decoder: any Decoder) throws {
      let values = try ConfigurationReader<CodingKeys>(decoder)
      self.init(
        spatialAxes: try values.required(.spatialAxes), inputChannels: try values.required(.inputChannels),
        outputChannels: try values.required(.outputChannels), channels: try values.required(.channels),
        strides: try values.required(.strides))
      try values.read(.kernelSize, into: &kernelSize)
      try values.read(.upKernelSize, into: &upKernelSize)
      try values.read(.residualUnits, into: &residualUnits)
      try values.read(.activation, into: &activation)
      try values.read(.normalization, into: &normalization)
      try values.read(.dropout, into: &dropout)
      try values.read(.bias, into: &bias)
      try values.read(.order, into: &order)
    }

    var style: BlockStyle {
      BlockStyle(
        activation: activation, normalization: normalization, dropout: dropout, bias: bias, order: order)
    }
  }

  public let configuration: Configuration
  let top: Level

  public init(_ scope: Scope, _ configuration: Configuration) throws(TensorError) {
    self.configuration = configuration
    try requireSpatialAxes(configuration.spatialAxes)
    try requireChannels(configuration.channels, "channels")
    guard configuration.channels.count >= 2 else {
      throw TensorError.misuse(
        "expected at least two levels, found channels \(configuration.channels)")
    }
    guard configuration.strides.count >= configuration.channels.count - 1 else {
      throw TensorError.misuse(
        "expected \(configuration.channels.count - 1) strides for \(configuration.channels.count) levels, found "
          + "\(configuration.strides.count)")
    }
    top = try Level(
      scope / "model", configuration, input: configuration.inputChannels,
      output: configuration.outputChannels,
      depth: 0)
  }

  public var inputChannels: Int { configuration.inputChannels }
  public var outputChannels: Int { configuration.outputChannels }

  public var divisors: [Int] {
    (0..<configuration.spatialAxes).map { axis in
      configuration.strides.prefix(configuration.channels.count - 1).reduce(1) {
        $0 * ($1.values.count == 1 ? $1.values[0] : $1.values[axis])
      }
    }
  }

  public func callAsFunction(_ x: Tensor, _ mode: Mode) throws(TensorError) -> Tensor {
    try requireInput(x, axes: configuration.spatialAxes)
    return try top(channelsLast(x), mode)
  }

  /// A way down, everything below it, and a way up.
  final class Level: Layer {
    let down: any Layer, below: any Layer
    let up: ConvolutionBlock, refinement: ResidualUnit?

    init(
      _ scope: Scope, _ configuration: Configuration, input: Int, output: Int, depth: Int
    ) throws(TensorError) {
      let channels = configuration.channels[depth]
      let stride = configuration.strides[depth]
      down = try Level.downward(scope / 0, configuration, from: input, to: channels, stride: stride)
      let submodule = scope / 1 / "submodule"
      let joined: Int
      if depth + 2 < configuration.channels.count {
        below = try Level(submodule, configuration, input: channels, output: channels, depth: depth + 1)
        joined = 2 * channels
      } else {
        let bottom = configuration.channels[depth + 1]
        below = try Level.downward(submodule, configuration, from: channels, to: bottom, stride: 1)
        joined = channels + bottom
      }
      let isResidual = configuration.residualUnits > 0
      let path = scope / 2
      up = try ConvolutionBlock(
        isResidual ? path / 0 : path, axes: configuration.spatialAxes, from: joined, to: output,
        stride: stride,
        kernel: configuration.upKernelSize, style: configuration.style,
        isConvolutionOnly: depth == 0 && !isResidual, isTransposed: true)
      refinement =
        isResidual
        ? try ResidualUnit(
          path / 1, axes: configuration.spatialAxes, from: output, to: output,
          kernel: configuration.kernelSize,
          count: 1, style: configuration.style, lastIsConvolutionOnly: depth == 0)
        : nil
    }

    static func downward(
      _ scope: Scope, _ configuration: Configuration, from input: Int, to output: Int, stride: PerAxis
    ) throws(TensorError) -> any Layer {
      if configuration.residualUnits > 0 {
        return try ResidualUnit(
          scope, axes: configuration.spatialAxes, from: input, to: output, stride: stride,
          kernel: configuration.kernelSize, count: configuration.residualUnits, style: configuration.style)
      }
      return try ConvolutionBlock(
        scope, axes: configuration.spatialAxes, from: input, to: output, stride: stride,
        kernel: configuration.kernelSize, style: configuration.style)
    }

    func callAsFunction(_ x: Tensor, _ mode: Mode) throws(TensorError) -> Tensor {
      let skip = try down(x, mode)
      let deep = try below(skip, mode)
      let joined = try Tensor.concatenated([skip, deep], axis: 1)
      let risen = try up(joined, mode)
      guard let refinement else { return risen }
      return try refinement(risen, mode)
    }
  }
}
