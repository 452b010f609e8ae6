import MedTensor
import MedVoxel
import Testing

@Suite struct VoxelBridgeTests {
  let voxels = VoxelBuffer<Float>(channels: 2, size: GridSize(3, 4, 5), elements: (0..<120).map(Float.init))

  @Test func borrowingCopiesNothing() throws {
    let tensor = try Tensor(borrowing: voxels)
    #expect(tensor.shape == [2, 3, 4, 5])
    #expect(tensor.strides == [60, 1, 3, 12])
    #expect(tensor.isBorrowed)
    #expect(
      try tensor.selected(1, axis: 0).selected(2, axis: 0).selected(3, axis: 0).selected(4, axis: 0).item()
        == Double(voxels[1, 2, 3, 4]))
  }

  @Test func borrowedMemoryIsNotWritten() throws {
    let tensor = try Tensor(borrowing: voxels)
    #expect(throws: TensorError.self) { try tensor.fillInPlace(0) }
    #expect(throws: TensorError.self) { try tensor.selected(0, axis: 0).fillInPlace(0) }
    #expect(throws: TensorError.self) { try tensor.copyInPlace(from: Tensor.zeros([2, 3, 4, 5])) }
    #expect(throws: TensorError.self) { try tensor.reshaped([2, 3, 4, 5]).accumulateInPlace(tensor) }
    try tensor.cloned().fillInPlace(0)
    #expect(voxels[1, 2, 3, 4] == 119)
  }

  @Test func memoryLivesAsLongAsTheTensor() throws {
    var buffer: VoxelBuffer<Float>? = voxels
    let tensor = try Tensor(borrowing: #require(buffer)).selected(0, axis: 0)
    buffer = nil
    #expect(try tensor.sum().item() == Double((0..<60).reduce(0, +)))
  }

  @Test func writingTheBufferLeavesTheTensor() throws {
    var buffer = voxels
    let tensor = try Tensor(borrowing: buffer)
    buffer[0, 0, 0, 0] = -1
    #expect(try tensor.smallest().item() == 0)
  }

  @Test func roundTrip() throws {
    #expect(try VoxelBuffer<Float>(Tensor(borrowing: voxels)) == voxels)
    #expect(try VoxelBuffer<Float>(Tensor(copying: voxels)) == voxels)
    let copy = try Tensor(copying: voxels)
    #expect(!copy.isBorrowed)
    #expect(copy.isContiguous())
    #expect(throws: TensorError.self) { try VoxelBuffer<Float>(Tensor.zeros([2])) }
  }
}

/// Counts that other tests disturb are taken alone.
@Suite(.serialized) struct LeakTests {
  @Test func everyTensorIsReleased() async throws {
    func work() throws {
      for step in 0..<20 {
        let x = try Tensor.full([1, 2, 4, 4, 4], Double(step)).requiringGradient()
        let w = try Tensor.ones([3, 2, 3, 3, 3]).requiringGradient()
        let y = try x.convolved(weight: w, stride: [1, 1, 1], padding: [1, 1, 1], dilation: [1, 1, 1])
        try y.relu().mean().backward()
        _ = try? x + Tensor.zeros([7])
        _ = try? x.top(99)
      }
    }
    // Other suites run beside this one, so the count may move; a leak here would add hundreds.
    let before = Torch.liveTensorCount
    try work()
    #expect(Torch.liveTensorCount - before < 60)
  }
}
