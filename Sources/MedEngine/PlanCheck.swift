internal import MedRecord
internal import MedVoxel

/// What is wrong with the numbers of a plan. Plans are edited by people, so that nothing about them can be trusted.
struct PlanCheck {
  private(set) var problems: [Problem] = []
  private let file: String?

  /// - Throws: `EngineError` with every key whose value can't be used.
  static func check(_ plan: Plan, at file: String? = nil) throws {
    let check = PlanCheck(plan, file)
    guard check.problems.isEmpty else { throw EngineError(check.problems) }
  }

  private init(_ plan: Plan, _ file: String?) {
    self.file = file
    require(!plan.channelNames.isEmpty, "channelNames", "one name or more", "none")
    require(
      (2...65536).contains(plan.classNames.count), "classNames", "2 names or more", "\(plan.classNames.count)"
    )
    check(plan.preprocessing, channels: plan.channelNames.count)
    check(plan.sampling)
    check(plan.optimization)
    let overlap = plan.inference.overlap
    require((0..<1).contains(overlap), "inference.overlap", "a share from 0 to below 1", "\(overlap)")
    requirePositive(plan.inference.batchSize, "inference.batchSize")
    for (axes, key) in [
      (plan.augmentation.mirroredAxes, "augmentation.mirroredAxes"),
      (plan.inference.mirroredAxes, "inference.mirroredAxes"),
    ] {
      let areAxes = axes.allSatisfy((0..<3).contains) && Set(axes).count == axes.count
      require(areAxes, key, "axis numbers among 0, 1, 2", "\(axes)")
    }
  }

  private mutating func check(_ preprocessing: Plan.Preprocessing, channels: Int) {
    let spacing = preprocessing.spacing
    require(
      spacing.count == 3 && spacing.allSatisfy { $0 > 0 && $0.isFinite }, "preprocessing.spacing",
      "three positive numbers of millimetres", "\(spacing)")
    let rules = preprocessing.normalization
    require(
      rules.count == channels, "preprocessing.normalization", "\(channels), one a channel", "\(rules.count)")
    for case .clipAndStandardize(let lower, let upper, let mean, let deviation) in rules {
      require(
        lower <= upper && deviation > 0 && [lower, upper, mean, deviation].allSatisfy(\.isFinite),
        "preprocessing.normalization", "finite numbers with lower ≤ upper and deviation > 0",
        "\(lower), \(upper), \(mean), \(deviation)")
    }
  }

  private mutating func check(_ sampling: Plan.Sampling) {
    let patch = sampling.patchSize
    require(
      patch.count == 3 && patch.allSatisfy((1...4096).contains) && patch.reduce(1, *) <= 1 << 30,
      "sampling.patchSize", "three positive numbers of voxels, at most 2³⁰ voxels together", "\(patch)")
    requirePositive(sampling.batchSize, "sampling.batchSize")
    require(
      (0...1).contains(sampling.foregroundShare), "sampling.foregroundShare", "a share from 0 to 1",
      "\(sampling.foregroundShare)")
  }

  private mutating func check(_ optimization: Plan.Optimization) {
    requirePositive(optimization.iterations, "optimization.iterations")
    requirePositive(optimization.validationInterval, "optimization.validationInterval")
    requirePositive(optimization.checkpointInterval, "optimization.checkpointInterval")
    let warmUp = optimization.warmUpIterations
    require(
      (0...max(0, optimization.iterations)).contains(warmUp), "optimization.warmUpIterations",
      "a number from 0 to the iterations", "\(warmUp)")
    let rate = optimization.learningRate
    require(rate > 0 && rate.isFinite, "optimization.learningRate", "a positive number", "\(rate)")
    let decay = optimization.weightDecay
    require(decay >= 0 && decay.isFinite, "optimization.weightDecay", "a number from 0", "\(decay)")
    if let norm = optimization.gradientNorm {
      require(norm > 0, "optimization.gradientNorm", "a positive number or nothing", "\(norm)")
    }
    if let average = optimization.averagingDecay {
      require(
        (0..<1).contains(average), "optimization.averagingDecay", "a number from 0 to below 1 or nothing",
        "\(average)")
    }
  }

  private mutating func requirePositive(_ value: Int, _ key: String) {
    require((1...1 << 40).contains(value), key, "a positive number", "\(value)")
  }

  private mutating func require(_ holds: Bool, _ key: String, _ expected: String, _ found: String) {
    guard !holds else { return }
    let place = file.map { "\($0): \(key)" } ?? key
    problems.append(
      Problem(expected: expected, found: found, at: place, remedy: "mend it in the plan, or plan again"))
  }
}
