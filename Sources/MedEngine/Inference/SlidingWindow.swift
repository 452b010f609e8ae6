internal import MedImage
public import MedTensor
public import MedVoxel

/// Runs a network over a volume in overlapping windows and blends the predictions.
///
/// - Source: MONAI's `sliding_window_inference`: the same windows, weights and padding.
public struct SlidingWindow: Hashable, Sendable {
  /// Voxels along the axes. A network with instance norm expects the training patch's size.
  public var window: GridSize
  /// The share of a window that its neighbour covers too, along each axis, below one.
  public var overlap: SIMD3<Double>
  public var weighting: WindowWeighting
  /// Windows in one call of the network.
  public var batchSize: Int
  /// What surrounds a volume that is smaller than the window.
  public var boundary: Boundary

  public init(
    window: GridSize, overlap: SIMD3<Double> = SIMD3(repeating: 0.25),
    weighting: WindowWeighting = .gaussian(deviation: 0.125), batchSize: Int = 1,
    boundary: Boundary = .zeros
  ) {
    self.window = window
    self.overlap = overlap
    self.weighting = weighting
    self.batchSize = max(1, batchSize)
    self.boundary = boundary
  }

  /// `[N, C, I, J, K]` in, `[N, classes, I, J, K]` out.
  public typealias Predictor = (Tensor) throws -> Tensor

  /// The blended prediction on the volume's grid.
  ///
  /// - Shape: `[C, I, J, K]` in, `[classes, I, J, K]` out.
  /// - Throws: what the predictor throws, and `EngineError` when it returns another spatial size.
  public func callAsFunction(
    _ volume: VoxelBuffer<Float>, predictor: Predictor
  ) throws -> VoxelBuffer<Float> {
    var result = VoxelBuffer<Float>(size: .zero)
    let size = volume.size
    try run(volume, predictor: predictor) { channels in
      result = VoxelBuffer(channels: channels, size: size)
    } consumer: { first, count, values, channelStride, low, padded in
      let channels = result.channels
      result.withUnsafeMutableBuffer { target in
        guard let base = target.baseAddress else { return }
        Parallel.forEach(channels) { channel in
          for plane in 0..<count {
            let k = first + plane - low.z
            guard k >= 0, k < size.z else { continue }
            for j in 0..<size.y {
              let source =
                values + channel * channelStride + (plane * padded.y + j + low.y) * padded.x + low.x
              (base + ((channel * size.z + k) * size.y + j) * size.x).update(from: source, count: size.x)
            }
          }
        }
      }
    }
    return result
  }

  /// The strongest class of each voxel on the scan's own grid, without a volume of values for each class.
  ///
  /// - Parameter scanToNetwork: from voxel indices of the scan to those of `volume`.
  /// - Throws: what the predictor throws; `EngineError` when the two grids are not parallel.
  public func labels(
    of volume: VoxelBuffer<Float>, on scan: GridSize, scanToNetwork: Affine, predictor: Predictor
  ) throws -> VoxelBuffer<UInt16> {
    var planes: LabelPlanes?
    let extent = paddedSize(volume.size)
    let offset = lowPadding(volume.size)
    let map =
      Affine.translation(SIMD3(Double(offset.x), Double(offset.y), Double(offset.z))) * scanToNetwork
    try run(volume, predictor: predictor) { channels in
      planes = try LabelPlanes(
        channels: channels, networkSize: extent, scanSize: scan, scanToNetwork: map)
    } consumer: { first, count, values, channelStride, _, _ in
      planes?.consume(first: first, count: count, values: values, channelStride: channelStride)
    }
    return planes?.labels ?? VoxelBuffer(size: scan)
  }

  private func check(_ volume: VoxelBuffer<Float>) throws(EngineError) {
    var problems: [Problem] = []
    if volume.count == 0 { problems.append(Problem("an empty volume can't be segmented")) }
    if (0..<3).contains(where: { !(overlap[$0] >= 0 && overlap[$0] < 1) }) {
      problems.append(Problem(expected: "an overlap from 0 to below 1", found: "\(overlap)"))
    }
    if (0..<3).contains(where: { window[$0] < 1 }) {
      problems.append(
        Problem(expected: "a window of at least one voxel along each axis", found: describe(window)))
    }
    if case .custom(let map) = weighting, map.count != window.voxelCount {
      problems.append(Problem(expected: "weights for \(describe(window)) voxels", found: describe(map.size)))
    }
    guard problems.isEmpty else { throw EngineError(problems, cause: .usage) }
  }

  private func lowPadding(_ size: GridSize) -> GridIndex {
    var low = GridIndex.zero
    for axis in 0..<3 { low[axis] = max(0, window[axis] - size[axis]) / 2 }
    return low
  }

  private func paddedSize(_ size: GridSize) -> GridSize { pointwiseMax(size, window) }

  private func run(
    _ volume: VoxelBuffer<Float>, predictor: Predictor, begin: (Int) throws -> Void,
    consumer: (
      _ first: Int, _ count: Int, UnsafePointer<Float>, _ channelStride: Int, _ low: GridIndex,
      _ padded: GridSize
    ) throws -> Void
  ) throws {
    try check(volume)
    let low = lowPadding(volume.size)
    let size = paddedSize(volume.size)
    let padded =
      size == volume.size
      ? volume : volume.padded(before: low, after: size &- volume.size &- low, with: boundary)
    let layout = WindowLayout(size: size, window: window, overlap: overlap)
    let weights = layout.weights(weighting)
    // Batches run on over the layers, so that only the last one may be short. A layer is finished when the
    // first window of a later one comes.
    let starts = layout.starts[2].flatMap { k in
      layout.starts[1].flatMap { j in layout.starts[0].map { i in GridIndex(i, j, k) } }
    }
    var blending: WindowBlending?
    for first in stride(from: 0, to: starts.count, by: batchSize) {
      let batch = Array(starts[first..<min(first + batchSize, starts.count)])
      let prediction = try predict(padded, batch, predictor)
      let channels = prediction.shape[1]
      if blending == nil {
        try begin(channels)
        blending = WindowBlending(layout: layout, channels: channels, weights: weights)
      }
      let strides = prediction.strides
      try prediction.withFloats { values in
        for (index, start) in batch.enumerated() {
          try blending?.finish(before: start.z) { first, count, values, channelStride in
            try consumer(first, count, values, channelStride, low, size)
          }
          blending?.add(
            values + index * strides[0], strides: Array(strides.dropFirst()), start: start)
        }
      }
    }
    try blending?.finish(before: size.z) { first, count, values, channelStride in
      try consumer(first, count, values, channelStride, low, size)
    }
  }

  private func predict(
    _ volume: VoxelBuffer<Float>, _ starts: [GridIndex], _ predictor: Predictor
  ) throws -> Tensor {
    let windows = try starts.map { start in
      try Tensor(borrowing: volume.cropped(to: GridBox(lower: start, upper: start &+ window)))
    }
    let prediction = try predictor(Tensor.stacked(windows)).to(.float32).to(Device.cpu)
    let expected = [starts.count, window.x, window.y, window.z]
    let shape = prediction.shape
    guard shape.count == 5, [shape[0]] + shape.dropFirst(2) == expected else {
      throw EngineError(
        "expected a prediction of \(expected[0]) windows of \(describe(window)) voxels, found the shape \(shape)"
      )
    }
    return prediction
  }
}
