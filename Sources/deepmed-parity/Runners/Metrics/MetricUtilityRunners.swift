import Foundation
import MedCheckpoint
import MedMetric
import MedVoxel

/// Functions around the metrics.
extension MetricRunners {
  static func diceHelper(_ test: Case) throws -> [Output] {
    let arguments = test.arguments
    let prediction = try split(test.input("y_pred").array())
    let reference = try split(test.input("y").array())
    let thresholds = try arguments.bool("threshold", or: false)
    let activates = try arguments.bool("activate", or: false)
    let classes = try arguments.value("num_classes")?.int ?? prediction.classCount()
    let numbered = try prediction.classCount() == 1 && classes > 1
    let takesLargest =
      try arguments.bool("apply_argmax", or: !thresholds) && classes > 1 && !numbered
    let binary = OneHot(
      images: prediction.images.map { image in
        let count = image.count / image.shape[0]
        if takesLargest {
          let best = (0..<count).map { i in
            (0..<image.shape[0]).max { image.values[$0 * count + i] < image.values[$1 * count + i] }
              ?? 0
          }
          return NDArray(shape: [1] + image.shape.dropFirst(), values: best.map(Double.init))
        }
        if numbered { return image }
        // Without a threshold every value but 0 is set.
        return NDArray(
          shape: image.shape,
          values: image.values.map {
            guard thresholds else { return $0 != 0 ? 1 : 0 }
            return (activates ? 1 / (1 + exp(-$0)) : $0) > 0.5 ? 1 : 0
          })
      })
    let empty: BinaryOverlap.EmptyReference =
      try arguments.bool("ignore_empty", or: true) ? .ignored : .scored
    let first = try arguments.bool("include_background", or: thresholds) || classes == 1 ? 0 : 1
    let rows = try binary.images.indices.map { image in
      try (first..<classes).map { c in
        try BinaryOverlap(
          prediction: binary.mask(image, c, of: classes),
          reference: reference.mask(image, c, of: classes)
        ).dice(empty)
      }
    }
    let name = try arguments.string("reduction", or: "mean_batch")
    guard let how = ScoreReduction(rawValue: name) else { throw Unsupported("reduction \(name)") }
    let (values, counts) = how(rows)
    let shape = how == .none ? [rows.count, rows[0].count] : [values.count]
    let result = [
      Output("output/0", NDArray(shape: shape, values: values)),
      Output("output/1", NDArray(shape: shape, values: counts.map(Double.init))),
    ]
    return try arguments.bool("get_not_nans", or: true) ? result : [result[0]]
  }

  static func reduction(_ test: Case) throws -> [Output] {
    let array = try test.input("f").array()
    let name = try test.arguments.string("reduction", or: "mean")
    guard let how = ScoreReduction(rawValue: name) else {
      throw MetricError(
        "expected one of \(ScoreReduction.allCases.map(\.rawValue)), found “\(name)”")
    }
    // Axes beyond the second count as columns; only reductions over the batch keep them.
    guard array.shape.count == 2 || how == .meanBatch || how == .sumBatch else {
      throw Unsupported("\(name) over \(array.shape.count) axes")
    }
    let width = array.shape.dropFirst().reduce(1, *)
    let rows = (0..<array.shape[0]).map { Array(array.values[$0 * width..<($0 + 1) * width]) }
    let (values, counts) = how(rows)
    let shape: [Int] =
      how == .none
      ? array.shape
      : values.count == width && array.shape.count > 2
        ? Array(array.shape.dropFirst()) : [values.count]
    return [
      Output("output/0", NDArray(shape: shape, values: values)),
      Output("output/1", NDArray(shape: shape, values: counts.map(Double.init))),
    ]
  }

  static func ignoreBackground(_ test: Case) throws -> [Output] {
    try ["y_pred", "y"].enumerated().map { index, name in
      let array = try test.input(name).array()
      let (images, classes) = (array.shape[0], array.shape[1])
      guard classes > 1 else { return Output("output/\(index)", array) }
      let size = array.shape.dropFirst(2).reduce(1, *)
      let kept = (0..<images).flatMap { image -> ArraySlice<Double> in
        let start = image * classes * size
        return array.values[start + size..<start + classes * size]
      }
      return Output(
        "output/\(index)",
        NDArray(shape: [images, classes - 1] + array.shape.dropFirst(2), values: kept))
    }
  }

  static func ignoreMask(_ test: Case) throws -> [Output] {
    let array = try test.input("y").array()
    let batch = try split(array)
    let ignored = try test.arguments.int("ignore_index")
    let values = batch.images.indices.flatMap {
      batch.keeps($0, except: ignored).map { $0 ? 1.0 : 0 }
    }
    return [
      Output(
        "output/0", NDArray(shape: [array.shape[0], 1] + array.shape.dropFirst(2), values: values))
    ]
  }

  static func spacing(_ test: Case) throws -> [Output] {
    let arguments = test.arguments
    let value = arguments.value("spacing")
    let (count, dimensions) = (try arguments.int("batch_size"), try arguments.int("img_dim"))
    let prepared = try MetricSettings.prepare(value, count: count, dimensions: dimensions)
    // A single number stays one.
    let list = prepared.map { steps -> JSONValue in
      guard let steps else { return .null }
      return value?.double != nil ? .number(steps[0]) : .array(steps.map { .number($0) })
    }
    return [Output("output", json: .array(list))]
  }

  static func maskEdges(_ test: Case) throws -> [Output] {
    let arguments = test.arguments
    let arrays = [try test.input("seg_pred").array(), try test.input("seg_gt").array()]
    guard arrays[0].shape == arrays[1].shape else {
      throw MetricError(
        "expected masks of one shape, found \(arrays[0].shape) and \(arrays[1].shape)")
    }
    let label = arguments.value("label_idx")?.int ?? 1
    let crops = try arguments.bool("crop", or: true)
    let steps = arguments.value("spacing")?.array?.compactMap(\.double)
    let dimensions = arrays[0].shape.count
    let isPlanar = dimensions == 2
    var masks = arrays.map { array in
      VoxelBuffer<UInt8>(
        size: OneHot.size(NDArray(shape: [1] + array.shape, values: array.values)),
        elements: array.values.map { $0 == Double(label) ? 1 : 0 })
    }
    if crops {
      let boxes = masks.compactMap { $0.boundingBox() }
      guard let box = boxes.dropFirst().reduce(boxes.first, { $0?.union($1) }) else {
        let nothing = NDArray(
          shape: arrays[0].shape, values: Array(repeating: 0, count: arrays[0].count))
        return (0..<(steps == nil ? 2 : 4)).map { Output("output/\($0)", nothing) }
      }
      masks = masks.map { $0.cropped(to: box.expanded(by: [1, 1, isPlanar ? 0 : 1])) }
    }
    func array<Element>(_ voxels: VoxelBuffer<Element>) -> NDArray {
      let size = [voxels.size.x, voxels.size.y, voxels.size.z].prefix(dimensions)
      return NDArray(shape: size.reversed(), values: voxels.elements.map(\.doubleValue))
    }
    guard let steps else {
      return masks.enumerated().map {
        Output("output/\($0)", array($1.surface(isPlanar: isPlanar)))
      }
    }
    let reversed = Array(steps.reversed()) + [1]
    let elements = masks.map {
      SurfaceElements(of: $0, spacing: [reversed[0], reversed[1], reversed[2]], isPlanar: isPlanar)
    }
    return elements.enumerated().flatMap { index, element in
      [
        Output("output/\(index)", array(element.map)),
        Output("output/\(index + 2)", array(element.areas)),
      ]
    }
  }

  /// The reference counts a cell's corners from the highest bit down, ours from the lowest up.
  static func measureTable(_ test: Case) throws -> [Output] {
    let steps = try test.arguments.doubles("spacing")
    guard steps.count == 2 || steps.count == 3 else {
      throw MetricError("expected two or three spacings, found \(steps.count)")
    }
    let (corners, reversed) = (1 << steps.count, Array(steps.reversed()) + [1])
    let table = SurfaceElements.measures(
      spacing: [reversed[0], reversed[1], reversed[2]], isPlanar: steps.count == 2)
    let values = table.indices.map { code in
      table[(0..<corners).reduce(0) { $0 | (code >> $1 & 1) << (corners - 1 - $1) }]
    }
    let kernel = (0..<corners).map { Double(1 << (corners - 1 - $0)) }
    return [
      Output("output/0", NDArray(shape: [table.count], values: values)),
      Output(
        "output/1", NDArray(shape: [1, 1] + Array(repeating: 2, count: steps.count), values: kernel)),
    ]
  }

  static func surfaceDistance(_ test: Case) throws -> [Output] {
    let arrays = [try test.input("seg_pred").array(), try test.input("seg_gt").array()]
    let name = try test.arguments.string("distance_metric", or: "euclidean")
    guard let metric = DistanceMetric(rawValue: name) else {
      throw MetricError("no metric “\(name)”")
    }
    let dimensions = arrays[0].shape.count
    let spacing = try MetricSettings.prepare(
      test.arguments.value("spacing"), count: 1, dimensions: dimensions)[0]
    let steps = Array((spacing ?? Array(repeating: 1, count: dimensions)).reversed()) + [1, 1]
    let masks = arrays.map { array in
      VoxelBuffer<UInt8>(
        size: OneHot.size(NDArray(shape: [1] + array.shape, values: array.values)),
        elements: array.values.map { $0 != 0 ? 1 : 0 })
    }
    let distances = masks[1].distance(metric, spacing: [steps[0], steps[1], steps[2]])
    let values = zip(masks[0].elements, distances.elements).compactMap {
      $0 != 0 ? Double($1) : nil
    }
    return [Output("output/0", NDArray(shape: [values.count], values: values))]
  }
}
