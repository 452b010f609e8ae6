import MedTensor
import Testing

/// The fused kernel against libtorch's own operations, forward and backward.
@Suite struct FusedNormalizationTests {
  struct Setup: CustomTestStringConvertible, Sendable {
    var shape: [Int], groups: Int, isAffine: Bool, slopes: Int, fixed: Double, hasResidual: Bool
    var testDescription: String {
      "\(shape) groups \(groups) affine \(isAffine) slopes \(slopes) fixed \(fixed) residual \(hasResidual)"
    }
  }

  static let setups: [Setup] = [
    Setup(shape: [2, 16, 5, 6, 7], groups: 16, isAffine: false, slopes: 1, fixed: 1, hasResidual: true),
    Setup(shape: [1, 3, 9, 11, 13], groups: 3, isAffine: true, slopes: 3, fixed: 1, hasResidual: false),
    Setup(shape: [2, 12, 4, 4, 5], groups: 4, isAffine: true, slopes: 0, fixed: 0.01, hasResidual: true),
    Setup(shape: [3, 20, 7, 3], groups: 20, isAffine: true, slopes: 0, fixed: 0, hasResidual: false),
    Setup(shape: [1, 1, 17, 19], groups: 1, isAffine: false, slopes: 0, fixed: 1, hasResidual: true),
    Setup(shape: [2, 128, 2, 2, 2], groups: 8, isAffine: true, slopes: 1, fixed: 1, hasResidual: false),
    Setup(shape: [1, 7, 20, 20, 20], groups: 7, isAffine: false, slopes: 0, fixed: 0.2, hasResidual: false),
    Setup(shape: [2, 6, 40], groups: 3, isAffine: true, slopes: 1, fixed: 1, hasResidual: true),
  ]

  /// Output and gradients of x, weight, bias, slope, residual.
  func run(_ setup: Setup, fused: Bool, dtype: DType = .float32) throws -> [[Float]] {
    let generator = try Generator(seed: 5)
    let channels = setup.shape[1]
    let x = try (Tensor.normal(setup.shape, mean: 3, deviation: 2, using: generator)).requiringGradient()
    let weight = try Tensor.uniform([channels], low: 0.5, high: 1.5, using: generator).requiringGradient()
    let bias = try Tensor.normal([channels], using: generator).requiringGradient()
    let slope = try Tensor.uniform([max(1, setup.slopes)], low: 0.1, high: 0.4, using: generator)
      .requiringGradient()
    let residual = try Tensor.normal(setup.shape, using: generator).requiringGradient()
    let factors = try Tensor.normal(setup.shape, using: generator)
    let (w, b) = (setup.isAffine ? weight : nil, setup.isAffine ? bias : nil)
    var y: Tensor
    if fused {
      y = try x.to(dtype).groupNormalizedActivated(
        groups: setup.groups, weight: w, bias: b,
        slope: setup.slopes > 0 ? .learned(slope) : .fixed(setup.fixed),
        adding: setup.hasResidual ? residual : nil)
    } else {
      y = try x.groupNormalized(groups: setup.groups, weight: w, bias: b)
      y = setup.slopes > 0 ? try y.prelu(slope: slope) : try y.leakyReLU(slope: setup.fixed)
      if setup.hasResidual { y = try y + residual }
    }
    try (y.to(.float32) * factors).sum().backward()
    var results = [try y.floats()]
    for tensor in [x, weight, bias, slope, residual] {
      results.append(try tensor.gradient()?.floats() ?? [])
    }
    return results
  }

  @Test(arguments: setups) func agreesWithTheComposition(_ setup: Setup) throws {
    let (ours, theirs) = (try run(setup, fused: true), try run(setup, fused: false))
    for (a, b) in zip(ours, theirs) {
      #expect(a.count == b.count)
      // Sums of up to 10⁴ terms in 32 bits: a relative 10⁻⁴ of the largest value.
      let scale = max(1, b.map(abs).max() ?? 1)
      #expect(zip(a, b).allSatisfy { abs($0 - $1) <= 1e-4 * scale })
    }
  }

  @Test(arguments: setups) func bfloat16IsClose(_ setup: Setup) throws {
    let (ours, theirs) = (try run(setup, fused: true, dtype: .bfloat16), try run(setup, fused: false))
    for (a, b) in zip(ours, theirs) {
      #expect(a.count == b.count)
      // Eight bits of mantissa in, sums in 32 bits; signs at the kink may flip for single values.
      let scale = max(1, b.map(abs).max() ?? 1)
      let wrong = zip(a, b).filter { abs($0 - $1) > 0.06 * scale }.count
      #expect(wrong <= 1 + a.count / 50)
    }
  }

  @Test func threadsDoNotChangeTheResult() throws {
    let threads = Torch.threadCount
    defer { Torch.threadCount = threads }
    let x = try Tensor.normal([1, 16, 24, 24, 24], using: Generator(seed: 1))
    var results: [[Float]] = []
    for count in [1, 2, 3] {
      Torch.threadCount = count
      results.append(
        try x.groupNormalizedActivated(groups: 16, weight: nil, bias: nil, slope: .fixed(0)).floats())
    }
    #expect(results[0] == results[1] && results[1] == results[2])
  }

  @Test func largeMeansKeepTheirPrecision() throws {
    let x = try Tensor.normal([1, 4, 10, 10, 10], mean: 1000, deviation: 1, using: Generator(seed: 1))
    let y = try x.groupNormalizedActivated(groups: 4, weight: nil, bias: nil, slope: .fixed(1))
    #expect(abs(try y.variance(correction: 0).item() - 1) < 1e-3)
  }

  @Test func refusals() throws {
    let x = try Tensor.zeros([1, 4, 3, 3])
    #expect(throws: TensorError.self) {
      try x.groupNormalizedActivated(groups: 3, weight: nil, bias: nil, slope: .fixed(0))
    }
    #expect(throws: TensorError.self) {
      try x.groupNormalizedActivated(groups: 4, weight: Tensor.ones([3]), bias: nil, slope: .fixed(0))
    }
    #expect(throws: TensorError.self) {
      try x.groupNormalizedActivated(groups: 4, weight: nil, bias: nil, slope: .learned(Tensor.ones([3])))
    }
    #expect(throws: TensorError.self) {
      try Tensor.zeros([1, 4, 1, 1]).groupNormalizedActivated(
        groups: 4, weight: nil, bias: nil, slope: .fixed(0))
    }
  }
}
