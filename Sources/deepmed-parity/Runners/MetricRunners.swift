import MedCheckpoint
import MedMetric
import MedVoxel

/// Metrics of segmentations: overlap, surfaces, volumes.
enum MetricRunners: CaseRunners {
  static let family = "monai/metrics"
  static let classes: [String: Runner] = [
    "DiceMetric": { try cumulative($0, dice) },
    "MeanIoU": { try cumulative($0, intersectionOverUnion) },
    "HausdorffDistanceMetric": { try cumulative($0, hausdorff) },
    "SurfaceDistanceMetric": { try cumulative($0, averageSurfaceDistance) },
    "SurfaceDiceMetric": { try cumulative($0, surfaceDice) },
    "AbsoluteVolumeDifferenceMetric": { try cumulative($0, absoluteVolumeDifference) },
    "compute_dice": { try once($0, dice) },
    "compute_iou": { try once($0, intersectionOverUnion) },
    "compute_hausdorff_distance": { try once($0, hausdorff) },
    "compute_average_surface_distance": { try once($0, averageSurfaceDistance) },
    "compute_surface_dice": { try once($0, surfaceDice) },
    "compute_absolute_volume_difference": { try once($0, absoluteVolumeDifference) },
    "DiceHelper": diceHelper,
    "do_metric_reduction": reduction,
    "ignore_background": ignoreBackground,
    "create_ignore_mask": ignoreMask,
    "prepare_spacing": spacing,
    "get_code_to_measure_table": measureTable,
    "get_mask_edges": maskEdges,
    "get_surface_distance": surfaceDistance,
  ]

  /// A metric of one call: one row an image, one column a class.
  typealias Measurement = (_ prediction: OneHot, _ reference: OneHot, _ settings: MetricSettings)
    throws
    -> [[Double]]

  // MARK: Measurements

  static func dice(_ p: OneHot, _ r: OneHot, _ settings: MetricSettings) throws -> [[Double]] {
    let arguments = settings.arguments
    let empty = try emptyReference(arguments)
    let ignored = arguments.value("ignore_index")?.int
    let classes = try arguments.value("num_classes")?.int ?? p.classCount()
    if try arguments.bool("per_component", or: false) {
      return try p.images.indices.map { image in
        guard [4, 5].contains(p.rank), try p.classCount() == 2, try r.classCount() == 2 else {
          throw MetricError("expected two channels, found \(p.images[image].shape)")
        }
        return [
          try componentDice(
            prediction: p.mask(image, 1, of: 2), reference: r.mask(image, 1, of: 2), empty: empty)
        ]
      }
    }
    let first = try arguments.bool("include_background", or: true) || classes == 1 ? 0 : 1
    return try p.images.indices.map { image in
      let kept = ignored.map { r.keeps(image, except: $0) }
      return try (first..<classes).map { c in
        let reference = r.mask(image, c, of: classes, keeping: kept)
        let overlap = try BinaryOverlap(
          prediction: p.mask(image, c, of: classes, keeping: kept), reference: reference)
        return overlap.dice(empty)
      }
    }
  }

  static func intersectionOverUnion(
    _ p: OneHot, _ r: OneHot, _ settings: MetricSettings
  ) throws -> [[Double]] {
    let empty = try emptyReference(settings.arguments)
    let ignored = settings.arguments.value("ignore_index")?.int
    return try eachClass(p, r, settings, defaultBackground: true, ignoredClass: ignored) {
      try BinaryOverlap(prediction: $0, reference: $1).intersectionOverUnion(empty)
    }
  }

  static func absoluteVolumeDifference(
    _ p: OneHot, _ r: OneHot, _ settings: MetricSettings
  ) throws -> [[Double]] {
    let empty = try emptyReference(settings.arguments)
    return try eachClass(p, r, settings, defaultBackground: true) {
      try BinaryOverlap(prediction: $0, reference: $1).absoluteVolumeDifference(empty)
    }
  }

  static func hausdorff(_ p: OneHot, _ r: OneHot, _ settings: MetricSettings) throws -> [[Double]] {
    let arguments = settings.arguments
    let percentile = try arguments.value("percentile")?.parityDouble()
    if let percentile, !(0...100).contains(percentile) {
      throw MetricError("expected a percentile from 0 to 100, found \(percentile)")
    }
    let direction: SurfaceDirection =
      try arguments.bool("directed", or: false) ? .forward : .symmetric
    let ignored = arguments.value("ignore_index")?.int
    return try eachSurface(p, r, settings) { distances, c in
      // The reference's answers where ours is plain: NaN for an ignored class, the largest distance for a
      // percentile of 0, and NaN instead of infinity for the percentile of a missed structure.
      if c == ignored { return .nan }
      let wanted = percentile == 0 ? nil : percentile
      let value = distances.hausdorff(percentile: wanted, direction: direction)
      return wanted != nil && !value.isFinite ? .nan : value
    }
  }

  static func averageSurfaceDistance(
    _ p: OneHot, _ r: OneHot, _ settings: MetricSettings
  ) throws -> [[Double]] {
    let direction: SurfaceDirection =
      try settings.arguments.bool("symmetric", or: false) ? .symmetric : .forward
    return try eachSurface(p, r, settings) { distances, _ in distances.average(direction) }
  }

  static func surfaceDice(_ p: OneHot, _ r: OneHot, _ settings: MetricSettings) throws -> [[Double]] {
    let arguments = settings.arguments
    let thresholds = try arguments.doubles("class_thresholds")
    let first = try arguments.bool("include_background", or: false) || p.classCount() == 1 ? 0 : 1
    guard [4, 5].contains(p.rank), thresholds.count == (try p.classCount()) - first,
      thresholds.allSatisfy({ $0 >= 0 && $0.isFinite })
    else {
      throw MetricError("expected a threshold of 0 or more for each class, found \(thresholds)")
    }
    if try arguments.bool("use_subvoxels", or: false) {
      // The reference fails on a single number here; ours takes it as isotropic, so there is nothing to compare.
      if settings.spacing?.double != nil {
        throw Unsupported("refusal of a single spacing with use_subvoxels")
      }
      return try eachClass(p, r, settings, defaultBackground: false, spacings: true) {
        prediction, reference, at in
        SurfaceElements.dice(
          prediction, reference, spacing: at.spacing, tolerance: thresholds[at.class - first],
          isPlanar: at.isPlanar)
      }
    }
    return try eachSurface(p, r, settings) { distances, c in
      distances.surfaceDice(tolerance: thresholds[c - first])
    }
  }

  private static func emptyReference(_ arguments: Arguments) throws -> BinaryOverlap.EmptyReference {
    try arguments.bool("ignore_empty", or: true) ? .ignored : .scored
  }

  // MARK: Loops over images and classes

  struct Place {
    var `class`: Int
    var spacing: SIMD3<Double>
    var isPlanar: Bool
  }

  private static func eachClass(
    _ p: OneHot, _ r: OneHot, _ settings: MetricSettings, defaultBackground: Bool,
    ignoredClass: Int? = nil,
    _ score: (VoxelBuffer<UInt8>, VoxelBuffer<UInt8>) throws -> Double
  ) throws -> [[Double]] {
    try eachClass(
      p, r, settings, defaultBackground: defaultBackground, spacings: false,
      ignoredClass: ignoredClass
    ) { a, b, _ in try score(a, b) }
  }

  private static func eachClass(
    _ p: OneHot, _ r: OneHot, _ settings: MetricSettings, defaultBackground: Bool, spacings: Bool,
    ignoredClass: Int? = nil,
    _ score: (VoxelBuffer<UInt8>, VoxelBuffer<UInt8>, Place) throws -> Double
  ) throws -> [[Double]] {
    guard p.rank >= 3, zip(p.images, r.images).allSatisfy({ $0.shape == $1.shape }) else {
      throw MetricError("expected one-hot images of one shape")
    }
    let classes = try p.classCount()
    let first =
      try settings.arguments.bool("include_background", or: defaultBackground) || classes == 1
      ? 0 : 1
    let spacing = try spacings ? settings.spacings(p) : p.images.map { _ in [1, 1, 1] }
    // With `spacings`, the ignored voxels leave every class; without, an ignored class leaves alone.
    let masked = spacings ? settings.arguments.value("ignore_index")?.int : ignoredClass
    let dropsClass = !spacings && masked.map { (0..<classes).contains($0) } ?? false
    return try p.images.indices.map { image in
      let kept = dropsClass ? nil : masked.map { r.keeps(image, except: $0) }
      return try (first..<classes).map { c in
        var (a, b) = (
          p.mask(image, c, of: classes, keeping: kept), r.mask(image, c, of: classes, keeping: kept)
        )
        if dropsClass, c == masked {
          (a, b) = (VoxelBuffer(size: a.size), VoxelBuffer(size: b.size))
        }
        return try score(a, b, Place(class: c, spacing: spacing[image], isPlanar: p.rank == 4))
      }
    }
  }

  private static func eachSurface(
    _ p: OneHot, _ r: OneHot, _ settings: MetricSettings,
    _ score: (SurfaceDistances, Int) throws -> Double
  ) throws -> [[Double]] {
    let name = try settings.arguments.string("distance_metric", or: "euclidean")
    guard let metric = DistanceMetric(rawValue: name) else {
      throw MetricError(
        "expected one of \(DistanceMetric.allCases.map(\.rawValue)), found “\(name)”")
    }
    return try eachClass(p, r, settings, defaultBackground: false, spacings: true) { a, b, place in
      try score(
        SurfaceDistances(
          from: a, to: b, spacing: place.spacing, metric: metric, isPlanar: place.isPlanar),
        place.class)
    }
  }
}
