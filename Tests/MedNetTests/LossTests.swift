import MedNet
import MedTensor
import MedVoxel
import Testing

@Suite struct LossTests {
  @Test func perfectAndDisjointDice() throws {
    let truth = try Tensor([1, 0, 0, 1] as [Float], shape: [1, 1, 4])
    #expect(abs(try DiceLoss()(truth, truth).item()) < 1e-5)
    #expect(abs(try DiceLoss()(1 - truth, truth).item() - 1) < 1e-5)
  }

  @Test func classNumbersEqualOneChannelEach() throws {
    let logits = try Tensor.normal([2, 3, 4, 4], using: Generator(seed: 1))
    let numbers = try Tensor.uniform([2, 1, 4, 4], high: 3, using: Generator(seed: 2)).floor().to(.uint8)
    let channels = try numbers.removingAxis(1).oneHot(classes: 3).transposed([0, 3, 1, 2]).to(.float32)
    let byNumber = try DiceLoss(takesClasses: true, activation: .softmax)(logits, numbers).item()
    let byChannel = try DiceLoss(takesClasses: false, activation: .softmax)(logits, channels).item()
    #expect(abs(byNumber - byChannel) < 1e-6)
  }

  @Test func labelsOutsideTheClassesAreRefused() throws {
    let logits = try Tensor.zeros([1, 2, 4, 4])
    let error = #expect(throws: TensorError.self) {
      try DiceLoss(takesClasses: true, activation: .softmax)(
        logits, Tensor.full([1, 1, 4, 4], 2, dtype: .uint8))
    }
    #expect(error?.description.contains("0 to 1") == true)
  }

  @Test func deepSupervisionWeighsLevels() throws {
    let loss = DeepSupervisionLoss(CrossEntropyLoss())
    #expect(loss.weights(for: 6) == [1, 0.5, 0.25, 0.125, 0.0625, 0.0625])
    let target = try Tensor.zeros([1, 1, 8, 8], dtype: .uint8)
    let outputs = [try Tensor.zeros([1, 2, 8, 8]), try Tensor.zeros([1, 2, 4, 4])]
    // Two equal logits cost ln 2.
    #expect(abs(try loss(outputs, target).item() - 1.5 * 0.6931472) < 1e-5)
  }
}

/// The one-pass kernel against the composition of operations.
@Suite struct FusedLossTests {
  func run(_ shape: [Int], channelsLast: Bool, target: DType, change: (inout DiceLoss) -> Void) throws -> (
    Double, [Float]
  ) {
    var dice = DiceLoss(takesClasses: true, activation: .softmax)
    change(&dice)
    let loss = try DiceCrossEntropyLoss(dice: dice, diceFactor: 0.7, crossEntropyFactor: 1.3)
    var logits = try Tensor.normal(shape, deviation: 3, using: Generator(seed: 1))
    if channelsLast { logits = try logits.contiguous(.channelsLast(spatialAxes: shape.count - 2)) }
    try logits.requiringGradient()
    var labels = shape
    labels[1] = 1
    let classes = try Tensor.uniform(labels, high: Double(shape[1]), using: Generator(seed: 2)).floor().to(
      target)
    let value = try loss(logits, classes)
    try (value * 2).backward()
    return (try value.item(), try logits.gradient()?.floats() ?? [])
  }

  @Test func agreesWithTheComposition() throws {
    let changes: [(inout DiceLoss) -> Void] = [
      { _ in }, { $0.includesBackground = false }, { $0.poolsBatch = true }, { $0.jaccard = true },
    ]
    for shape in [[2, 3, 5, 6, 7], [1, 2, 20, 21], [2, 5, 33], [1, 14, 17, 17, 17]] {
      for channelsLast in [false, true] {
        for change in changes {
          // Wider class numbers take the long way.
          let (value, gradient) = try run(shape, channelsLast: channelsLast, target: .uint8, change: change)
          let (expected, other) = try run(shape, channelsLast: channelsLast, target: .int64, change: change)
          #expect(abs(value - expected) < 1e-5)
          let scale = other.map(abs).max() ?? 1
          #expect(zip(gradient, other).allSatisfy { abs($0 - $1) <= 1e-4 * scale })
        }
      }
    }
  }

  @Test func strayClassesAreRefused() throws {
    let loss = try DiceCrossEntropyLoss(dice: DiceLoss(takesClasses: true, activation: .softmax))
    #expect(throws: TensorError.self) {
      try loss(Tensor.zeros([1, 2, 4, 4]), Tensor.full([1, 1, 4, 4], 2, dtype: .uint8))
    }
  }
}
