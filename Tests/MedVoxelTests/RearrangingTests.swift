import MedVoxel
import Testing

@Suite struct RearrangingTests {
  let volume = VoxelBuffer<Int16>(channels: 2, size: [2, 3, 4], elements: (0..<48).map { Int16($0) })

  @Test func everyPermutationAndFlip() {
    for axes in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
      for bits in 0..<8 {
        let flipped = (0..<3).map { bits >> $0 & 1 == 1 }
        let result = volume.permuted(axes: axes, flipped: flipped)
        var agrees = true
        for c in 0..<2 {
          for k in 0..<result.size.z {
            for j in 0..<result.size.y {
              for i in 0..<result.size.x {
                var source = SIMD3<Int>.zero
                for (axis, index) in [i, j, k].enumerated() {
                  source[axes[axis]] = flipped[axis] ? volume.size[axes[axis]] - 1 - index : index
                }
                agrees = agrees && result[c, i, j, k] == volume[c, source.x, source.y, source.z]
              }
            }
          }
        }
        #expect(agrees, "\(axes) \(flipped)")
      }
    }
  }

  @Test func largePermutationOfEachElementSize() {
    func check<T: VoxelScalar>(_ type: T.Type) {
      let size = GridSize(37, 18, 33)
      let input = VoxelBuffer<T>(
        size: size, elements: (0..<size.voxelCount).map { T(nearest: Double($0 % 251)) })
      let there = input.permuted(axes: [2, 0, 1], flipped: [true, false, true])
      #expect(there.size == [33, 37, 18])
      #expect(there.permuted(axes: [1, 2, 0], flipped: [false, true, true]) == input)
    }
    check(UInt8.self)
    check(UInt16.self)
    check(Float.self)
    check(Double.self)
  }

  @Test func cropAndPadInOneCopy() {
    let line = VoxelBuffer<Int16>(size: [4, 1, 1], elements: [1, 2, 3, 4])
    let box = GridBox(lower: [-3, 0, 0], upper: [6, 1, 1])
    #expect(line.cropped(to: box).elements == [0, 0, 0, 1, 2, 3, 4, 0, 0])
    #expect(line.cropped(to: box, padding: .constant(7)).elements == [7, 7, 7, 1, 2, 3, 4, 7, 7])
    #expect(line.cropped(to: box, padding: .border).elements == [1, 1, 1, 1, 2, 3, 4, 4, 4])
    #expect(line.cropped(to: box, padding: .reflection).elements == [3, 2, 1, 1, 2, 3, 4, 4, 3])
    #expect(line.cropped(to: box, padding: .mirror).elements == [4, 3, 2, 1, 2, 3, 4, 3, 2])
    #expect(line.cropped(to: GridBox(lower: [1, 0, 0], upper: [3, 1, 1])).elements == [2, 3])
    #expect(line.centerBox(of: [7, 1, 1]) == GridBox(lower: [-1, 0, 0], upper: [6, 1, 1]))
    #expect(line.centerBox(of: [1, 1, 1]) == GridBox(lower: [1, 0, 0], upper: [2, 1, 1]))
  }

  @Test func pasting() {
    var target = VoxelBuffer<Int16>(size: [3, 2, 1])
    target.replace(at: [1, -1, 0], with: VoxelBuffer(size: [3, 2, 1], elements: [1, 2, 3, 4, 5, 6]))
    #expect(target.elements == [0, 4, 5, 0, 0, 0])
  }

  @Test func reorientingKeepsTheWorld() throws {
    let grid = Grid(
      size: [4, 5, 6], affine: Affine(i: [0, -2, 0], j: [0, 0, 1.5], k: [-1, 0, 0], origin: [10, 20, 30]))
    let (target, map) = grid.reoriented(to: .ras)
    #expect(target.size == [6, 4, 5])
    #expect(target.orientation == .ras)
    #expect(grid.affine(map([1, 2, 3])) == target.affine([1, 2, 3]))
  }

  @Test func conversions() {
    let raw = VoxelBuffer<Int16>(size: [3, 1, 1], elements: [-5, 0, 300])
    #expect(raw.floats(slope: 0.5, intercept: 1).elements == [-1.5, 1, 151])
    let floats = VoxelBuffer<Float>(
      size: [7, 1, 1], elements: [-1, 0.5, 1.5, 255.4, 1e30, .nan, -.infinity])
    #expect(floats.converted(to: UInt8.self).elements == [0, 0, 2, 255, 255, 0, 0])
    #expect(floats.converted(to: Int64.self).elements == [-1, 0, 2, 255, .max, 0, .min])
    #expect(floats.converted(to: UInt64.self).elements == [0, 0, 2, 255, .max, 0, 0])
  }
}
