import MedTensor
import Testing

@Suite struct AutogradTests {
  @Test func gradientOfASquare() throws {
    let x = try Tensor([1, 2, 3] as [Float]).requiringGradient()
    try x.squared().sum().backward()
    #expect(try x.gradient()?.floats() == [2, 4, 6])
    try x.squared().sum().backward()
    #expect(try x.gradient()?.floats() == [4, 8, 12])
    try x.setGradient(nil)
    #expect(try x.gradient() == nil)
  }

  @Test func nothingIsRecordedWithoutGradient() throws {
    let x = try Tensor([1, 2] as [Float]).requiringGradient()
    #expect(try !withoutGradient { try x + 1 }.requiresGradient)
    #expect(try !inferring { try x + 1 }.requiresGradient)
    #expect(try (x + 1).requiresGradient)
    #expect(try withoutGradient { try withGradient { try x + 1 } }.requiresGradient)
    #expect(try !x.detached().requiresGradient)
  }

  @Test func backwardOfWhatWasChangedInPlaceIsRefused() throws {
    let x = try Tensor([1, 2] as [Float]).requiringGradient()
    let y = try x.exponential()
    let z = try y.squared().sum()
    try y.detached().fillInPlace(0)
    #expect(throws: TensorError.self) { try z.backward() }
    #expect(throws: TensorError.self) { try x.fillInPlace(0) }
  }

  @Test func replacingAValueKeepsTheTensor() throws {
    let x = try Tensor([1, 2] as [Float]).requiringGradient()
    let same = x
    try x.replaceValue(with: Tensor([3, 4] as [Double]))
    #expect(same.dtype == .float64)
    try same.squared().sum().backward()
    #expect(try x.gradient()?.floats() == [6, 8])
  }
}

@Suite struct GeneratorTests {
  @Test func sameSeedSameNumbers() throws {
    let first = try Tensor.normal([100], using: Generator(seed: 7)).floats()
    #expect(try Tensor.normal([100], using: Generator(seed: 7)).floats() == first)
    #expect(try Tensor.normal([100], using: Generator(seed: 8)).floats() != first)
  }

  @Test func aRestoredGeneratorGoesOnAlike() throws {
    let generator = try Generator(seed: 3)
    _ = try Tensor.normal([37], using: generator)
    let state = try generator.state()
    let next = try Tensor.uniform([50], using: generator).floats()
    let other = try Generator(seed: 99)
    try other.restore(state)
    #expect(try Tensor.uniform([50], using: other).floats() == next)
    #expect(throws: TensorError.self) { try other.restore([1, 2, 3]) }
  }

  @Test func momentsAreRight() throws {
    let generator = try Generator(seed: 1)
    let draws = try Tensor.normal([20000], mean: 2, deviation: 3, using: generator)
    // Four standard errors of the mean: 4·3/√20000.
    #expect(abs(try draws.mean().item() - 2) < 0.085)
    let coins = try Tensor.bernoulli([20000], probability: 0.3, using: generator)
    #expect(abs(try coins.mean().item() - 0.3) < 0.013)
    #expect(try Tensor.permutation(10, using: generator).elements(as: Int64.self).sorted() == Array(0..<10))
  }
}
