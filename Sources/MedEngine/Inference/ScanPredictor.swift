internal import MedImage
internal import MedNet
internal import MedRecord
internal import MedStudy
internal import MedTensor
internal import MedVoxel

/// Segments prepared scans with a network, as a plan says.
struct ScanPredictor {
  private let plan: Plan
  private let network: any Network
  private let device: Device
  private let sliding: SlidingWindow

  init(plan: Plan, network: any Network, device: Device) {
    self.plan = plan
    self.network = network
    self.device = device
    let patch = plan.sampling.patchSize
    sliding = SlidingWindow(
      window: GridSize(patch[0], patch[1], patch[2]),
      overlap: SIMD3(repeating: plan.inference.overlap), batchSize: plan.inference.batchSize,
      boundary: .border)
  }

  /// Labels on the scan's own grid.
  /// - Parameter scanToNetwork: from voxel indices of the scan to those of `volume`.
  func labels(
    of volume: VoxelBuffer<Float>, on scan: GridSize, scanToNetwork: Affine
  ) throws -> VoxelBuffer<UInt16> {
    try inferring {
      try sliding.labels(of: volume, on: scan, scanToNetwork: scanToNetwork, predictor: predict)
    }
  }

  private func predict(_ windows: Tensor) throws -> Tensor {
    let input = try windows.to(device)
    return try withPrecision(plan.optimization.precision.tensorPrecision) {
      var sum = try logits(input)
      let mirrorings = subsets(plan.inference.mirroredAxes).dropFirst()
      for axes in mirrorings {
        let flipped = axes.map { $0 + 2 }
        sum = try sum + logits(input.flipped(flipped)).flipped(flipped)
      }
      return mirrorings.isEmpty ? sum : try sum / Double(mirrorings.count + 1)
    }
  }

  /// At the input's resolution; MedicalNet's head gives a quarter of it.
  private func logits(_ input: Tensor) throws -> Tensor {
    let output = try network(input, .inference).to(.float32)
    let size = Array(input.shape.dropFirst(2))
    return Array(output.shape.dropFirst(2)) == size ? output : try output.resized(to: size)
  }

  /// Every choice of axes, the empty one first.
  private func subsets(_ axes: [Int]) -> [[Int]] {
    axes.reduce([[]]) { sets, axis in sets + sets.map { $0 + [axis] } }
  }
}
