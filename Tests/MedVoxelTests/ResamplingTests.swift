import MedTestSupport
import MedVoxel
import Testing

/// Noise of the given shape.
func noise(_ size: GridSize, channels: Int = 1, seed: UInt64 = 1) -> VoxelBuffer<Float> {
  var stream = RandomStream(seed: seed)
  return VoxelBuffer(
    channels: channels, size: size,
    elements: (0..<channels * size.voxelCount).map { _ in Float(stream.uniform()) })
}

func largestDifference(_ a: VoxelBuffer<Float>, _ b: VoxelBuffer<Float>) -> Float {
  guard a.size == b.size, a.channels == b.channels else { return .infinity }
  return zip(a.elements, b.elements).map { abs($0 - $1) }.max() ?? 0
}

@Suite struct ResamplingTests {
  static let boundaries: [Boundary] = [.zeros, .constant(3), .border, .reflection, .mirror]
  /// A turn by 90° with flip, spacing change and shift: along the axes.
  static let aligned = Affine(i: [0, 0.7, 0], j: [0, 0, -1.3], k: [0.9, 0, 0], origin: [-0.6, 0.2, 6.3])
  static let oblique = Affine(
    i: [0.9, 0.2, -0.1], j: [-0.2, 0.8, 0.1], k: [0.1, 0.05, 1.1], origin: [-0.7, 0.4, -0.9])

  /// Straight from the definition.
  func reference(
    _ input: VoxelBuffer<Float>, at p: SIMD3<Double>, _ boundary: Boundary
  ) -> Double {
    func fold(_ c: Double, _ n: Int) -> Double {
      var c = c
      let n = Double(n)
      switch boundary {
      case .constant, .border: break
      case .reflection:
        while c < -0.5 || c > n - 0.5 { c = c < -0.5 ? -1 - c : 2 * n - 1 - c }
      case .mirror:
        while c < 0 || c > n - 1 { c = n == 1 ? 0 : (c < 0 ? -c : 2 * (n - 1) - c) }
      }
      if case .constant = boundary { return c }
      return min(max(c, 0), n - 1)
    }
    let size = input.size
    let q = SIMD3(fold(p.x, size.x), fold(p.y, size.y), fold(p.z, size.z))
    let low = q.rounded(.down)
    var sum = 0.0
    for corner in 0..<8 {
      var weight = 1.0
      var index = SIMD3<Int>.zero
      for axis in 0..<3 {
        let high = corner >> axis & 1
        let f = q[axis] - low[axis]
        weight *= high == 1 ? f : 1 - f
        index[axis] = Int(low[axis]) + high
      }
      var value = 0.0
      if (0..<3).allSatisfy({ index[$0] >= 0 && index[$0] < size[$0] }) {
        value = Double(input[0, index.x, index.y, index.z])
      } else if case .constant(let fill) = boundary {
        value = fill
      }
      sum += weight * value
    }
    return sum
  }

  @Test(arguments: boundaries) func linearFollowsItsDefinition(_ boundary: Boundary) throws {
    for (map, size) in [
      (Self.aligned, GridSize(9, 7, 5)), (Self.oblique, GridSize(11, 6, 7)),
      (Self.oblique, GridSize(70, 3, 2)),
    ] {
      for inputSize in [GridSize(6, 7, 8), GridSize(1, 5, 2)] {
        let input = noise(inputSize)
        let output = try input.resampled(to: size, by: map, boundary: boundary)
        var worst = 0.0
        for k in 0..<size.z {
          for j in 0..<size.y {
            for i in 0..<size.x {
              let expected = reference(input, at: map([Double(i), Double(j), Double(k)]), boundary)
              worst = max(worst, abs(Double(output[0, i, j, k]) - expected))
            }
          }
        }
        // A few roundings of single precision on values up to 3.
        #expect(worst < 2e-6)
      }
    }
  }

  @Test(arguments: [Interpolation.nearest, .linear, .cubic], boundaries)
  func bothPathsAgree(_ interpolation: Interpolation, _ boundary: Boundary) throws {
    let input = noise([9, 8, 7], channels: 2)
    // A zero displacement forces the general path.
    let size = GridSize(20, 5, 17)
    let still = Displacement.dense(VoxelBuffer<Float>(channels: 3, size: size))
    let a = try input.resampled(to: size, by: Self.aligned, interpolation: interpolation, boundary: boundary)
    let b = try input.resampled(
      to: size, by: Self.aligned, interpolation: interpolation, boundary: boundary, displacement: still)
    #expect(largestDifference(a, b) < 2e-6)
  }

  @Test func cubicPassesThroughTheVoxels() throws {
    for boundary in Self.boundaries {
      let input = noise([7, 5, 70])
      let output = try input.resampled(
        to: input.size, by: .identity, interpolation: .cubic, boundary: boundary)
      #expect(largestDifference(input, output) < 2e-6)
    }
  }

  @Test func cubicReproducesALine() throws {
    // Splines of degree 3 reproduce polynomials, away from the edges' continuation.
    let input = VoxelBuffer<Float>(size: [60, 1, 1], elements: (0..<60).map { Float($0) })
    let output = try input.resampled(
      to: [10, 1, 1], by: .translation([25.3, 0, 0]), interpolation: .cubic)
    for i in 0..<10 { #expect(abs(output[0, i, 0, 0] - (25.3 + Float(i))) < 1e-4) }
  }

  @Test func halfwayPositions() throws {
    let input = VoxelBuffer<UInt16>(size: [4, 1, 1], elements: [10, 11, 12, 13])
    let half = Affine.translation([0.5, 0, 0])
    #expect(try input.resampledNearest(to: [4, 1, 1], by: half).elements == [10, 12, 12, 13])
    #expect(try input.resampledNearest(to: [4, 1, 1], by: half, rounding: .up).elements == [11, 12, 13, 13])
    #expect(
      try input.resampledNearest(to: [4, 1, 1], by: half, boundary: .zeros, rounding: .up).elements
        == [11, 12, 13, 0])
  }

  @Test func controlGridOfConstantShiftMovesEverything() throws {
    let input = noise([12, 11, 10])
    for interpolation in [Interpolation.linear, .cubic] {
      var points = VoxelBuffer<Float>(channels: 3, size: [5, 4, 6])
      for k in 0..<6 {
        for j in 0..<4 { for i in 0..<5 { points[0, i, j, k] = 1.25; points[2, i, j, k] = -0.5 } }
      }
      let grid = ControlGrid(values: points, interpolation: interpolation, spanning: input.size)
      let a = try input.resampled(
        to: input.size, by: .identity, boundary: .reflection, displacement: .control(grid))
      let b = try input.resampled(
        to: input.size, by: .translation([1.25, 0, -0.5]), boundary: .reflection)
      #expect(largestDifference(a, b) < 2e-6)
    }
  }

  @Test func positionsThatAreNotNumbersStayInside() throws {
    let input = noise([5, 5, 5])
    let field = VoxelBuffer<Float>(channels: 3, size: [4, 4, 4], repeating: .nan)
    for boundary in Self.boundaries {
      for interpolation in Interpolation.allCases {
        _ = try input.resampled(
          to: [4, 4, 4], by: .identity, interpolation: interpolation, boundary: boundary,
          displacement: .dense(field))
        _ = try input.resampled(
          to: [4, 4, 4], by: Affine(spacing: [1e300, .infinity, .nan]), interpolation: interpolation,
          boundary: boundary)
      }
    }
  }

  @Test func misfitsAreRefused() {
    let field = VoxelBuffer<Float>(channels: 2, size: [4, 4, 4])
    #expect(throws: VoxelError.self) {
      try noise([3, 3, 3]).resampled(to: [4, 4, 4], by: .identity, displacement: .dense(field))
    }
    #expect(throws: VoxelError.self) {
      try VoxelBuffer<Float>(size: [0, 3, 3]).resampled(to: [4, 4, 4], by: .identity)
    }
  }
}
