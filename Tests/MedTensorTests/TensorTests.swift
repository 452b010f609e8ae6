import MedTensor
import MedVoxel
import Testing

@Suite struct TensorTests {
  @Test func elementsAndShapeComeBack() throws {
    let tensor = try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
    #expect(tensor.shape == [2, 3])
    #expect(tensor.strides == [3, 1])
    #expect(tensor.dtype == .float32)
    #expect(try tensor.transposed([1, 0]).floats() == [1, 4, 2, 5, 3, 6])
    #expect(try tensor.elements(as: Int32.self) == [1, 2, 3, 4, 5, 6])
    #expect(try Tensor(bytes: tensor.bytes(), dtype: .float32, shape: [3, 2]).floats() == tensor.floats())
  }

  @Test func everyTypeConvertsToEveryOther() throws {
    for source in DType.allCases {
      for target in DType.allCases {
        let converted = try Tensor([0, 1] as [Float]).to(source).to(target)
        #expect(converted.dtype == target)
        #expect(try converted.floats() == [0, 1])
      }
    }
  }

  @Test func arithmeticBroadcasts() throws {
    let a = try Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])
    let b = try Tensor([10, 20] as [Float], shape: [2])
    #expect(try (a + b).floats() == [11, 22, 13, 24])
    #expect(try (2 * a - 1).floats() == [1, 3, 5, 7])
    #expect(try (1 / a).floats() == [1, 0.5, 1 / 3, 0.25])
    #expect(try (Tensor([1, 2] as [Int64]) + 1).dtype == .int64)
    #expect(try a.matrixProduct(a).floats() == [7, 10, 15, 22])
  }

  @Test func reductionsByHand() throws {
    let a = try Tensor([1, 5, 3, 4, 2, 6] as [Float], shape: [2, 3])
    #expect(try a.sum().item() == 21)
    #expect(try a.mean(axes: [1]).floats() == [3, 4])
    #expect(try a.largest(axes: [0]).floats() == [4, 5, 6])
    #expect(try a.argmax(axis: 1).elements(as: Int64.self) == [1, 2])
    #expect(try a.product(axes: [0, 1]).item() == 720)
    #expect(try a.variance(axes: [1], correction: 0).floats() == [8.0 / 3, 8.0 / 3])
    let (values, indices) = try a.top(2)
    #expect(try values.floats() == [5, 3, 6, 4])
    #expect(try indices.elements(as: Int64.self) == [1, 2, 2, 0])
  }

  @Test func shapesByHand() throws {
    let a = try Tensor.range(to: 6).reshaped([2, 3])
    #expect(try a.narrowed(0..<3, axis: 1, step: 2).floats() == [0, 2, 3, 5])
    #expect(try a.flipped([1]).floats() == [2, 1, 0, 5, 4, 3])
    #expect(try a.padded([(1, 0)]).floats() == [0, 0, 1, 2, 0, 3, 4, 5])
    #expect(try Tensor.concatenated([a, a], axis: 0).shape == [4, 3])
    #expect(try Tensor.stacked([a, a], axis: 1).shape == [2, 2, 3])
    #expect(try a.unstacked(axis: 0).map { try $0.floats() } == [[0, 1, 2], [3, 4, 5]])
    #expect(try a.rolled([1], axes: [1]).floats() == [2, 0, 1, 5, 3, 4])
    #expect(try Tensor([1, 0] as [Int64]).oneHot(classes: 3).floats() == [0, 1, 0, 1, 0, 0])
  }

  @Test func resizingByHand() throws {
    let a = try Tensor([0, 1] as [Float], shape: [1, 1, 2])
    #expect(try a.resized(to: [4]).floats() == [0, 0.25, 0.75, 1])
    #expect(try a.resized(to: [4], interpolation: .nearest).floats() == [0, 0, 1, 1])
    #expect(try a.resized(by: [1.5], interpolation: .nearestExact).shape == [1, 1, 3])
  }

  @Test func refusalsNameShapesAndDoNotCrash() throws {
    let a = try Tensor.zeros([2, 3])
    let b = try Tensor.zeros([4, 5])
    for refused: () throws -> Tensor in [
      { try a + b }, { try a.matrixProduct(b) }, { try a.reshaped([5]) }, { try a.narrowed(2..<9, axis: 1) },
      { try a.transposed([0, 0]) }, { try a.removingAxis(0) }, { try a.sum(axes: [7]) },
      { try Tensor([1, 2] as [Float], shape: [3]) }, { try Tensor.concatenated([], axis: 0) },
      { try a.convolved(weight: b, stride: [1], padding: [0], dilation: [1]) },
      { try Tensor(bytes: [0, 1, 2], dtype: .float32, shape: [1 << 40, 1 << 40]) },
    ] {
      #expect(throws: TensorError.self) { try refused() }
    }
    let error = #expect(throws: TensorError.self) { try a + b }
    #expect(error?.description.contains("[2, 3]") == true)
    #expect(error?.description.contains("[4, 5]") == true)
  }

  @Test func hugeTensorsAreAnEnvironmentError() throws {
    let error = #expect(throws: TensorError.self) { try Tensor.zeros([1 << 50]) }
    #expect(error?.cause == .environment)
  }

  @Test func devicesThatAreMissingAreNamed() throws {
    #expect(try Device(named: "cuda:1") == .cuda(1))
    #expect(throws: TensorError.self) { try Device(named: "tpu") }
    #expect(throws: TensorError.self) { try Device(named: "cuda:x") }
    guard !Device.cuda(7).isAvailable else { return }
    let error = #expect(throws: TensorError.self) { try Tensor.zeros([1], device: .cuda(7)) }
    #expect(error?.description.contains("cuda:7") == true)
  }
}
