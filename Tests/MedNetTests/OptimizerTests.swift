import MedNet
import MedTensor
import Testing

@Suite struct OptimizerTests {
  func store() throws -> (ParameterStore, ConvolutionLayer) {
    let store = ParameterStore(generator: try Generator(seed: 1))
    return (store, try ConvolutionLayer(store.root, axes: 3, from: 2, to: 3))
  }

  func train(
    _ layer: ConvolutionLayer, _ store: ParameterStore, _ optimizer: any Optimizer, steps: Range<Int>
  ) throws {
    for step in steps {
      try store.clearGradients()
      let x = try Tensor.normal([1, 2, 5, 5, 5], using: Generator(seed: UInt64(step)))
      try (layer(x, .training(Generator(seed: 0))) - 1).squared().mean().backward()
      try clipGradients(of: store, to: 1)
      try optimizer.step(rate: 0.05)
    }
  }

  func makers() -> [(ParameterStore) throws -> any Optimizer] {
    [
      { try GradientDescent($0, .init(momentum: 0.9, nesterov: true, decay: 1e-3)) },
      { try GradientDescent($0, .init()) },
      { try Adam($0, .init(decay: 1e-3)) }, { try Adam($0, .init(decay: 1e-2, decoupled: true)) },
    ]
  }

  /// Stopping after three steps and going on in a new process ends with the same bits.
  @Test func resumingIsExact() throws {
    for make in makers() {
      let (whole, wholeLayer) = try store()
      try train(wholeLayer, whole, make(whole), steps: 0..<6)

      let (first, firstLayer) = try store()
      let optimizer = try make(first)
      try train(firstLayer, first, optimizer, steps: 0..<3)
      let (second, secondLayer) = try store()
      try second.load(Dictionary(uniqueKeysWithValues: first.state.map { ($0.key, $0.tensor) }))
      let resumed = try make(second)
      try resumed.load(Dictionary(uniqueKeysWithValues: optimizer.state.map { ($0.key, $0.tensor) }))
      try train(secondLayer, second, resumed, steps: 3..<6)
      #expect(try second["weight"]?.floats() == whole["weight"]?.floats())
    }
  }

  @Test func lossFalls() throws {
    for make in makers() {
      let (store, layer) = try store()
      let x = try Tensor.normal([1, 2, 5, 5, 5], using: Generator(seed: 0))
      let before = try (layer(x, .inference) - 1).squared().mean().item()
      try train(layer, store, make(store), steps: 0..<20)
      #expect(try (layer(x, .inference) - 1).squared().mean().item() < before)
    }
  }

  @Test func oneStepOfGradientDescentByHand() throws {
    let store = ParameterStore()
    let weight = try store.root.parameter("w", [1], .constant(2))
    let optimizer = try GradientDescent(store, .init(momentum: 0.5, decay: 0.1))
    for expected: Float in [2 - 0.1 * (4 + 0.2), 1.58 - 0.1 * (3.16 + 0.158 + 2.1)] {
      try store.clearGradients()
      try weight.squared().sum().backward()
      try optimizer.step(rate: 0.1)
      #expect(abs(try weight.floats()[0] - expected) < 1e-6)
    }
  }

  @Test func groupsHaveRatesOfTheirOwn() throws {
    let store = ParameterStore()
    let a = try store.root.parameter("a", [1], .constant(1))
    let b = try store.root.parameter("b", [1], .constant(1))
    let optimizer = try GradientDescent(
      store, .init(), groups: [ParameterGroup(keys: ["a"]), ParameterGroup(keys: ["b"], rateFactor: 10)])
    try (a + b).sum().backward()
    try optimizer.step(rate: 0.01)
    #expect(abs(try a.floats()[0] - 0.99) < 1e-6)
    #expect(abs(try b.floats()[0] - 0.9) < 1e-6)
    #expect(throws: TensorError.self) { try Adam(store, .init(), groups: [ParameterGroup(keys: ["c"])]) }
  }

  @Test func clippingScalesTheNorm() throws {
    let store = ParameterStore()
    let a = try store.root.parameter("a", [2], .constant(1))
    try (a * Tensor([3, 4] as [Float])).sum().backward()
    #expect(abs(try clipGradients(of: store, to: 1) - 5) < 1e-6)
    let gradient = try #require(try a.gradient())
    #expect(abs(try TensorList.norm([gradient]) - 1) < 1e-5)
  }

  @Test func schedules() {
    let polynomial = Schedule(rate: 1, shape: .polynomial(exponent: 0.9), steps: 10)
    #expect(polynomial.rate(at: 0) == 1)
    #expect(polynomial.rate(at: 10) == 0)
    let cosine = Schedule(rate: 2, shape: .cosine(floor: 0.1), steps: 12, warmUp: 2)
    #expect(abs(cosine.rate(at: 0) - 2.0 / 3) < 1e-12)
    #expect(cosine.rate(at: 2) == 2)
    #expect(abs(cosine.rate(at: 7) - 1.1) < 1e-12)
    #expect(abs(cosine.rate(at: 12) - 0.2) < 1e-12)
    #expect(Schedule(rate: 1, shape: .exponential(factor: 0.5, interval: 2), steps: 9).rate(at: 5) == 0.25)
  }

  @Test func averagesFollowAndGoBack() throws {
    let store = ParameterStore()
    let a = try store.root.parameter("a", [1], .constant(1))
    let average = try ParameterAverage(store, decay: 0.5)
    try a.detached().fillInPlace(3)
    try average.update(step: 1000)
    #expect(try average.applied { try a.floats() } == [2])
    #expect(try a.floats() == [3])
  }
}
