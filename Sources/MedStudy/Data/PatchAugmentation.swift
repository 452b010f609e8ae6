internal import MedRecord
internal import MedTransform
internal import MedVoxel

/// How patches are varied, by the plan's strength.
struct PatchAugmentation: Sendable {
  /// Intensities and mirroring; the deformation is drawn with the patch, so that it brings in what lies around it.
  let pipeline: Pipeline
  private let spatial: (probability: Double, transform: Deformation)?

  init(_ plan: Plan) {
    let mirrored = plan.augmentation.mirroredAxes
    switch plan.augmentation.strength {
    case .none:
      spatial = nil
      pipeline = Pipeline { for axis in mirrored { Sometimes(0.5) { Flip(axes: [axis]) } } }
    case .light:
      spatial = (
        0.35,
        Deformation(
          rotation: .uniform(-0.26...0.26), scale: .uniform(0.85...1.2), boundary: .border)
      )
      pipeline = Pipeline {
        for axis in mirrored { Sometimes(0.5) { Flip(axes: [axis]) } }
        Sometimes(0.15) { GaussianNoise(deviation: .uniform(0...0.3)) }
        Sometimes(0.15) { Gamma(exponent: .uniform(0.7...1.5)) }
        Sometimes(0.15) { Contrast(factor: .uniform(0.75...1.25)) }
      }
    case .full:
      spatial = (
        0.5,
        Deformation(
          rotation: .uniform(-0.52...0.52), scale: .uniform(0.7...1.4), displacement: .uniform(0...4),
          boundary: .border)
      )
      pipeline = Pipeline {
        for axis in mirrored { Sometimes(0.5) { Flip(axes: [axis]) } }
        Sometimes(0.1) { GaussianNoise(deviation: .uniform(0...0.4)) }
        Sometimes(0.2) { GaussianBlur(deviation: .uniform(0.5...1)) }
        Sometimes(0.15) { Brightness(factor: .uniform(0.75...1.25)) }
        Sometimes(0.15) { Contrast(factor: .uniform(0.65...1.5)) }
        Sometimes(0.25) { LowResolution(factor: .uniform(1...2)) }
        Sometimes(0.3) { Gamma(exponent: .uniform(0.7...1.5)) }
      }
    }
  }

  func deformation(using stream: inout RandomStream) -> Deformation? {
    guard let spatial, stream.bool(probability: spatial.probability) else { return nil }
    return spatial.transform
  }
}
