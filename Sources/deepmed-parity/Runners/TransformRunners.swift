import MedCheckpoint
import MedImage
import MedTransform
import MedVoxel

/// Transforms of single arrays.
enum TransformRunners: CaseRunners {
  static let family = "monai/transforms"
  static let classes: [String: Runner] =
    makers.mapValues(forward).merging(dictionaryRunners) { $1 }

  /// Makes our transform out of the reference's arguments, for one image.
  typealias Maker = @Sendable (Arguments, Case, ParityImage) throws -> Prepared

  /// A pipeline, and what else the case's outputs need.
  struct Prepared {
    var pipeline: Pipeline
    var extra: [Output] = []

    init(_ transforms: any Transform..., extra: [Output] = []) {
      pipeline = Pipeline(transforms)
      self.extra = extra
    }
  }

  static let makers: [String: Maker] = [
    "Spacing": spacing, "SpatialResample": spatialResample, "ResampleToMatch": resampleToMatch,
    "Orientation": orientation, "Flip": flip, "Affine": affine,
    "SpatialPad": spatialPad, "SpatialCrop": spatialCrop, "CenterSpatialCrop": centerSpatialCrop,
    "CropForeground": cropForeground,
    "NormalizeIntensity": normalizeIntensity, "ScaleIntensity": scaleIntensity,
    "ScaleIntensityRange": scaleIntensityRange,
    "ScaleIntensityRangePercentiles": scaleIntensityRangePercentiles,
    "ClipIntensityPercentiles": clipIntensityPercentiles,
  ]

  static func forward(_ maker: @escaping Maker) -> Runner {
    { test in
      let entry = try test.firstInput()
      let image = try ParityImage(entry)
      let prepared = try maker(test.arguments, test, image)
      try test.checkAllUsed()
      let result = try prepared.pipeline(image.subject)
      return [try image.output(entry.name, result)] + prepared.extra
    }
  }
}

/// The inverse of each, after its forward pass.
enum InverseRunners: CaseRunners {
  static let family = "monai/transforms/inverse"
  static let classes: [String: Runner] = TransformRunners.makers.mapValues(thereAndBack)

  private static func thereAndBack(_ maker: @escaping TransformRunners.Maker) -> Runner {
    { test in
      let image = try ParityImage(try test.firstInput())
      let prepared = try maker(test.arguments, test, image)
      try test.checkAllUsed()
      var subject = image.subject
      var stream = RandomStream(seed: 0)
      let history = try prepared.pipeline.apply(to: &subject, using: &stream)
      let forward = try image.output("forward", subject)
      try history.invert(on: &subject)
      return [forward, try image.output("inverse", subject)]
    }
  }
}

/// An array of a case as a subject with one image.
struct ParityImage {
  var image: ScalarImage
  var rank: Int
  var hasAffine: Bool
  /// Whether the affine is in LPS, as ITK has it.
  var isLPS: Bool

  init(_ entry: Entry) throws {
    let array = try entry.array()
    rank = array.rank
    let affine = try entry.affine()
    hasAffine = affine != nil
    isLPS = entry.fields["space"]?.string == "LPS"
    image = ScalarImage(voxels: try array.voxels(), affine: affine ?? .identity)
    if isLPS { image.affine = ParityImage.mirrored(image.affine) }
  }

  var subject: Subject { Subject(image: image) }

  func output(_ name: String, _ result: Subject) throws -> Output {
    guard let image = result[scalar: "image"] else { throw Mismatch("the image is gone") }
    let affine = isLPS ? ParityImage.mirrored(image.affine) : image.affine
    return Output(name, NDArray(image.voxels, rank: rank), affine: affine)
  }

  /// Between RAS and LPS.
  private static func mirrored(_ affine: Affine) -> Affine {
    Affine(i: [-1, 0, 0], j: [0, -1, 0], k: [0, 0, 1]) * affine
  }
}
