import DeepMedicine
import MedCheckpoint
import MedEngine
import MedTensor
import MedVoxel

/// Sliding windows and their like.
enum InfererRunners: CaseRunners {
  static let family = "monai/inferers"
  static let classes: [String: Runner] = [
    "sliding_window_inference": { try slidingWindow($0, predictor: "predictor") },
    "SlidingWindowInferer": { try slidingWindow($0, predictor: "network") },
    "compute_importance_map": importanceMap,
    "dense_patch_slices": denseSlices,
  ]

  private static func slidingWindow(_ test: Case, predictor key: String) throws -> [Output] {
    let input = try test.input("inputs").array()
    let axes = input.shape.count - 2
    // How sums are buffered or weights kept changes nothing in the result.
    test.arguments.ignore("cache_roi_weight_map", "buffer_steps")
    if input.type == .float16 { throw Unsupported("float16 input") }
    guard (1...3).contains(axes), try test.arguments.ints("roi_size").count <= axes else {
      throw EngineError(
        "expected as many window sizes as the input has spatial axes, found the shape \(input.shape)")
    }
    if let dimension = test.arguments.value("buffer_dim")?.int, !(-axes..<axes).contains(dimension) {
      throw EngineError("expected an axis from \(-axes) to \(axes - 1), found \(dimension)")
    }
    let size = Array(input.shape.dropFirst(2))
    let roi = try perAxis(test.arguments.ints("roi_size"), axes, "window")
    let window = zip(roi, size).map { $0 > 0 ? $0 : $1 }
    let overlap = try perAxis(test.arguments.doubles("overlap", or: [0.25]), axes, "overlap")
    var sliding = SlidingWindow(
      window: triple(window, filler: 1), overlap: SIMD3(triple(overlap, filler: 0)),
      weighting: try weighting(test, axes), batchSize: try test.arguments.int("sw_batch_size"))
    sliding.boundary = try boundary(test)
    let function = test.call.value(key)?["function"]?.string ?? "?"
    let channels = input.shape[1]
    let predict = try predictor(function, channels: channels)
    let condition = try test.optionalInput("condition")?.array()
    if let condition, condition.shape != input.shape {
      throw EngineError("expected a condition of the shape \(input.shape), found \(condition.shape)")
    }
    let conditions = condition?.samples
    let samples = try input.samples.enumerated().map { index, sample in
      // What else the predictor gets of a window are further channels.
      let all = conditions.map { sample.joined($0[index]) } ?? sample
      return try NDArray(sliding(all.voxels(), predictor: predict), rank: axes)
    }
    // So are further outputs.
    guard function == "dictionary" else { return [Output("output/0", NDArray(stacking: samples))] }
    return [
      Output("sum", NDArray(stacking: samples.map { $0.channels(0..<1) })),
      Output("double", NDArray(stacking: samples.map { $0.channels(1..<1 + channels) })),
    ]
  }

  private static func weighting(_ test: Case, _ axes: Int) throws -> WindowWeighting {
    let sigma = try test.arguments.doubles("sigma_scale", or: [0.125])
    if let map = test.optionalInput("roi_weight_map") { return .custom(try map.array().voxels()) }
    switch try test.arguments.string("mode", or: "constant") {
    case "constant": return .constant
    case "gaussian":
      return .gaussian(deviations: SIMD3(triple(try perAxis(sigma, axes, "sigma_scale"), filler: 1)))
    case let other: throw EngineError("expected constant or gaussian weights, found \(other)")
    }
  }

  private static func boundary(_ test: Case) throws -> Boundary {
    let value = try test.arguments.double("cval", or: 0)
    switch try test.arguments.string("padding_mode", or: "constant") {
    case "constant": return .constant(value)
    case "replicate": return .border
    case "reflect": return .mirror
    case let other: throw Unsupported("padding_mode \(other)")
    }
  }

  private static func predictor(_ name: String, channels: Int) throws -> SlidingWindow.Predictor {
    switch name {
    case "identity": { try $0.cloned() }
    case "twice_plus_position": { try $0 * 2 + ramp($0) }
    case "two_channels":
      { x in
        let first = try x.narrowed(0..<1, axis: 1)
        return try Tensor.concatenated([first + ramp(first), -first], axis: 1)
      }
    case "dictionary":
      { x in
        let sum = try x.sum(axes: [1], keepingAxes: true)
        return try Tensor.concatenated([sum + ramp(sum), x * 2], axis: 1)
      }
    case "add_condition":
      { all in
        let x = try all.narrowed(0..<channels, axis: 1)
        return try x + all.narrowed(channels..<all.shape[1], axis: 1) * 3 + ramp(x)
      }
    default: throw Unsupported("function \(name)")
    }
  }

  /// Σ over spatial axes i of 0.1·(i + 1)·index.
  private static func ramp(_ x: Tensor) throws -> Tensor {
    let shape = x.shape
    var sum = try Tensor.zeros(shape)
    for axis in 2..<shape.count {
      var view = [Int](repeating: 1, count: shape.count)
      view[axis] = shape[axis]
      let indices = try Tensor(
        (0..<shape[axis]).map { Float(0.1) * Float(axis - 1) * Float($0) }, shape: view)
      sum = try sum + indices
    }
    return sum
  }

  private static func importanceMap(_ test: Case) throws -> [Output] {
    if let type = test.arguments.value("dtype") { throw Unsupported("dtype \(type)") }
    let size = try test.arguments.ints("patch_size")
    let window = triple(size, filler: 1)
    let layout = WindowLayout(size: window, window: window, overlap: .zero)
    let weights = layout.weights(try weighting(test, size.count))
    return [
      Output(
        "output", NDArray(VoxelBuffer<Float>(size: window, elements: weights), rank: size.count).samples[0])
    ]
  }

  private static func denseSlices(_ test: Case) throws -> [Output] {
    let size = try test.arguments.ints("image_size")
    let patch = zip(try test.arguments.ints("patch_size"), size).map { $0 > 0 ? min($0, $1) : $1 }
    let steps = zip(try test.arguments.ints("scan_interval"), patch).map { $0 > 0 ? $0 : $1 }
    // The reference leaves the rest of such an axis out.
    guard zip(steps, patch).allSatisfy({ $0 <= $1 }) else { throw Unsupported("gaps between windows") }
    let layout = WindowLayout(
      size: triple(size, filler: 1), window: triple(patch, filler: 1), steps: triple(steps, filler: 1))
    var windows: [[JSONValue]] = [[]]
    for axis in size.indices {
      windows = windows.flatMap { window in
        layout.starts[axis].map { window + [.array([.integer($0), .integer($0 + patch[axis])])] }
      }
    }
    return [Output("output", json: .array(windows.map(JSONValue.array)))]
  }

  private static func perAxis<Number>(_ values: [Number], _ axes: Int, _ name: String) throws -> [Number] {
    if values.count == axes { return values }
    guard values.count == 1, axes > 0 else {
      throw EngineError("expected \(axes) numbers for the \(name), found \(values.count)")
    }
    return Array(repeating: values[0], count: axes)
  }

  private static func triple<Number: SIMDScalar>(_ values: [Number], filler: Number) -> SIMD3<Number> {
    let filled = values + Array(repeating: filler, count: max(0, 3 - values.count))
    return SIMD3(filled[0], filled[1], filled[2])
  }
}

extension NDArray {
  /// The parts along the first axis.
  fileprivate var samples: [NDArray] {
    let rest = Array(shape.dropFirst())
    let count = rest.reduce(1, *)
    return (0..<shape[0]).map {
      NDArray(shape: rest, values: Array(values[$0 * count..<($0 + 1) * count]), type: type)
    }
  }

  /// Some of the parts along the first axis.
  fileprivate func channels(_ range: Range<Int>) -> NDArray {
    let count = shape.dropFirst().reduce(1, *)
    return NDArray(
      shape: [range.count] + shape.dropFirst(),
      values: Array(values[range.lowerBound * count..<range.upperBound * count]), type: type)
  }

  /// Both, one after the other along the first axis.
  fileprivate func joined(_ other: NDArray) -> NDArray {
    NDArray(shape: [shape[0] + other.shape[0]] + shape.dropFirst(), values: values + other.values, type: type)
  }

  fileprivate init(stacking parts: [NDArray]) {
    self.init(
      shape: [parts.count] + (parts.first?.shape ?? []), values: parts.flatMap(\.values),
      type: parts.first?.type)
  }
}
