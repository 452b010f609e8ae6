public import MedTensor

/// The residual encoder-decoder of Myronenko without its variational branch, as in MONAI.
///
/// Input `[N, in, …]`, output `[N, out, …]` of the same spatial size, which must be a multiple of
/// `2^(levels − 1)`. Keys are MONAI's: `convInit.conv.weight`, `down_layers.0.1.norm1.weight` …
///
/// - Source: Myronenko, "3D MRI brain tumor segmentation using autoencoder regularization", BrainLes 2018.
public struct SegResNet: Network {
  /// How the decoder gets back to a finer level.
  public enum UpsampleMode: String, Codable, Hashable, Sendable {
    case deconvolution = "deconv"
    case interpolation = "nontrainable"
    case pixelShuffle = "pixelshuffle"
  }

  public struct Configuration: Codable, Hashable, Sendable {
    public var spatialAxes = 3
    /// Channels of the finest level; each further level has twice as many.
    public var initialFilters = 8
    public var inputChannels = 1
    public var outputChannels = 2
    public var dropoutShare: Double?
    public var activation = ActivationKind.relu
    public var normalization = NormalizationKind.group(groups: 8)
    /// Whether the last convolution is there; without it the features of the finest level come out.
    public var hasFinalConvolution = true
    /// Residual blocks of each level on the way down.
    public var blocksDown = [1, 2, 2, 4]
    /// Residual blocks of each level on the way up.
    public var blocksUp = [1, 1, 1]
    public var upsampleMode = UpsampleMode.interpolation

    public init(
      spatialAxes: Int = 3, initialFilters: Int = 8, inputChannels: Int = 1, outputChannels: Int = 2
    ) {
      self.spatialAxes = spatialAxes
      self.initialFilters = initialFilters
      self.inputChannels = inputChannels
      self.outputChannels = outputChannels
    }

    enum CodingKeys: String, CodingKey {
      case spatialAxes = "spatial_dims"
      case initialFilters = "init_filters"
      case inputChannels = "in_channels"
      case outputChannels = "out_channels"
      case dropoutShare = "dropout_prob"
      case activation = "act"
      case normalization = "norm"
      case hasFinalConvolution = "use_conv_final"
      case blocksDown = "blocks_down"
      case blocksUp = "blocks_up"
      case upsampleMode = "upsample_mode"
    }

    public init(from decoder: any Decoder) throws {
      let values = try ConfigurationReader<CodingKeys>(decoder)
      try values.read(.spatialAxes, into: &spatialAxes)
      try values.read(.initialFilters, into: &initialFilters)
      try values.read(.inputChannels, into: &inputChannels)
      try values.read(.outputChannels, into: &outputChannels)
      try values.read(.dropoutShare, into: &dropoutShare)
      try values.read(.activation, into: &activation)
      try values.read(.normalization, into: &normalization)
      try values.read(.hasFinalConvolution, into: &hasFinalConvolution)
      try values.read(.blocksDown, into: &blocksDown)
      try values.read(.blocksUp, into: &blocksUp)
      try values.read(.upsampleMode, into: &upsampleMode)
    }
  }

  public let configuration: Configuration
  let first: ConvolutionBlock
  let dropout: Dropout?
  let down: [Chain], up: [Chain], samplers: [Chain]
  let finalNormalization: Normalization, finalActivation: Activation, finalConvolution: ConvolutionBlock

  public init(_ scope: Scope, _ configuration: Configuration) throws(TensorError) {
    self.configuration = configuration
    let axes = configuration.spatialAxes
    try requireSpatialAxes(axes, in: 2...3)
    try requireChannels([configuration.initialFilters, configuration.outputChannels], "filters")
    let levels = configuration.blocksDown.count
    guard levels >= 1, levels <= 12, configuration.blocksUp.count < levels,
      (configuration.blocksDown + configuration.blocksUp).allSatisfy({ $0 >= 0 && $0 < 1000 })
    else {
      throw TensorError.misuse(
        "expected at most 12 levels and fewer of them up than down, found \(configuration.blocksDown) blocks down and "
          + "\(configuration.blocksUp) up")
    }
    finalActivation = try Activation(scope / "act_mod", configuration.activation)
    first = try bareConvolution(
      scope / "convInit", axes, from: configuration.inputChannels, to: configuration.initialFilters)
    down = try SegResNet.downward(scope / "down_layers", configuration)
    (up, samplers) = try SegResNet.upward(scope, configuration)
    let last = scope / "conv_final"
    finalNormalization = try Normalization(
      last / 0, configuration.normalization, channels: configuration.initialFilters)
    try last.alias("1", of: scope / "act_mod")
    finalConvolution = try ConvolutionBlock(
      last / 2, axes: axes, from: configuration.initialFilters, to: configuration.outputChannels, kernel: 1,
      style: .bare(bias: true))
    dropout = try configuration.dropoutShare.map { (share) throws(TensorError) in
      try Dropout(DropoutKind(share), dropsChannels: true)
    }
  }

  private static func downward(_ scope: Scope, _ configuration: Configuration) throws(TensorError) -> [Chain]
  {
    var levels: [Chain] = []
    for (level, count) in configuration.blocksDown.enumerated() {
      let channels = configuration.initialFilters << level
      var layers: [any Layer] = []
      if level > 0 {
        layers.append(
          try bareConvolution(
            scope / level / 0, configuration.spatialAxes, from: channels / 2, to: channels, stride: 2))
      }
      for index in 0..<count {
        layers.append(try PreactivationBlock(scope / level / (index + 1), configuration, channels: channels))
      }
      levels.append(Chain(layers))
    }
    return levels
  }

  private static func upward(_ scope: Scope, _ configuration: Configuration) throws(TensorError) -> (
    [Chain], [Chain]
  ) {
    var blocks: [Chain] = []
    var samplers: [Chain] = []
    let axes = configuration.spatialAxes
    for (level, count) in configuration.blocksUp.enumerated() {
      let channels = configuration.initialFilters << (configuration.blocksUp.count - level)
      var layers: [any Layer] = []
      for index in 0..<count {
        layers.append(
          try PreactivationBlock(scope / "up_layers" / level / index, configuration, channels: channels / 2))
      }
      blocks.append(Chain(layers))
      let path = scope / "up_samples" / level
      let reduction = try bareConvolution(path / 0, axes, from: channels, to: channels / 2, kernel: 1)
      let sampler: any Layer
      switch configuration.upsampleMode {
      case .interpolation: sampler = try Upsampling(axes: axes)
      case .pixelShuffle:
        sampler = try SubpixelUpsampling(path / 1 / "pixelshuffle", axes: axes, channels: channels / 2)
      case .deconvolution:
        sampler = try TransposedConvolutionLayer(
          path / 1 / "deconv", axes: axes, from: channels / 2, to: channels / 2, kernel: 2, stride: 2,
          padding: [0],
          outputPadding: [0])
      }
      samplers.append(Chain([reduction, sampler]))
    }
    return (blocks, samplers)
  }

  public var inputChannels: Int { configuration.inputChannels }
  public var outputChannels: Int {
    configuration.hasFinalConvolution ? configuration.outputChannels : configuration.initialFilters
  }
  public var divisors: [Int] {
    Array(repeating: 1 << (configuration.blocksDown.count - 1), count: configuration.spatialAxes)
  }

  public func callAsFunction(_ x: Tensor, _ mode: Mode) throws(TensorError) -> Tensor {
    try requireInput(x, axes: configuration.spatialAxes)
    var y = try first(channelsLast(x), mode)
    if let dropout { y = try dropout(y, mode) }
    var skips: [Tensor] = []
    for level in down {
      y = try level(y, mode)
      skips.append(y)
    }
    skips.reverse()
    for (index, blocks) in up.enumerated() {
      y = try samplers[index](y, mode) + skips[index + 1]
      y = try blocks(y, mode)
    }
    guard configuration.hasFinalConvolution else { return y }
    y = try normalizedActivated(y, finalNormalization, finalActivation, mode)
    return try finalConvolution(y, mode)
  }

  /// Normalization, activation and convolution, twice, with the input added.
  struct PreactivationBlock: Layer {
    let normalization1: Normalization, normalization2: Normalization
    let activation: Activation
    let convolution1: ConvolutionBlock, convolution2: ConvolutionBlock

    init(_ scope: Scope, _ configuration: Configuration, channels: Int) throws(TensorError) {
      let axes = configuration.spatialAxes
      normalization1 = try Normalization(scope / "norm1", configuration.normalization, channels: channels)
      normalization2 = try Normalization(scope / "norm2", configuration.normalization, channels: channels)
      activation = try Activation(scope / "act", configuration.activation)
      convolution1 = try bareConvolution(scope / "conv1", axes, from: channels, to: channels)
      convolution2 = try bareConvolution(scope / "conv2", axes, from: channels, to: channels)
    }

    func callAsFunction(_ x: Tensor, _ mode: Mode) throws(TensorError) -> Tensor {
      var y = try convolution1(normalizedActivated(x, normalization1, activation, mode), mode)
      y = try convolution2(normalizedActivated(y, normalization2, activation, mode), mode)
      return try y + x
    }
  }
}

/// A convolution without bias that keeps the size, divided by the stride.
private func bareConvolution(
  _ scope: Scope, _ axes: Int, from input: Int, to output: Int, kernel: PerAxis = 3, stride: PerAxis = 1
) throws(TensorError) -> ConvolutionBlock {
  try ConvolutionBlock(
    scope, axes: axes, from: input, to: output, stride: stride, kernel: kernel, style: .bare(bias: false))
}
