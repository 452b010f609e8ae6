import MedCheckpoint
import MedNet
import MedTensor
import MedVoxel
import Testing

@Suite struct LoadingTests {
  func store() throws -> ParameterStore {
    let store = ParameterStore()
    _ = try ConvolutionLayer(store.root / "a", axes: 2, from: 1, to: 2)
    _ = try Normalization(store.root / "b", .batch(), channels: 2)
    return store
  }

  @Test func everyProblemIsNamedAtOnce() throws {
    let store = try store()
    let error = #expect(throws: TensorError.self) {
      try store.load(["a.weight": Tensor.zeros([2, 1, 5, 5]), "c.bias": Tensor.zeros([1])])
    }
    let text = try #require(error?.description)
    for key in ["a.weight", "a.bias", "b.running_mean", "c.bias", "[2, 1, 5, 5]", "[2, 1, 3, 3]"] {
      #expect(text.contains(key), "\(key)")
    }
  }

  @Test func aRefusedCheckpointChangesNothing() throws {
    let store = try store()
    #expect(throws: TensorError.self) { try store.load(["a.bias": Tensor.ones([2])]) }
    #expect(try store["a.bias"]?.floats() == [0, 0])
  }

  @Test func partialLoadingReportsItsCoverage() throws {
    let store = try store()
    let report = try store.load(
      ["module.a.bias": Tensor.ones([2]), "module.x": Tensor.zeros([1])], keyMap: .dataParallel,
      agreement: .partial)
    #expect(report.loaded == ["a.bias"])
    #expect(report.unexpected == ["x"])
    #expect(report.coverage == 2.0 / 24)
    #expect(try store["a.bias"]?.floats() == [1, 1])
    #expect(throws: TensorError.self) { try store.load(["z": Tensor.zeros([1])], agreement: .partial) }
  }

  @Test func storedTensorsGoThereAndBack() throws {
    let store = try store()
    try store["a.weight"]?.detached().copyInPlace(from: Tensor.range(to: 18).reshaped([2, 1, 3, 3]))
    let dictionary = StateDictionary(tensors: try store.stored())
    let other = try self.store()
    try other.load(dictionary)
    #expect(try other["a.weight"]?.floats() == (0..<18).map(Float.init))
  }

  @Test func twoLayersMayNotShareAPath() throws {
    let root = ParameterStore().root
    _ = try ConvolutionLayer(root, axes: 2, from: 1, to: 1)
    #expect(throws: TensorError.self) { try ConvolutionLayer(root, axes: 2, from: 1, to: 1) }
  }

  @Test func movingKeepsWhatLayersHold() throws {
    let store = ParameterStore(generator: try Generator(seed: 1))
    let layer = try ConvolutionLayer(store.root, axes: 2, from: 1, to: 1)
    try store.convert(to: .float64)
    let output = try layer(Tensor.zeros([1, 1, 4, 4], dtype: .float64), .inference)
    #expect(output.dtype == .float64)
    try store.setLearning(false) { $0 == "bias" }
    try layer(Tensor.ones([1, 1, 4, 4], dtype: .float64), .inference).sum().backward()
    #expect(try store["bias"]?.gradient() == nil)
    #expect(try store["weight"]?.gradient() != nil)
  }
}
