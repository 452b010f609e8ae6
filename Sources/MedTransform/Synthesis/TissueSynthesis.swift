public import MedImage
public import MedVoxel

/// Makes images and their label maps out of an atlas of tissues, so that a network can learn to segment scans
/// without having seen any.
///
/// Each case is another anatomy (the atlas, turned and bent), seen by another scanner: every tissue gets a mean
/// and a deviation, voxels mix the tissues by their maps (partial volume), and a bias field, blur, lower
/// resolution, gamma and noise follow. The label of a voxel is the tissue with the largest share.
///
/// A case follows from the settings, the seed and its number alone.
///
/// - Shape: an image `[1, I, J, K]` and a label map, on the atlas's grid or with another spacing.
/// - Units: intensities are whole numbers; the brightest tissue lies near 1000.
/// - Source: the idea of SynthSeg (Billot et al., Medical Image Analysis 2023).
public struct TissueSynthesis: Codable, Hashable, Sendable {
  public enum Contrast: String, Codable, Hashable, Sendable, CaseIterable {
    /// T1-like: the tissues get brighter in the order in which they are given; fluid and air are dark.
    case t1
    /// Any order and any distance.
    case random
  }

  /// What lies around the organ.
  public enum Surroundings: String, Codable, Hashable, Sendable, CaseIterable {
    /// Exactly zero, as after skull stripping.
    case removed
    /// Dark, with the image's noise.
    case dark
    /// Removed in three cases of four, dark in the others.
    case mixed
  }

  public var contrast: Contrast
  public var surroundings: Surroundings
  /// Millimetres; nil for the atlas's own.
  public var spacing: SIMD3<Double>?
  public var deformation: Deformation
  /// What the scanner does, applied to intensities near 1.
  public var acquisition: Pipeline

  public init(
    contrast: Contrast = .t1, surroundings: Surroundings = .removed, spacing: SIMD3<Double>? = nil,
    deformation: Deformation = .anatomicalVariety, acquisition: Pipeline = .acquisitionVariety
  ) {
    self.contrast = contrast
    self.surroundings = surroundings
    self.spacing = spacing
    self.deformation = deformation
    self.acquisition = acquisition
  }

  /// The grid of every case.
  public func grid(for atlas: TissueAtlas) throws(TransformError) -> Grid {
    guard let spacing else { return atlas.grid }
    return try Spacing(spacing).target(for: atlas.grid)
  }

  /// One case, with the images `image` and `label`.
  /// - Complexity: a few passes over the result for each tissue.
  public func subject(
    _ number: Int, from atlas: TissueAtlas, seed: UInt64 = 0
  ) throws(TransformError) -> Subject {
    let stream = RandomStream(seed: seed).stream(number)
    let target = try grid(for: atlas)
    let anatomy = try SyntheticAnatomy(
      atlas, on: target, deformedBy: deformation, surroundings: surroundings,
      using: stream.stream("anatomy"))
    let means = means(of: atlas.tissues.count, using: stream.stream("contrast"))
    let image = anatomy.mixed(means, using: stream.stream("texture"))

    var subject = Subject(image: ScalarImage(voxels: image, affine: target.affine))
    var acquisitionStream = stream.stream("acquisition")
    try acquisition.apply(to: &subject, using: &acquisitionStream)
    guard var scan = subject[scalar: "image"] else {
      throw TransformError("the acquisition removed the image", cause: .usage)
    }
    guard scan.size == target.size else {
      throw TransformError(
        "the acquisition moved the image", remedy: "use transforms of intensities alone", cause: .usage)
    }
    subject[scalar: "image"] = nil
    anatomy.finish(&scan.voxels)
    return Subject(image: scan, labels: LabelMap(voxels: anatomy.labels, affine: target.affine))
  }

  /// Mean intensities of fluid and of each tissue.
  private func means(of count: Int, using base: RandomStream) -> [Double] {
    var stream = base
    switch contrast {
    case .random:
      return (0...count).map { _ in stream.uniform(in: 0.05...1) }
    case .t1:
      // From fluid at 0.1 … 0.4 up to 1, in steps of like size; the one out of the fluid is the largest, as it
      // is from cerebrospinal fluid to grey matter.
      let fluid = stream.uniform(in: 0.1...0.4)
      let steps = (0..<count).map { stream.uniform(in: 0.7...1.3) * ($0 == 0 && count > 1 ? 1.6 : 1) }
      let total = steps.reduce(0, +)
      var level = fluid
      var means = [fluid]
      for step in steps {
        level += (1 - fluid) * step / total
        means.append(level)
      }
      return means
    }
  }
}

extension Deformation {
  /// Differences between people: turned by up to 10°, up to a tenth larger or smaller, bent by millimetres.
  public static let anatomicalVariety = Deformation(
    rotation: .uniform(-0.17...0.17), scale: .uniform(0.9...1.1), stretch: .uniform(0.95...1.05),
    shear: .uniform(-0.04...0.04), translation: .uniform(-6...6), displacement: .uniform(0.5...4),
    controlSpacing: 25, boundary: .zeros)
}

extension Pipeline {
  /// Differences between scanners and sessions, for intensities near 1.
  public static let acquisitionVariety = Pipeline {
    Sometimes(0.5) { GaussianBlur(deviation: .uniform(0.3...0.7)) }
    Sometimes(0.25) { LowResolution(factor: .uniform(1...1.5)) }
    Sometimes(0.8) { BiasField(coefficient: .uniform(-0.15...0.15)) }
    Sometimes(0.5) { Gamma(exponent: .uniform(0.8...1.25)) }
    Sometimes(0.9) { GaussianNoise(deviation: .uniform(0.005...0.045)) }
  }
}
