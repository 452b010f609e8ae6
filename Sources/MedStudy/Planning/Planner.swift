internal import Foundation
public import MedRecord
internal import MedVoxel

/// Turns a fingerprint into a plan by stated rules, the idea of nnU-Net (Isensee et al., Nature Methods 2021): what
/// the data say decides spacing, normalization and patch; the machine decides how large the patch may be.
public struct Planner: Sendable {
  /// What the user asks for instead of the rules' answer.
  public struct Wishes: Sendable {
    public enum Network: String, Sendable { case unet, segResNet, dynUNet, medicalNet }
    public var network = Network.unet
    public var spacing: [Double]?
    public var patchSize: [Int]?
    public var batchSize: Int?
    public var iterations = 1000
    public var learningRate: Double?
    public var validationShare = 0.2
    public var augmentation = Plan.Augmentation.Strength.light
    public var mirroredAxes: [Int] = []
    public var precision = Plan.Precision.float32
    public var seed: UInt64 = 0

    public init() {}
  }

  public var wishes: Wishes
  /// The largest patch in voxels; a step of the default network on two such patches takes about a second on two
  /// processor cores.
  public var patchVoxels = 80 * 80 * 80

  public init(wishes: Wishes) { self.wishes = wishes }

  /// - Throws: `StudyError` when the wishes don't fit the data or each other.
  public func plan(for dataset: DatasetFolder, fingerprint: Fingerprint) throws(StudyError) -> Plan {
    var reasons: [String] = []
    let spacing = spacing(fingerprint, &reasons)
    let patch = try patchSize(fingerprint, spacing, &reasons)
    let network = network(patch, &reasons)
    let batch = wishes.batchSize ?? 2
    reasons.append(
      "Batch of \(batch) patches: the smallest that lets a step see more than one case.")
    let split = split(dataset.training.map(\.id), &reasons)
    return Plan(
      dataset: dataset.root.standardizedFileURL.path, name: dataset.name, channelNames: dataset.channelNames,
      classNames: dataset.classNames, training: split.training, validation: split.validation,
      fingerprint: fingerprint,
      preprocessing: Plan.Preprocessing(
        orientation: .ras, spacing: spacing, normalization: normalization(fingerprint, &reasons),
        cropsToNonzero: cropsToNonzero(fingerprint, &reasons)),
      network: network,
      sampling: Plan.Sampling(patchSize: patch, batchSize: batch, foregroundShare: 0.5),
      augmentation: Plan.Augmentation(strength: wishes.augmentation, mirroredAxes: wishes.mirroredAxes),
      optimization: optimization(&reasons),
      inference: Plan.Inference(overlap: 0.5, batchSize: 1, mirroredAxes: wishes.mirroredAxes),
      reasons: reasons)
  }

  private func spacing(_ fingerprint: Fingerprint, _ reasons: inout [String]) -> [Double] {
    if let wish = wishes.spacing {
      reasons.append("Spacing \(describe(SIMD3(wish[0], wish[1], wish[2]))) mm: asked for.")
      return wish
    }
    let median = fingerprint.medianSpacing
    var target = median
    let coarse = median.indices.max { median[$0] < median[$1] } ?? 0
    let others = median.indices.filter { $0 != coarse }.map { median[$0] }
    if median[coarse] > 3 * (others.max() ?? median[coarse]) {
      // An axis far coarser than the others: resampling thin slices to the median would blur them.
      let sorted = fingerprint.cases.map { $0.spacing[coarse] }.sorted()
      target[coarse] = sorted[sorted.count / 10]
    }
    reasons.append(
      "Spacing \(describe(SIMD3(target[0], target[1], target[2]))) mm: the median of \(fingerprint.cases.count) cases"
        + (target == median ? "." : ", its 10th percentile along the coarse axis."))
    return target
  }

  private func patchSize(
    _ fingerprint: Fingerprint, _ spacing: [Double], _ reasons: inout [String]
  ) throws(StudyError) -> [Int] {
    let multiple = 16
    if let wish = wishes.patchSize {
      guard wish.allSatisfy({ $0 % 8 == 0 || $0 == 1 }) else {
        throw StudyError(
          "the patch \(wish) is not a multiple of 8 along each axis",
          remedy: "the network halves the patch several times", cause: .usage)
      }
      guard wishes.network != .medicalNet || wish.allSatisfy({ $0 >= 16 }) else {
        throw StudyError(
          "the patch \(wish) is smaller than 16 voxels along an axis",
          remedy: "MedicalNet's features have an eighth of its resolution", cause: .usage)
      }
      reasons.append("Patch \(wish.map(String.init).joined(separator: "×")): asked for.")
      return wish
    }
    let median = fingerprint.medianSize(at: spacing)
    // Shrink with the image's own proportions until the patch fits, then round to what the network can halve.
    var size = median
    while size.reduce(1, *) > Double(patchVoxels) { size = size.map { $0 * 0.99 } }
    let patch = size.map { max(multiple, Int(($0 / Double(multiple)).rounded()) * multiple) }
    reasons.append(
      "Patch \(patch.map(String.init).joined(separator: "×")) voxels: the proportions of the median image "
        + "(\(median.map { String(Int($0.rounded())) }.joined(separator: "×"))) within \(patchVoxels) voxels, "
        + "in multiples of \(multiple).")
    return patch
  }

  private func network(_ patch: [Int], _ reasons: inout [String]) -> NetworkPlan {
    let smallest = patch.filter { $0 > 1 }.min() ?? 16
    // Halve while the smallest feature map keeps at least four voxels along each axis.
    let halvings = max(1, min(4, Int(log2(Double(smallest) / 4))))
    let halvingsText = "\(halvings) halvings keep at least 4 voxels along the shortest axis."
    switch wishes.network {
    case .unet:
      let depth = min(halvings, 3)
      reasons.append("UNet with \(depth + 1) levels of 16 to \(16 << depth) channels: \(halvingsText)")
      return .unet(
        channels: (0...depth).map { 16 << $0 }, strides: Array(repeating: 2, count: depth), residualUnits: 2)
    case .segResNet:
      reasons.append("SegResNet with 16 filters: asked for.")
      return .segResNet(
        initialFilters: 16, blocksDown: Array([1, 2, 2, 4].prefix(halvings)),
        blocksUp: Array(repeating: 1, count: min(halvings, 4) - 1))
    case .dynUNet:
      // Its smallest form has two.
      let halvings = max(2, halvings)
      let halvingsText = "\(halvings) halvings of a shortest axis of \(smallest) voxels."
      reasons.append("DynUNet (nnU-Net's architecture) with deep supervision: asked for; \(halvingsText)")
      return .dynUNet(
        filters: (0...halvings).map { min(32 << $0, 320) },
        strides: [[1, 1, 1]] + Array(repeating: patch.map { $0 > 1 ? 2 : 1 }, count: halvings),
        kernels: Array(repeating: [3, 3, 3], count: halvings + 1), deepSupervision: max(0, halvings - 2))
    case .medicalNet:
      reasons.append("MedicalNet's ResNet-10 with its segmentation head: asked for.")
      return .medicalNet(depth: 10)
    }
  }

  private func normalization(_ fingerprint: Fingerprint, _ reasons: inout [String]) -> [Plan.Normalization] {
    fingerprint.channels.map { channel in
      if channel.name.uppercased().contains("CT") {
        reasons.append(
          "\(channel.name): clipped to the foreground's 0.5 to 99.5 percentiles "
            + "(\(rounded(channel.percentile00_5)) to \(rounded(channel.percentile99_5))) and standardized with "
            + "its mean and deviation, since CT units are absolute.")
        return .clipAndStandardize(
          lower: channel.percentile00_5, upper: channel.percentile99_5, mean: channel.mean,
          deviation: max(channel.deviation, 1e-8))
      }
      let nonzero = channel.zeroShare > 0.25
      reasons.append(
        "\(channel.name): each image standardized over its \(nonzero ? "non-zero " : "")voxels, since its units are "
          + "arbitrary"
          + (nonzero ? " and \(Int(channel.zeroShare * 100)) % of the voxels are exactly zero." : "."))
      return .standardize(nonzero: nonzero)
    }
  }

  private func cropsToNonzero(_ fingerprint: Fingerprint, _ reasons: inout [String]) -> Bool {
    let crops = fingerprint.channels.allSatisfy { $0.zeroShare > 0.25 }
    if crops { reasons.append("Empty margins are cut off: every channel is mostly zero around the object.") }
    return crops
  }

  private func split(
    _ ids: [String], _ reasons: inout [String]
  ) -> (training: [String], validation: [String]) {
    var random = RandomStream(seed: wishes.seed).stream("split")
    let shuffled = ids.sorted().shuffled(using: &random)
    let wanted = Int((Double(ids.count) * wishes.validationShare).rounded())
    let count = wishes.validationShare > 0 ? min(max(1, wanted), ids.count - 1) : 0
    reasons.append("\(count) of \(ids.count) cases validate, drawn with seed \(wishes.seed).")
    return (shuffled.dropFirst(count).sorted(), shuffled.prefix(count).sorted())
  }

  private func optimization(_ reasons: inout [String]) -> Plan.Optimization {
    let iterations = wishes.iterations
    let optimizer: Plan.Optimizer
    let rate: Double
    switch wishes.network {
    case .unet, .segResNet: (optimizer, rate) = (.adamW, 2e-3)
    case .dynUNet: (optimizer, rate) = (.sgd(momentum: 0.99, nesterov: true), 1e-2)
    case .medicalNet: (optimizer, rate) = (.adamW, 1e-3)
    }
    reasons.append(
      "\(iterations) steps with a polynomial fall of the learning rate: short runs profit from a rate that ends at zero."
    )
    return Plan.Optimization(
      iterations: iterations, warmUpIterations: min(20, iterations / 10), optimizer: optimizer,
      learningRate: wishes.learningRate ?? rate, weightDecay: 1e-5, schedule: .polynomial(power: 0.9),
      gradientNorm: 12, averagingDecay: nil, precision: wishes.precision, seed: wishes.seed,
      validationInterval: max(50, iterations / 4), checkpointInterval: max(25, min(250, iterations / 10)))
  }
}
