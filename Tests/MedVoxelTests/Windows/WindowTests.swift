import Testing

@testable import MedVoxel

struct WindowTests {
  @Test func startsAreEvenAndTheLastIsShiftedBack() {
    let layout = WindowLayout(
      size: [100, 32, 5], window: [32, 32, 5], overlap: SIMD3(repeating: 0.25))
    #expect(layout.starts == [[0, 24, 48, 68], [0], [0]])
    #expect(layout.count == 4)
  }

  @Test func stepsInVoxels() {
    let layout = WindowLayout(size: [14, 10, 6], window: [6, 7, 9], steps: [3, 2, 1])
    #expect(layout.starts == [[0, 3, 6, 8], [0, 2, 3], [0]])
  }

  @Test func gaussianWeightsAreSymmetricAndNeverVanish() {
    let layout = WindowLayout(size: [9, 9, 9], window: [9, 9, 9], overlap: .zero)
    let weights = layout.weights(.gaussian(deviation: 0.125))
    #expect(weights.max() == 1)
    #expect(weights.min() ?? 0 >= 1e-3)
    #expect(weights == weights.reversed())
    #expect(layout.weights(.constant).allSatisfy { $0 == 1 })
  }

  /// Blending a volume's own windows gives the volume back, whatever the overlap and weights.
  @Test(
    arguments: [
      (GridSize(7, 9, 11), GridSize(4, 9, 3), 0.5), ([5, 5, 5], [5, 5, 5], 0.0),
      ([6, 1, 8], [2, 1, 3], 0.7),
    ] as [(GridSize, GridSize, Double)])
  func blendsWindowsOfAVolumeIntoTheVolume(_ size: GridSize, _ window: GridSize, _ overlap: Double) throws {
    var random = RandomStream(seed: 1)
    let channels = 3
    let volume = VoxelBuffer<Float>(
      channels: channels, size: size,
      elements: (0..<channels * size.voxelCount).map { _ in Float(random.uniform()) })
    let layout = WindowLayout(size: size, window: window, overlap: SIMD3(repeating: overlap))
    var blending = WindowBlending(
      layout: layout, channels: channels, weights: layout.weights(.gaussian(deviation: 0.25)))
    var result = VoxelBuffer<Float>(channels: channels, size: size)
    for (position, k) in layout.starts[2].enumerated() {
      for j in layout.starts[1] {
        for i in layout.starts[0] {
          let start = GridIndex(i, j, k)
          let part = volume.cropped(to: GridBox(lower: start, upper: start &+ window))
          part.withUnsafeBuffer {
            blending.add(
              $0.baseAddress!, strides: [window.voxelCount, 1, window.x, window.x * window.y], start: start)
          }
        }
      }
      let next = position + 1 < layout.starts[2].count ? layout.starts[2][position + 1] : size.z
      try blending.finish(before: next) { first, count, values, stride in
        for channel in 0..<channels {
          for plane in 0..<count {
            for j in 0..<size.y {
              for i in 0..<size.x {
                result[channel, i, j, first + plane] =
                  values[channel * stride + i + size.x * (j + size.y * plane)]
              }
            }
          }
        }
      }
    }
    for (a, b) in zip(result.elements, volume.elements) { #expect(abs(a - b) < 1e-5) }
  }

  /// On the network's own grid, planes delivered piecemeal give the argmax of the whole.
  @Test(arguments: [1, 2, 5])
  func labelsOnTheSameGridAreTheArgmax(_ step: Int) throws {
    let size = GridSize(4, 3, 5)
    var random = RandomStream(seed: 2)
    let values = (0..<3 * size.voxelCount).map { _ in Float(random.normal()) }
    let labels = try deliver(values, channels: 3, size, scan: size, map: .identity, step: step)
    for voxel in 0..<size.voxelCount {
      let scores = (0..<3).map { values[$0 * size.voxelCount + voxel] }
      #expect(Int(labels.elements[voxel]) == scores.firstIndex(of: scores.max()!))
    }
  }

  /// A scan with other axes, directions and spacing gets what interpolating every class and then argmax gives.
  @Test(arguments: [1, 3])
  func labelsOnAnotherGridFollowLinearInterpolation(_ step: Int) throws {
    let size = GridSize(5, 6, 7)
    var random = RandomStream(seed: 3)
    let values = (0..<3 * size.voxelCount).map { _ in Float(random.normal()) }
    // Scan axis I runs along network axis K backwards, J along I, K along J; half the network's spacing.
    let map = Affine(i: [0, 0, -0.5], j: [0.5, 0, 0], k: [0, 0.5, 0], origin: [-0.3, 0.2, 6.1])
    let scan = GridSize(14, 10, 11)
    let labels = try deliver(values, channels: 3, size, scan: scan, map: map, step: step)
    let volume = VoxelBuffer<Float>(channels: 3, size: size, elements: values)
    let expected = try volume.resampled(to: scan, by: map)
    var differing = 0
    for voxel in 0..<scan.voxelCount {
      let scores = (0..<3).map { expected.elements[$0 * scan.voxelCount + voxel] }
      if Int(labels.elements[voxel]) != scores.firstIndex(of: scores.max()!) { differing += 1 }
    }
    #expect(differing <= 2)  // ties within rounding
  }

  @Test func refusesGridsThatAreNotParallel() {
    let oblique = Affine(i: [0.8, 0.6, 0], j: [-0.6, 0.8, 0], k: [0, 0, 1])
    #expect(throws: VoxelError.self) {
      try LabelPlanes(channels: 2, networkSize: [8, 8, 8], scanSize: [8, 8, 8], scanToNetwork: oblique)
    }
  }

  private func deliver(
    _ values: [Float], channels: Int, _ size: GridSize, scan: GridSize, map: Affine, step: Int
  ) throws -> VoxelBuffer<UInt16> {
    var planes = try LabelPlanes(
      channels: channels, networkSize: size, scanSize: scan, scanToNetwork: map)
    values.withUnsafeBufferPointer { values in
      for first in stride(from: 0, to: size.z, by: step) {
        planes.consume(
          first: first, count: min(step, size.z - first),
          values: values.baseAddress! + first * size.x * size.y, channelStride: size.voxelCount)
      }
    }
    return planes.labels
  }
}
