import Foundation
import MedTestSupport
import MedVoxel
import Testing

@Suite struct FilteringTests {
  static let boundaries: [Boundary] = [.zeros, .constant(2), .border, .reflection, .mirror]

  /// One axis at a time, straight from the definition.
  func reference(_ input: VoxelBuffer<Float>, _ kernels: [[Float]], _ boundary: Boundary) -> VoxelBuffer<
    Float
  > {
    var current = input
    for axis in 0..<3 {
      let radius = kernels[axis].count / 2
      let n = input.size[axis]
      var next = current
      for k in 0..<input.size.z {
        for j in 0..<input.size.y {
          for i in 0..<input.size.x {
            var sum: Float = 0
            for t in -radius...radius {
              var at = SIMD3(i, j, k)
              var p = at[axis] + t
              var value: Float?
              switch boundary {
              case .constant(let fill): if p < 0 || p >= n { value = Float(fill) }
              case .border: p = min(max(p, 0), n - 1)
              case .reflection: while p < 0 || p >= n { p = p < 0 ? -1 - p : 2 * n - 1 - p }
              case .mirror: while p < 0 || p >= n { p = n == 1 ? 0 : (p < 0 ? -p : 2 * n - 2 - p) }
              }
              at[axis] = p
              sum += kernels[axis][t + radius] * (value ?? current[0, at.x, at.y, at.z])
            }
            next[0, i, j, k] = sum
          }
        }
      }
      current = next
    }
    return current
  }

  @Test(arguments: boundaries) func convolutionFollowsItsDefinition(_ boundary: Boundary) {
    let kernels: [[Float]] = [
      [0.1, 0.2, 0.4, 0.3, -0.1], [0.5, 0.25, 0.125], [1, -2, 3, 1, 0.5, 0.25, 0.125],
    ]
    for size in awkwardSizes + [[70, 5, 4], [67, 2, 9]] {
      let input = noise(size)
      var output = input
      output.convolve(kernels, boundary: boundary)
      #expect(largestDifference(output, reference(input, kernels, boundary)) < 1e-5, "\(size)")
    }
  }

  @Test func gaussianWeights() {
    let sampled = GaussianWeights.sampled.kernel(deviation: 1, truncation: 4)
    #expect(sampled.count == 9)
    #expect(abs(sampled.reduce(0, +) - 1) < 1e-6)
    #expect(abs(sampled[4] / sampled[5] - Float(exp(0.5))) < 1e-5)
    // Φ(0.5) − Φ(−0.5) = 0.38292492.
    let integrated = GaussianWeights.integrated.kernel(deviation: 1, truncation: 4)
    #expect(integrated.count == 9)
    #expect(abs(integrated[4] - 0.38292492) < 1e-6)
    #expect(GaussianWeights.sampled.kernel(deviation: 0, truncation: 4) == [1])
  }

  @Test func smoothingKeepsAConstant() {
    let flat = VoxelBuffer<Float>(channels: 2, size: [9, 5, 3], repeating: 7)
    let smooth = flat.smoothed(deviation: [1.5, 0, 2])
    #expect(largestDifference(flat, smooth) < 1e-5)
  }
}
