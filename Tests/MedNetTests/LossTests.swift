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
