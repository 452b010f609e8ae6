import MedImage
import MedTestSupport
import MedTransform
import MedVoxel
import Testing

@Suite struct IntensityTests {
  static let transforms: [any Transform] = [
    IntensityNormalization(), IntensityNormalization(region: .nonzero, isChannelWise: false),
    IntensityNormalization(region: .labels(named: "label")),
    IntensityRange(from: IntensityTarget(-100, 240)), IntensityScaling(), IntensityClip(lower: 3, upper: 8),
    PercentileRange(), PercentileClip(lower: 5, upper: nil),
    Brightness(factor: .uniform(0.5...2), offset: .normal(mean: 0, deviation: 1)),
    Contrast(factor: .uniform(0.5...2)), Gamma(exponent: .uniform(0.5...2)),
    Gamma(exponent: .choice([0.7, 1.5]), isInverted: true, keepsStatistics: true),
    BiasField(), GaussianNoise(deviation: .uniform(0...2)), GaussianBlur(deviation: .uniform(0.5...2)),
    LowResolution(factor: .uniform(1...3)), LowResolution(factor: 2, axes: .one),
  ]

  @Test func contract() throws {
    for transform in Self.transforms {
      for size in awkwardSizes {
        #expect(try check(transform, on: rampSubject(size, affine: obliqueAffine)) == [])
      }
    }
  }

  private func check<T: Transform>(_ transform: T, on subject: Subject) throws -> [String] {
    try checkTransform(transform, on: subject)
  }

  private func result(_ transform: some Transform, _ values: [Float]) throws -> [Float] {
    let image = ScalarImage(
      voxels: VoxelBuffer(size: [values.count, 1, 1], elements: values), affine: .identity)
    return try transform(image).voxels.elements
  }

  @Test func normalization() throws {
    // Of 1, 2, 3: mean 2, deviation √(2/3).
    let values = try result(IntensityNormalization(region: .nonzero), [0, 1, 2, 3])
    #expect(values[0] == 0 && values[2] == 0)
    #expect(abs(values[3] - 1.2247449) < 1e-6 && abs(values[1] + 1.2247449) < 1e-6)
    // A constant image is shifted only.
    #expect(try result(IntensityNormalization(), [5, 5, 5]) == [0, 0, 0])
    #expect(try result(IntensityNormalization(subtrahend: [1], divisor: [2]), [1, 3, 7]) == [0, 1, 3])
  }

  @Test func ranges() throws {
    #expect(try result(IntensityRange(from: IntensityTarget(0, 10)), [-5, 0, 5, 20]) == [0, 0, 0.5, 1])
    #expect(
      try result(IntensityRange(from: IntensityTarget(10, 0), isClipped: false), [-5, 0, 5, 20])
        == [1.5, 1, 0.5, -1])
    #expect(
      try result(IntensityRange(from: IntensityTarget(3, 3), to: IntensityTarget(1, 2)), [3, 4]) == [1, 2])
    #expect(try result(IntensityScaling(to: IntensityTarget(-1, 1)), [2, 3, 4]) == [-1, 0, 1])
    #expect(try result(PercentileRange(lower: 0, upper: 50), [0, 1, 2, 3, 4]) == [0, 0.5, 1, 1, 1])
    #expect(try result(PercentileClip(lower: 25, upper: nil), [0, 1, 2, 3, 4]) == [1, 1, 2, 3, 4])
    #expect(try result(IntensityClip(lower: 1, upper: 2), [0, 1.5, 7]) == [1, 1.5, 2])
  }

  @Test func gamma() throws {
    // (0, ½, 1) squared is (0, ¼, 1); inverted, the bright end is squared: 1 − ¼.
    #expect(try result(Gamma(exponent: 2), [2, 4, 6]) == [2, 3, 6])
    #expect(try result(Gamma(exponent: 2, isInverted: true), [2, 4, 6]) == [2, 5, 6])
    #expect(try result(Gamma(exponent: 2), [3, 3]) == [3, 3])
  }

  @Test func notFiniteVoxelsDontCount() throws {
    let values = try result(IntensityNormalization(), [1, .nan, 3, .infinity])
    #expect(values[0] == -1 && values[2] == 1 && values[1].isNaN && values[3] == .infinity)
    #expect(try result(IntensityScaling(), [.nan, .nan])[0].isNaN)
    #expect(try result(PercentileRange(), [.nan, .nan])[0].isNaN)
  }

  @Test func biasFieldOfOneTermIsAConstantFactor() throws {
    let field = BiasField(coefficient: .fixed(0.5), degree: 0)
    let values = try result(field, [1, 2, 4])
    for (value, factor) in zip(values, [1, 2, 4] as [Float]) {
      #expect(abs(value / factor - 1.6487213) < 1e-4)
    }
  }

  @Test func biasFieldInterpolatesToAThousandth() throws {
    // At the first voxel all Legendre polynomials are ±1, at the last 1: the sum over 20 terms of degree ≤ 3.
    let image = ScalarImage(voxels: VoxelBuffer(size: [33, 20, 9], repeating: 1), affine: .identity)
    let result = try BiasField(coefficient: .fixed(0.05))(image)
    #expect(abs(result.voxels[0, 32, 19, 8] - 2.7182817) < 2.7e-3)
  }

  @Test func noiseHasItsDeviation() throws {
    let image = ScalarImage(voxels: VoxelBuffer(size: [40, 40, 40]), affine: .identity)
    let found = try GaussianNoise(deviation: 2)(image).voxels.statistics()
    // Standard errors with 64,000 voxels: 0.008 of the mean, 0.0056 of the deviation; five of them.
    #expect(abs(found.mean) < 0.04 && abs(found.deviation - 2) < 0.028)
    // Images of one subject get noise of their own.
    var subject = Subject(image: image)
    subject["second"] = .scalar(image)
    let noisy = try GaussianNoise(deviation: 2)(subject)
    #expect(noisy[scalar: "image"]?.voxels != noisy[scalar: "second"]?.voxels)
  }

  @Test func refusals() throws {
    let subject = rampSubject([4, 4, 4], affine: .identity)
    let refused: [any Transform] = [
      IntensityNormalization(region: .labels(named: "absent")),
      IntensityNormalization(subtrahend: [1, 2, 3]),
      PercentileRange(lower: 60, upper: 40), PercentileClip(lower: nil, upper: nil),
      PercentileRange(lower: -1),
      IntensityClip(lower: 2, upper: 1), Gamma(exponent: 0), BiasField(degree: 9),
      GaussianNoise(deviation: -1),
      GaussianBlur(deviation: -1), LowResolution(factor: .fixed(.nan)),
    ]
    for transform in refused {
      #expect(throws: TransformError.self) { try transform(subject) }
    }
  }

  @Test func emptyImages() throws {
    let empty = Subject(image: ScalarImage(voxels: VoxelBuffer(size: .zero), affine: .identity))
    for transform in Self.transforms {
      if let normalization = transform as? IntensityNormalization, case .labels = normalization.region {
        continue
      }
      #expect(try transform(empty)[scalar: "image"]?.voxels.count == 0)
    }
  }
}
