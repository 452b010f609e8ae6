import Foundation
import MedVoxel
import Testing

@Suite struct ArithmeticTests {
  @Test func rescalingByHand() {
    var buffer = VoxelBuffer<Float>(size: [5, 1, 1], elements: [0, 1, 2, 10, .nan])
    buffer.rescale(subtracting: 1, multiplyingBy: 2, adding: 0.5, limits: 0...5, in: .nonzero)
    #expect(Array(buffer.elements.prefix(4)) == [0, 0.5, 2.5, 5])
    #expect(buffer.elements[4].isNaN)
    let mask = VoxelBuffer<UInt8>(size: [2, 1, 1], elements: [0, 1])
    var two = VoxelBuffer<Float>(channels: 2, size: [2, 1, 1], elements: [1, 1, 3, 3])
    two.rescale(subtracting: 0, multiplyingBy: 2, of: 1..<2, in: .mask(mask))
    #expect(two.elements == [1, 1, 3, 6])
  }

  @Test func powersMatchTheLibrary() {
    for exponent in [0.3, 1, 2, 4.5, 0] {
      var buffer = noise([50, 10, 3])
      buffer[0, 0, 0, 0] = 0
      let input = buffer.elements
      buffer.applyPower(exponent, subtracting: -0.1, multiplyingBy: 0.9, scaledBy: 2, adding: 1)
      for (x, y) in zip(input, buffer.elements) {
        let expected = pow((Double(x) + 0.1) * 0.9, exponent) * 2 + 1
        #expect(abs(Double(y) - expected) <= 1e-6 * expected)
      }
    }
    var negative = VoxelBuffer<Float>(size: [3, 1, 1], elements: [-1, 0, .nan])
    negative.applyPower(0.5)
    #expect(Array(negative.elements.prefix(2)) == [0, 0])
    #expect(negative.elements[2].isNaN)
  }

  @Test func exponential() {
    var buffer = VoxelBuffer<Float>(size: [5, 1, 1], elements: [0, 1, -3.5, 20, -300])
    let input = buffer.elements
    buffer.exponentiate()
    for (x, y) in zip(input, buffer.elements) { #expect(abs(y - exp(x)) <= 1e-6 * exp(x)) }
  }

  @Test func fields() {
    var a = VoxelBuffer<Float>(channels: 2, size: [2, 1, 1], elements: [1, 2, 3, 4])
    let b = VoxelBuffer<Float>(size: [2, 1, 1], elements: [10, 100])
    a.multiply(by: b)
    #expect(a.elements == [10, 200, 30, 400])
    a.add(b, times: -1)
    #expect(a.elements == [0, 100, 20, 300])
    var c = VoxelBuffer<Float>(size: [2, 1, 1], elements: [3, 5])
    c.combineMagnitude(with: VoxelBuffer(size: [2, 1, 1], elements: [4, 12]))
    #expect(c.elements == [5, 13])
    a.multiply(by: a)
    #expect(a.elements == [0, 10000, 400, 90000])
  }

  @Test func noiseIsNormal() {
    let field = VoxelBuffer<Float>(size: [100, 100, 50], normalNoise: RandomStream(seed: 3))
    let statistics = field.statistics()
    // Standard errors of 500,000 draws: 0.0014 for the mean, 0.001 for the deviation.
    #expect(abs(statistics.mean) < 0.006 && abs(statistics.deviation - 1) < 0.005)
    let tail = field.elements.filter { abs($0) > 1.959964 }.count
    #expect(abs(Double(tail) / 500_000 - 0.05) < 0.002)
    #expect(statistics.maximum < 6.5 && statistics.maximum > 4)
    // Neighbours in the order of drawing are not correlated.
    let values = field.elements
    for lag in [1, 16, 32, 100] {
      let products = zip(values, values.dropFirst(lag)).reduce(0.0) { $0 + Double($1.0 * $1.1) }
      #expect(abs(products / 500_000) < 0.008)
    }
  }

  @Test func noiseIsAFunctionOfKeyAndIndex() {
    let stream = RandomStream(seed: 5)
    let large = VoxelBuffer<Float>(size: [70_000, 2, 1], normalNoise: stream)
    let small = VoxelBuffer<Float>(size: [70, 1, 1], normalNoise: stream)
    #expect(Array(large.elements.prefix(70)) == small.elements)
    var added = VoxelBuffer<Float>(size: [70_000, 2, 1])
    added.addNormalNoise(deviation: 1, from: stream)
    #expect(added == large)
    #expect(VoxelBuffer<Float>(size: [70, 1, 1], normalNoise: stream.stream("other")) != small)
    let uniform = VoxelBuffer<Float>(size: [1000, 10, 1], uniformNoise: stream, from: 2, to: 4).statistics()
    #expect(uniform.minimum >= 2 && uniform.maximum < 4 && abs(uniform.mean - 3) < 0.03)
  }
}
