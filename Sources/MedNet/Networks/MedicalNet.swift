public import MedTensor

/// The residual networks of MedicalNet (Med3D) with their segmentation head.
///
/// Input `[N, 1, D, H, W]`, logits `[N, classes, …]` at a quarter of the input's resolution: the stem divides by
/// four, the second stage by two, later stages dilate instead, and the head multiplies by two. Keys are those of
/// the published checkpoints without their prefix `module.`; those hold the encoder only.
///
/// - Source: Chen et al., "Med3D: Transfer learning for 3D medical image analysis", 2019.
public struct MedicalNet: Network {
  /// How a block's input is fitted to its output.
  public enum Shortcut: String, Codable, Hashable, Sendable {
    /// Every stride-th voxel, and zeros for the new channels; no gradient passes. The published networks of depth
    /// 18 and 34 have it.
    case padded = "A"
    /// A convolution with kernel 1 and batch normalization.
    case convolution = "B"
  }

  public struct Configuration: Codable, Hashable, Sendable {
    /// 10, 18, 34, 50, 101, 152 or 200.
    public var depth: Int
    public var shortcut: Shortcut
    public var classes: Int
    public var inputChannels = 1

    /// - Parameter shortcut: `nil` means the one of the published checkpoint of that depth.
    public init(depth: Int, classes: Int, shortcut: Shortcut? = nil) {
      self.depth = depth
      self.classes = classes
      self.shortcut = shortcut ?? (depth == 18 || depth == 34 ? .padded : .convolution)
    }

    enum CodingKeys: String, CodingKey {
      case depth
      case shortcut = "shortcut_type"
      case classes = "num_seg_classes"
      case inputChannels = "in_channels"
    }

    public init(from decoder: any Decoder) throws {
      let values = try ConfigurationReader<CodingKeys>(
        decoder, ignoring: ["sample_input_D", "sample_input_H", "sample_input_W", "no_cuda"])
      var shortcut = Shortcut.convolution
      try values.read(.shortcut, into: &shortcut)
      self.init(
        depth: try values.required(.depth), classes: try values.required(.classes), shortcut: shortcut)
      try values.read(.inputChannels, into: &inputChannels)
    }

    /// Blocks of the four stages, and whether they are bottlenecks.
    func plan() throws(TensorError) -> (blocks: [Int], isBottleneck: Bool) {
      switch depth {
      case 10: return ([1, 1, 1, 1], false)
      case 18: return ([2, 2, 2, 2], false)
      case 34: return ([3, 4, 6, 3], false)
      case 50: return ([3, 4, 6, 3], true)
      case 101: return ([3, 4, 23, 3], true)
      case 152: return ([3, 8, 36, 3], true)
      case 200: return ([3, 24, 36, 3], true)
      default:
        throw TensorError.misuse("expected a depth of 10, 18, 34, 50, 101, 152 or 200, found \(depth)")
      }
    }
  }

  public let configuration: Configuration
  let stemConvolution: ConvolutionLayer, stemNormalization: Normalization, stemPooling: MaxPooling
  let stages: [Chain]
  let head: Chain

  public init(_ scope: Scope, _ configuration: Configuration) throws(TensorError) {
    self.configuration = configuration
    let (blocks, isBottleneck) = try configuration.plan()
    stemConvolution = try ConvolutionLayer(
      scope / "conv1", axes: 3, from: configuration.inputChannels, to: 64, kernel: 7, stride: 2, bias: false,
      initialization: .heNormalByOutputs)
    stemNormalization = try Normalization(scope / "bn1", .batch(), channels: 64)
    stemPooling = try MaxPooling(axes: 3, kernel: 3, stride: 2, padding: 1)
    var stages: [Chain] = []
    var channels = 64
    for (index, (width, stride, dilation)) in [(64, 1, 1), (128, 2, 1), (256, 1, 2), (512, 1, 4)].enumerated()
    {
      var layers: [any Layer] = []
      for block in 0..<blocks[index] {
        let layer = try MedicalNetBlock(
          scope / "layer\(index + 1)" / block, from: channels, width: width, stride: block == 0 ? stride : 1,
          dilation: dilation, isBottleneck: isBottleneck, shortcut: configuration.shortcut)
        layers.append(layer)
        channels = layer.outputChannels
      }
      stages.append(Chain(layers))
    }
    self.stages = stages
    head = try MedicalNet.segmentationHead(scope / "conv_seg", from: channels, to: configuration.classes)
  }

  private static func segmentationHead(
    _ scope: Scope, from channels: Int, to classes: Int
  ) throws(TensorError) -> Chain {
    Chain([
      try TransposedConvolutionLayer(
        scope / 0, axes: 3, from: channels, to: 32, kernel: 2, stride: 2, padding: [0], outputPadding: [0]),
      try Normalization(scope / 1, .batch(), channels: 32), try Activation(scope / 2, .relu),
      try ConvolutionLayer(
        scope / 3, axes: 3, from: 32, to: 32, bias: false, initialization: .heNormalByOutputs),
      try Normalization(scope / 4, .batch(), channels: 32), try Activation(scope / 5, .relu),
      try ConvolutionLayer(
        scope / 6, axes: 3, from: 32, to: classes, kernel: 1, bias: false, initialization: .heNormalByOutputs),
    ])
  }

  public var inputChannels: Int { configuration.inputChannels }
  public var outputChannels: Int { configuration.classes }
  /// Any size does; the logits have `2·⌈n/8⌉` voxels along an axis of `n`.
  public var divisors: [Int] { [1, 1, 1] }

  public func callAsFunction(_ x: Tensor, _ mode: Mode) throws(TensorError) -> Tensor {
    try logits(from: features(x, mode), mode)
  }

  /// The segmentation head on the last stage's output.
  public func logits(from features: [Tensor], _ mode: Mode) throws(TensorError) -> Tensor {
    guard let last = features.last else { throw TensorError("there are no features", at: "MedicalNet") }
    return try head(last, mode)
  }

  /// The outputs of the four stages: 64, 128, 256 and 512 channels (four times as many from depth 50 on) at a
  /// quarter and three times an eighth of the resolution.
  public func features(_ x: Tensor, _ mode: Mode) throws(TensorError) -> [Tensor] {
    try requireInput(x, axes: 3)
    var y = try stemNormalization(stemConvolution(channelsLast(x), mode), mode).relu()
    y = try stemPooling(y, mode)
    var features: [Tensor] = []
    for stage in stages {
      y = try stage(y, mode)
      features.append(y)
    }
    return features
  }

  /// Whether a key belongs to the segmentation head, which the published checkpoints lack.
  public static func isHead(_ key: String) -> Bool { key.contains("conv_seg") }
}

/// Two dilated convolutions, or a bottleneck of three, with batch normalization and a shortcut.
struct MedicalNetBlock: Layer {
  let convolutions: [ConvolutionLayer]
  let normalizations: [Normalization]
  let outputChannels: Int
  let shortcut: Chain?
  /// The stride of a shortcut that subsamples and pads.
  let paddedStride: Int?

  init(
    _ scope: Scope, from input: Int, width: Int, stride: Int, dilation: Int, isBottleneck: Bool,
    shortcut kind: MedicalNet.Shortcut
  ) throws(TensorError) {
    let output = isBottleneck ? 4 * width : width
    outputChannels = output
    let sizes =
      isBottleneck
      ? [(input, width, 1), (width, width, 3), (width, output, 1)] : [(input, width, 3), (width, width, 3)]
    var convolutions: [ConvolutionLayer] = []
    var normalizations: [Normalization] = []
    for (index, (from, to, kernel)) in sizes.enumerated() {
      let isStrided = index == (isBottleneck ? 1 : 0)
      convolutions.append(
        try ConvolutionLayer(
          scope / "conv\(index + 1)", axes: 3, from: from, to: to, kernel: PerAxis([kernel]),
          stride: PerAxis([isStrided ? stride : 1]), padding: [kernel == 3 ? dilation : 0],
          dilation: PerAxis([kernel == 3 ? dilation : 1]), bias: false, initialization: .heNormalByOutputs))
      normalizations.append(try Normalization(scope / "bn\(index + 1)", .batch(), channels: to))
    }
    (self.convolutions, self.normalizations) = (convolutions, normalizations)
    let changes = stride != 1 || input != output
    if changes && kind == .convolution {
      let path = scope / "downsample"
      shortcut = Chain([
        try ConvolutionLayer(
          path / 0, axes: 3, from: input, to: output, kernel: 1, stride: PerAxis([stride]), bias: false,
          initialization: .heNormalByOutputs),
        try Normalization(path / 1, .batch(), channels: output),
      ])
    } else {
      shortcut = nil
    }
    paddedStride = changes && kind == .padded ? stride : nil
  }

  func callAsFunction(_ x: Tensor, _ mode: Mode) throws(TensorError) -> Tensor {
    var y = x
    for index in convolutions.indices {
      y = try normalizations[index](convolutions[index](y, mode), mode)
      if index < convolutions.count - 1 { y = try y.relu() }
    }
    return try (y + around(x, mode)).relu()
  }

  private func around(_ x: Tensor, _ mode: Mode) throws(TensorError) -> Tensor {
    if let shortcut { return try shortcut(x, mode) }
    guard let paddedStride else { return x }
    var y = try x.detached()
    for axis in 2..<5 { y = try y.narrowed(0..<y.size(axis), axis: axis, step: paddedStride) }
    let missing = try outputChannels - x.size(1)
    return try y.padded([(0, missing), (0, 0), (0, 0), (0, 0)])
  }
}
