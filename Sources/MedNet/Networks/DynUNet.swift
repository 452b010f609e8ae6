public import MedTensor

/// The U-Net that nnU-Net plans, as in MONAI: kernels and strides of each level and axis, and deep supervision.
///
/// Input `[N, in, …]`, output `[N, out, …]`; spatial sizes must be multiples of the strides' product. Keys are
/// MONAI's, with the second names below `skip_layers` as aliases.
///
/// - Source: Isensee et al., "nnU-Net", Nature Methods 2021.
public struct DynUNet: Network {
  public struct Configuration: Codable, Hashable, Sendable {
    public var spatialAxes: Int
    public var inputChannels: Int
    public var outputChannels: Int
    /// Kernel size of each level, the finest first; at least three levels.
    public var kernelSizes: [PerAxis]
    /// Stride into each level.
    public var strides: [PerAxis]
    /// Kernel and stride of each transposed convolution: the strides but the first.
    public var upsampleKernelSizes: [PerAxis]
    /// Channels of each level; `nil` means 32, doubled up to 320 (512 in 2-D).
    public var filters: [Int]?
    public var dropout: DropoutKind?
    public var normalization = NormalizationKind.instance(affine: true)
    public var activation = ActivationKind.leakyReLU(slope: 0.01)
    public var hasDeepSupervision = false
    /// Coarser outputs under deep supervision.
    public var supervisionHeads = 1
    public var isResidual = false
    /// Whether transposed convolutions have a bias.
    public var transposedBias = false

    public init(
      spatialAxes: Int = 3, inputChannels: Int, outputChannels: Int, kernelSizes: [PerAxis],
      strides: [PerAxis],
      filters: [Int]? = nil
    ) {
      self.spatialAxes = spatialAxes
      self.inputChannels = inputChannels
      self.outputChannels = outputChannels
      self.kernelSizes = kernelSizes
      self.strides = strides
      self.upsampleKernelSizes = Array(strides.dropFirst())
      self.filters = filters
    }

    enum CodingKeys: String, CodingKey {
      case spatialAxes = "spatial_dims"
      case inputChannels = "in_channels"
      case outputChannels = "out_channels"
      case kernelSizes = "kernel_size"
      case strides
      case upsampleKernelSizes = "upsample_kernel_size"
      case filters, dropout
      case normalization = "norm_name"
      case activation = "act_name"
      case hasDeepSupervision = "deep_supervision"
      case supervisionHeads = "deep_supr_num"
      case isResidual = "res_block"
      case transposedBias = "trans_bias"
    }

    public init(from decoder: any Decoder) throws {
      let values = try ConfigurationReader<CodingKeys>(decoder)
      self.init(
        spatialAxes: try values.required(.spatialAxes), inputChannels: try values.required(.inputChannels),
        outputChannels: try values.required(.outputChannels), kernelSizes: try values.required(.kernelSizes),
        strides: try values.required(.strides))
      upsampleKernelSizes = try values.required(.upsampleKernelSizes)
      try values.read(.filters, into: &filters)
      try values.read(.dropout, into: &dropout)
      try values.read(.normalization, into: &normalization)
      try values.read(.activation, into: &activation)
      try values.read(.hasDeepSupervision, into: &hasDeepSupervision)
      try values.read(.supervisionHeads, into: &supervisionHeads)
      try values.read(.isResidual, into: &isResidual)
      try values.read(.transposedBias, into: &transposedBias)
    }

    /// Channels of each level.
    func channels() throws(TensorError) -> [Int] {
      guard let filters else {
        return strides.indices.map { min(1 << min(5 + $0, 20), spatialAxes == 3 ? 320 : 512) }
      }
      guard filters.count >= strides.count else {
        throw TensorError.misuse("expected \(strides.count) filters, found \(filters.count)")
      }
      try requireChannels(filters, "filters")
      return Array(filters.prefix(strides.count))
    }

    func check() throws(TensorError) {
      try requireSpatialAxes(spatialAxes, in: 2...3)
      guard kernelSizes.count == strides.count, strides.count >= 3 else {
        throw TensorError.misuse(
          "expected as many kernel sizes as strides, at least three, found \(kernelSizes.count) and "
            + "\(strides.count)")
      }
      guard upsampleKernelSizes.count == strides.count - 1 else {
        throw TensorError.misuse(
          "expected \(strides.count - 1) upsampling kernel sizes, found \(upsampleKernelSizes.count)")
      }
      guard !hasDeepSupervision || (1..<strides.count - 1).contains(supervisionHeads) else {
        throw TensorError.misuse(
          "expected 1 to \(strides.count - 2) supervision heads for \(strides.count) levels, found "
            + "\(supervisionHeads)")
      }
    }
  }

  public let configuration: Configuration
  /// Blocks of the levels, the finest first; the last is the bottleneck.
  let down: [DynUNetBlock]
  /// From the bottleneck upward.
  let up: [DynUNetUpBlock]
  let output: DynUNetOutput
  let heads: [DynUNetOutput]

  public init(_ scope: Scope, _ configuration: Configuration) throws(TensorError) {
    self.configuration = configuration
    try configuration.check()
    let channels = try configuration.channels()
    let axes = configuration.spatialAxes
    let last = channels.count - 1
    let initialization = ConvolutionInitialization.heNormal(slope: 0.01)

    func block(_ path: Scope, _ level: Int) throws(TensorError) -> DynUNetBlock {
      try DynUNetBlock(
        path, axes: axes, from: level == 0 ? configuration.inputChannels : channels[level - 1],
        to: channels[level],
        kernel: configuration.kernelSizes[level], stride: configuration.strides[level],
        normalization: configuration.normalization, activation: configuration.activation,
        dropout: configuration.dropout, isResidual: configuration.isResidual, initialization: initialization)
    }
    func head(_ path: Scope, _ level: Int) throws(TensorError) -> DynUNetOutput {
      try DynUNetOutput(
        path, axes: axes, from: channels[level], to: configuration.outputChannels,
        dropout: configuration.dropout,
        initialization: initialization)
    }

    var down = [try block(scope / "input_block", 0)]
    for level in 1..<last { down.append(try block(scope / "downsamples" / (level - 1), level)) }
    down.append(try block(scope / "bottleneck", last))
    var up: [DynUNetUpBlock] = []
    for step in 0..<last {
      let level = last - 1 - step
      up.append(
        try DynUNetUpBlock(
          scope / "upsamples" / step, axes: axes, from: channels[level + 1], to: channels[level],
          kernel: configuration.kernelSizes[level + 1],
          upsampleKernel: configuration.upsampleKernelSizes[level],
          normalization: configuration.normalization, activation: configuration.activation,
          dropout: configuration.dropout, bias: configuration.transposedBias, initialization: initialization))
    }
    output = try head(scope / "output_block", 0)
    var heads: [DynUNetOutput] = []
    if configuration.hasDeepSupervision {
      for index in 0..<configuration.supervisionHeads {
        heads.append(try head(scope / "deep_supervision_heads" / index, index + 1))
      }
    }
    (self.down, self.up, self.heads) = (down, up, heads)
    try DynUNet.registerSecondNames(scope, levels: channels.count, heads: heads.count)
  }

  /// The nested names of the same blocks that MONAI's checkpoints repeat.
  private static func registerSecondNames(_ scope: Scope, levels: Int, heads: Int) throws(TensorError) {
    var place = scope / "skip_layers"
    for level in 0..<levels - 1 {
      try place.alias(
        "downsample", of: level == 0 ? scope / "input_block" : scope / "downsamples" / (level - 1))
      try place.alias("upsample", of: scope / "upsamples" / (levels - 2 - level))
      if level >= 1 && level <= heads {
        try place.alias("super_head", of: scope / "deep_supervision_heads" / (level - 1))
      }
      if level == levels - 2 {
        try place.alias("next_layer", of: scope / "bottleneck")
      }
      place = place / "next_layer"
    }
  }

  public var inputChannels: Int { configuration.inputChannels }
  public var outputChannels: Int { configuration.outputChannels }

  public var divisors: [Int] {
    (0..<configuration.spatialAxes).map { axis in
      configuration.strides.reduce(1) { $0 * ($1.values.count == 1 ? $1.values[0] : $1.values[axis]) }
    }
  }

  /// The finest output alone, in any mode.
  public func callAsFunction(_ x: Tensor, _ mode: Mode) throws(TensorError) -> Tensor {
    let features = try features(x, mode)
    return try output(features[0], mode)
  }

  public func outputs(_ x: Tensor, _ mode: Mode) throws(TensorError) -> [Tensor] {
    let features = try features(x, mode)
    var outputs = [try output(features[0], mode)]
    guard mode.isTraining else { return outputs }
    for (index, head) in heads.enumerated() { outputs.append(try head(features[index + 1], mode)) }
    return outputs
  }

  /// All outputs of deep supervision at the finest resolution (nearest voxel), `[N, outputs, out, …]`, as MONAI's
  /// network returns them while it trains.
  public func stackedOutputs(_ x: Tensor, _ mode: Mode) throws(TensorError) -> Tensor {
    let outputs = try outputs(x, mode)
    let size = Array(outputs[0].shape.dropFirst(2))
    var resized = [outputs[0]]
    for coarse in outputs.dropFirst() {
      resized.append(try coarse.resized(to: size, interpolation: .nearest))
    }
    return try Tensor.stacked(resized, axis: 1)
  }

  /// The decoder's features, the finest first.
  private func features(_ x: Tensor, _ mode: Mode) throws(TensorError) -> [Tensor] {
    try requireInput(x, axes: configuration.spatialAxes)
    var y = try channelsLast(x)
    var skips: [Tensor] = []
    for block in down {
      y = try block(y, mode)
      skips.append(y)
    }
    skips.removeLast()
    var features: [Tensor] = []
    for block in up {
      y = try block(y, skip: skips.removeLast(), mode)
      features.insert(y, at: 0)
    }
    return features
  }
}
