import MedCheckpoint
import MedMetric
import MedTensor
import MedVoxel

/// What MedicalNet's programs do before and after the network.
enum MedicalNetDataRunners: CaseRunners {
  static let family = "medicalnet"
  static let classes: [String: Runner] = [
    "BrainS18Dataset": prepare, "seg_eval": evaluate, "postprocess": postprocess,
  ]

  // MARK: Before

  private struct Sample {
    var volume: VoxelBuffer<Float>?
    var label: VoxelBuffer<Float>?

    mutating func map(_ body: (VoxelBuffer<Float>) throws -> VoxelBuffer<Float>) rethrows {
      volume = try volume.map(body)
      label = try label.map(body)
    }
  }

  static func prepare(_ test: Case) throws -> [Output] {
    var sample = Sample(
      volume: try test.optionalInput("volume")?.array().volume(),
      label: try test.optionalInput("label")?.array().volume())
    let steps: [(inout Sample, Case) throws -> Void] =
      switch test.method {
      case "drop_invalid_range": [dropInvalidRange]
      case "random_center_crop": [cropAboutLabel]
      case "resize_data": [resize]
      case "itensity_normalize_one_volume": [normalize]
      case "training_data_process": [dropInvalidRange, cropAboutLabel, resize, normalize]
      case "testing_data_process": [resize, normalize]
      default: throw Unsupported("method \(test.method ?? "?")")
      }
    for step in steps { try step(&sample, test) }
    return [("volume", sample.volume), ("label", sample.label)].compactMap { name, voxels in
      voxels.map { Output(name, NDArray($0).withoutChannels) }
    }
  }

  /// The box of voxels that differ from the first one, without its far faces.
  private static func dropInvalidRange(_ sample: inout Sample, _ test: Case) throws {
    guard let volume = sample.volume else { return }
    let first = volume[0, 0, 0, 0]
    let differs = VoxelBuffer<UInt8>(size: volume.size, elements: volume.elements.map { $0 == first ? 0 : 1 })
    guard let box = differs.boundingBox() else { throw VoxelError("every voxel is \(first)") }
    sample.map { $0.cropped(to: GridBox(lower: box.lower, upper: box.upper &- 1)) }
  }

  /// A random box about the labels, with margins of up to half their extent beyond the image's middle parts.
  private static func cropAboutLabel(_ sample: inout Sample, _ test: Case) throws {
    let draws = (test.fields["random"]?.array ?? []).compactMap(\.double)
    guard draws.count == 6, let label = sample.label, let box = label.boundingBox() else {
      throw Unsupported("a crop without six draws and a label")
    }
    var crop = GridBox(size: label.size)
    for axis in 0..<3 {
      let (low, high) = (box.lower[axis], box.upper[axis] - 1)
      let half = Double(high - low) / 2
      let size = Double(label.size[axis])
      crop.lower[axis] = Int((Double(low) - half) * draws[axis])
      crop.upper[axis] = Int(size - (size - (Double(high) + half)) * draws[3 + axis])
    }
    crop = crop.intersection(GridBox(size: label.size))
    sample.map { $0.cropped(to: crop) }
  }

  private static func resize(_ sample: inout Sample, _ test: Case) throws {
    let size = try test.arguments.ints("size")
    guard size.count == 3 else { throw Unsupported("size \(size)") }
    let target = GridSize(size[0], size[1], size[2])
    try sample.map {
      try $0.resampledNearest(to: target, by: $0.size.keepingCorners(in: target), rounding: .up)
    }
  }

  /// By mean and deviation of the positive voxels. The noise that takes the place of zeros is NumPy's.
  private static func normalize(_ sample: inout Sample, _ test: Case) throws {
    guard let volume = sample.volume else { return }
    guard !volume.elements.contains(0) else { throw Unsupported("NumPy's normal numbers in place of zeros") }
    let statistics = volume.statistics(in: .positive)
    sample.volume?.rescale(
      subtracting: Float(statistics.mean), multiplyingBy: Float(1 / statistics.deviation))
  }

  // MARK: After

  /// The Dice of each class; −1 where it is in neither map.
  static func evaluate(_ test: Case) throws -> [Output] {
    let (label, prediction) = (try test.input("label").array(), try test.input("pred").array())
    func mask(_ array: NDArray, _ number: Int) throws -> VoxelBuffer<UInt8> {
      try NDArray(shape: array.shape, values: array.values.map { $0 == Double(number) ? 1 : 0 }).volume()
    }
    let scores = try test.arguments.ints("clss").map { number in
      let dice = try BinaryOverlap(prediction: mask(prediction, number), reference: mask(label, number))
        .dice()
      return dice.isNaN ? -1 : dice
    }
    return [Output("dice", NDArray(shape: [scores.count], values: scores))]
  }

  /// Softmax, linear interpolation to the volume's size, and the likeliest class.
  static func postprocess(_ test: Case) throws -> [Output] {
    let logits = try test.input("logits").array()
    let size = try test.call.ints("shape")
    guard logits.shape.count == 5, logits.shape[0] == 1, size.count == 3 else {
      throw Unsupported("logits of shape \(logits.shape)")
    }
    let shares = try NDArray(logits.tensor().softmax(axis: 1))
    let coarse: VoxelBuffer<Float> = try NDArray(
      shape: Array(shares.shape.dropFirst()), values: shares.values
    ).voxels()
    let target = GridSize(size[0], size[1], size[2])
    let fine = try coarse.resampled(to: target, by: coarse.size.keepingCorners(in: target))
    let mask = try NDArray(NDArray(fine).tensor().argmax(axis: 0))
    return [Output("probabilities", NDArray(fine)), Output("mask", mask)]
  }
}

extension GridSize {
  /// Voxels of a grid of another size to those of one of this size, corner voxels to corner voxels.
  fileprivate func keepingCorners(in other: GridSize) -> Affine {
    var spacing = SIMD3<Double>(repeating: 1)
    for axis in 0..<3 where other[axis] > 1 && self[axis] > 1 {
      spacing[axis] = Double(self[axis] - 1) / Double(other[axis] - 1)
    }
    return Affine(spacing: spacing)
  }
}

extension NDArray {
  /// `[I, J, K]` as voxels of one channel.
  fileprivate func volume<Element: VoxelScalar>() throws -> VoxelBuffer<Element> {
    try NDArray(shape: [1] + shape, values: values, type: type).voxels()
  }

  fileprivate var withoutChannels: NDArray {
    NDArray(shape: Array(shape.dropFirst()), values: values, type: type)
  }
}
