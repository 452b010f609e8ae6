public import MedVoxel

/// What will be done with a data set, as data: written by `deepmed plan`, edited by people, read by training and
/// prediction. It names enum cases, never types or code.
public struct Plan: RecordFile, Hashable {
  public static let title = "plan"
  public static let currentVersion = 1

  public var version = Plan.currentVersion
  /// The data set's folder, absolute.
  public var dataset: String
  public var name: String
  public var channelNames: [String]
  /// Class names by class number; number 0 is the background.
  public var classNames: [String]
  /// Case identifiers.
  public var training: [String]
  public var validation: [String]
  public var fingerprint: Fingerprint
  public var preprocessing: Preprocessing
  public var network: NetworkPlan
  public var sampling: Sampling
  public var augmentation: Augmentation
  public var optimization: Optimization
  public var inference: Inference
  /// Why each choice was made, in sentences.
  public var reasons: [String]

  public init(
    dataset: String, name: String, channelNames: [String], classNames: [String], training: [String],
    validation: [String], fingerprint: Fingerprint, preprocessing: Preprocessing, network: NetworkPlan,
    sampling: Sampling, augmentation: Augmentation, optimization: Optimization, inference: Inference,
    reasons: [String]
  ) {
    self.dataset = dataset
    self.name = name
    self.channelNames = channelNames
    self.classNames = classNames
    self.training = training
    self.validation = validation
    self.fingerprint = fingerprint
    self.preprocessing = preprocessing
    self.network = network
    self.sampling = sampling
    self.augmentation = augmentation
    self.optimization = optimization
    self.inference = inference
    self.reasons = reasons
  }
}

extension Plan {
  /// How intensities of a channel are brought to a common scale.
  public enum Normalization: Codable, Hashable, Sendable {
    /// Mean 0 and deviation 1 over each image; over its non-zero voxels where `nonzero`.
    case standardize(nonzero: Bool)
    /// Clipped to a range common to the data set (percentiles of the foreground), then standardized with the
    /// data set's foreground mean and deviation: for CT, whose units are absolute.
    case clipAndStandardize(lower: Double, upper: Double, mean: Double, deviation: Double)
  }

  /// What is done to every scan before the network sees it.
  public struct Preprocessing: Codable, Hashable, Sendable {
    public var orientation: Orientation
    /// Millimetres along the axes after reorientation.
    public var spacing: [Double]
    /// One for each channel.
    public var normalization: [Normalization]
    /// Whether rows and planes of zeros around the scan are cut off first.
    public var cropsToNonzero: Bool

    public init(
      orientation: Orientation, spacing: [Double], normalization: [Normalization], cropsToNonzero: Bool
    ) {
      self.orientation = orientation
      self.spacing = spacing
      self.normalization = normalization
      self.cropsToNonzero = cropsToNonzero
    }
  }

  /// How patches are drawn.
  public struct Sampling: Codable, Hashable, Sendable {
    /// Voxels along the axes.
    public var patchSize: [Int]
    public var batchSize: Int
    /// The share of patches centred on a foreground voxel (of a class drawn uniformly).
    public var foregroundShare: Double

    public init(patchSize: [Int], batchSize: Int, foregroundShare: Double) {
      self.patchSize = patchSize
      self.batchSize = batchSize
      self.foregroundShare = foregroundShare
    }
  }

  /// How strongly patches are varied.
  public struct Augmentation: Codable, Hashable, Sendable {
    public enum Strength: String, Codable, Sendable { case none, light, full }
    public var strength: Strength
    /// Axes (0 = I …) along which patches may be mirrored.
    public var mirroredAxes: [Int]

    public init(strength: Strength, mirroredAxes: [Int]) {
      self.strength = strength
      self.mirroredAxes = mirroredAxes
    }
  }

  public enum Optimizer: Codable, Hashable, Sendable {
    case sgd(momentum: Double, nesterov: Bool)
    case adam
    case adamW
  }

  public enum Schedule: Codable, Hashable, Sendable {
    case constant
    case polynomial(power: Double)
    case cosine
    case exponential(decayPerIteration: Double)
  }

  public enum Precision: String, Codable, Sendable { case float32, bfloat16 }

  /// How the weights are found.
  public struct Optimization: Codable, Hashable, Sendable {
    public var iterations: Int
    public var warmUpIterations: Int
    public var optimizer: Optimizer
    public var learningRate: Double
    public var weightDecay: Double
    public var schedule: Schedule
    /// Gradients are scaled down to this norm; nil leaves them as they are.
    public var gradientNorm: Double?
    /// Decay of the moving average of the weights; nil keeps none.
    public var averagingDecay: Double?
    public var precision: Precision
    public var seed: UInt64
    public var validationInterval: Int
    public var checkpointInterval: Int

    public init(
      iterations: Int, warmUpIterations: Int, optimizer: Optimizer, learningRate: Double,
      weightDecay: Double, schedule: Schedule, gradientNorm: Double?, averagingDecay: Double?,
      precision: Precision, seed: UInt64, validationInterval: Int, checkpointInterval: Int
    ) {
      self.iterations = iterations
      self.warmUpIterations = warmUpIterations
      self.optimizer = optimizer
      self.learningRate = learningRate
      self.weightDecay = weightDecay
      self.schedule = schedule
      self.gradientNorm = gradientNorm
      self.averagingDecay = averagingDecay
      self.precision = precision
      self.seed = seed
      self.validationInterval = validationInterval
      self.checkpointInterval = checkpointInterval
    }
  }

  /// How unseen scans are segmented.
  public struct Inference: Codable, Hashable, Sendable {
    /// The windows' share of overlap along each axis.
    public var overlap: Double
    public var batchSize: Int
    /// Axes along which mirrored predictions are averaged in.
    public var mirroredAxes: [Int]

    public init(overlap: Double, batchSize: Int, mirroredAxes: [Int]) {
      self.overlap = overlap
      self.batchSize = batchSize
      self.mirroredAxes = mirroredAxes
    }
  }
}

/// A network by name and size; the engine builds it.
public enum NetworkPlan: Codable, Hashable, Sendable {
  /// MONAI's residual or plain `UNet`.
  case unet(channels: [Int], strides: [Int], residualUnits: Int)
  /// MONAI's `SegResNet`.
  case segResNet(initialFilters: Int, blocksDown: [Int], blocksUp: [Int])
  /// MONAI's `DynUNet`, with or without deep supervision.
  case dynUNet(filters: [Int], strides: [[Int]], kernels: [[Int]], deepSupervision: Int)
  /// MedicalNet's `ResNet` with its segmentation head; the logits have a quarter of the input's resolution.
  case medicalNet(depth: Int)
}
