import MedCheckpoint
import MedMetric
import MedVoxel

/// Channel-first images of one call, one-hot or as class numbers.
struct OneHot {
  var images: [NDArray]
  /// The rank of the batch: images with one axis more.
  var rank: Int { (images.first?.shape.count ?? 0) + 1 }

  func classCount() throws -> Int {
    guard rank >= 3, let count = images.first?.shape.first else {
      throw MetricError("expected batch, channel and spatial axes, found \(rank) axes")
    }
    return count
  }

  /// The mask of a class. The last axis of the array runs fastest, so the axes are in reverse.
  func mask(_ image: Int, _ c: Int, of classes: Int, keeping: [Bool]? = nil) -> VoxelBuffer<UInt8> {
    let array = images[image]
    let count = array.shape.dropFirst().reduce(1, *)
    let isNumbered = array.shape[0] == 1 && classes > 1
    let start = isNumbered ? 0 : c * count
    let wanted = Double(isNumbered ? c : 1)
    return VoxelBuffer(
      size: OneHot.size(array),
      elements: (0..<count).map { i in
        array.values[start + i] == wanted && keeping?[i] ?? true ? 1 : 0
      })
  }

  /// Which voxels stay when a class is ignored: of class numbers those that differ; of one-hot images those
  /// outside the channel, or, for a number that no channel has, those of any class.
  func keeps(_ image: Int, except ignored: Int) -> [Bool] {
    let array = images[image]
    let (classes, count) = (array.shape[0], array.shape.dropFirst().reduce(1, *))
    if classes == 1 { return array.values.map { $0 != Double(ignored) } }
    if (0..<classes).contains(ignored) {
      return (0..<count).map { array.values[ignored * count + $0] == 0 }
    }
    return (0..<count).map { i in (0..<classes).contains { array.values[$0 * count + i] != 0 } }
  }

  static func size(_ array: NDArray) -> GridSize {
    let axes = Array(array.shape.dropFirst().reversed()) + [1, 1]
    return [axes[0], axes[1], axes[2]]
  }
}

/// What a metric was built with, and what one call was given.
struct MetricSettings {
  var arguments: Arguments
  var spacing: JSONValue?

  /// For each image, in the order of the reversed axes.
  func spacings(_ batch: OneHot) throws -> [SIMD3<Double>] {
    let dimensions = batch.rank - 2
    return try MetricSettings.prepare(spacing, count: batch.images.count, dimensions: dimensions)
      .map {
        let steps = Array(($0 ?? Array(repeating: 1, count: dimensions)).reversed()) + [1, 1]
        return [steps[0], steps[1], steps[2]]
      }
  }

  /// A spacing for each image; nil where none is given.
  static func prepare(_ value: JSONValue?, count: Int, dimensions: Int) throws -> [[Double]?] {
    guard let value, !value.isNull else { return Array(repeating: nil, count: count) }
    if let one = value.double {
      return Array(repeating: Array(repeating: one, count: dimensions), count: count)
    }
    guard let list = value.array else { throw Unsupported("spacing \(value)") }
    func numbers(_ list: [JSONValue]) throws -> [Double] {
      let kinds = Set(list.map { if case .integer = $0 { "integer" } else { "number" } })
      let found = list.compactMap(\.double)
      guard kinds.count <= 1, found.count == list.count,
        found.count == dimensions || found.count == 1
      else {
        throw MetricError("expected \(dimensions) spacings of one type, found \(list)")
      }
      return found.count == 1 ? Array(repeating: found[0], count: dimensions) : found
    }
    if list.allSatisfy({ $0.array != nil }) {
      guard list.count == count else {
        throw MetricError("expected spacings for \(count) images, found \(list.count)")
      }
      return try list.map { try numbers($0.array ?? []) }
    }
    return Array(repeating: try numbers(list), count: count)
  }
}

extension MetricRunners {
  /// A function of one call.
  static func once(_ test: Case, _ measure: Measurement) throws -> [Output] {
    let (p, r) = (try split(test.input("y_pred").array()), try split(test.input("y").array()))
    let settings = MetricSettings(
      arguments: test.arguments, spacing: test.arguments.value("spacing"))
    let rows = try measure(p, r, settings)
    return [Output("output/0", table(rows))]
  }

  /// A metric that collects rows over calls, then reduces them in several ways.
  static func cumulative(_ test: Case, _ measure: Measurement) throws -> [Output] {
    let arguments = test.arguments
    let (reduction, counts) = (
      try arguments.string("reduction", or: "mean"), try arguments.bool("get_not_nans", or: false)
    )
    let names = arguments.value("return_with_label")
    let includesBackground = try arguments.bool("include_background", or: true)
    var rows: [[Double]] = []
    let entries = test.allInputs()
    for (index, call) in (test.fields["call"]?.array ?? []).enumerated() {
      let settings = MetricSettings(arguments: arguments, spacing: call["spacing"])
      func items(_ name: String) throws -> [OneHot] {
        let found = entries.filter { $0.name == name && $0.fields["call"]?.int == index }
        return try found.map { entry in
          entry.fields["item"] == nil
            ? try split(entry.array()) : OneHot(images: [try entry.array()])
        }
      }
      for (p, r) in zip(try items("y_pred"), try items("y")) { rows += try measure(p, r, settings) }
    }
    try test.checkAllUsed()
    var outputs = [Output("raw", table(rows))]
    for (index, options) in (test.fields["aggregate"]?.array ?? []).enumerated() {
      let name = options["reduction"]?.string ?? reduction
      guard let how = ScoreReduction(rawValue: name) else { throw Unsupported("reduction \(name)") }
      let (values, notNaN) = how(rows)
      if let names, !(names.bool == false), reduction == "mean_batch" {
        var object = JSONObject()
        for (c, value) in values.enumerated() {
          let label = names.array?[c].string ?? "label_\(c + (includesBackground ? 0 : 1))"
          object[label] = .number((value * 10000).rounded() / 10000)
        }
        outputs.append(Output("aggregate/\(index)", json: .object(object)))
      } else {
        outputs.append(Output("aggregate/\(index)", shaped(values, how, rows)))
      }
      if counts {
        outputs.append(Output("not_nans/\(index)", shaped(notNaN.map(Double.init), how, rows)))
      }
    }
    return outputs
  }

  /// `[N, C, …]` as channel-first images.
  static func split(_ batch: NDArray) throws -> OneHot {
    guard let count = batch.shape.first, count > 0 else {
      throw MetricError("expected a batch of images")
    }
    let size = batch.count / count
    return OneHot(
      images: (0..<count).map {
        NDArray(
          shape: Array(batch.shape.dropFirst()),
          values: Array(batch.values[$0 * size..<($0 + 1) * size]))
      })
  }

  static func table(_ rows: [[Double]]) -> NDArray {
    NDArray(shape: [rows.count, rows.first?.count ?? 0], values: Array(rows.joined()))
  }

  private static func shaped(_ values: [Double], _ how: ScoreReduction, _ rows: [[Double]])
    -> NDArray
  {
    how == .none
      ? NDArray(shape: [rows.count, rows.first?.count ?? 0], values: values)
      : NDArray(shape: [values.count], values: values)
  }
}
