import MedImage
import MedTestSupport
import MedTransform
import MedVoxel
import Testing

@Suite struct PatchTests {
  private func map(_ size: GridSize, _ value: (GridIndex) -> UInt16) -> LabelMap {
    var voxels = VoxelBuffer<UInt16>(size: size)
    for k in 0..<size.z {
      for j in 0..<size.y { for i in 0..<size.x { voxels[0, i, j, k] = value([i, j, k]) } }
    }
    return LabelMap(voxels: voxels, affine: .identity)
  }

  @Test func everyVoxelOfAClassIsDrawnEquallyOften() throws {
    // Class 3 in six voxels, in runs of 1, 2 and 3 that cross a row's end.
    let members: Set<Int> = [1, 4, 5, 9, 10, 11]
    let labels = map([5, 3, 1]) { members.contains($0.x + 5 * $0.y) ? 3 : 0 }
    let index = try ClassIndex(labels)
    #expect(index.classes == [0, 3] && index.count(of: 3) == 6 && index.count(of: 0) == 9)
    var counts: [Int: Int] = [:]
    var stream = RandomStream(seed: 5)
    for _ in 0..<6000 {
      let voxel = try #require(index.voxel(of: 3, using: &stream))
      counts[voxel.x + 5 * voxel.y, default: 0] += 1
    }
    #expect(Set(counts.keys) == members)
    // 1000 expected, deviation 29; five of them.
    #expect(counts.values.allSatisfy { abs($0 - 1000) < 145 })
    #expect(index.voxel(of: 7, using: &stream) == nil)
  }

  @Test func balance() throws {
    // One voxel of class 1 in a corner, class 2 in the far half.
    let labels = map([20, 20, 20]) { $0 == [0, 0, 0] ? 1 : $0.z >= 10 ? 2 : 0 }
    let index = try ClassIndex(labels)
    var stream = RandomStream(seed: 1)
    func shares(_ balance: PatchSampler.Balance, _ classes: UInt16...) -> [Double] {
      let sampler = PatchSampler(size: [1, 1, 1], balance: balance)
      var counts = [Double](repeating: 0, count: 3)
      for _ in 0..<1000 {
        let lower = sampler.box(in: index, using: &stream).lower
        counts[Int(labels.voxels[0, lower.x, lower.y, lower.z])] += 0.001
      }
      return counts
    }
    // Deviations are below 0.016; five of them.
    func isNear(_ found: [Double], _ wanted: [Double]) -> Bool {
      zip(found, wanted).allSatisfy { abs($0 - $1) < 0.08 }
    }
    #expect(isNear(shares(.anywhere), [0.5, 0, 0.5]))
    #expect(isNear(shares(.foreground(probability: 1)), [0, 0.5, 0.5]))
    #expect(isNear(shares(.positiveNegative(positive: 1, negative: 3)), [0.75, 0, 0.25]))
    #expect(isNear(shares(.classes(weights: [0, 1, 1, 5])), [0, 0.5, 0.5]))
    // What is absent is replaced.
    let background = try ClassIndex(map([4, 4, 4]) { _ in 0 })
    for balance in [
      PatchSampler.Balance.foreground(probability: 1), .positiveNegative(positive: 1, negative: 0),
      .classes(weights: [0, 1]),
    ] {
      let box = PatchSampler(size: [2, 2, 2], balance: balance).box(in: background, using: &stream)
      #expect(box.size == [2, 2, 2] && box.intersection(GridBox(size: [4, 4, 4])) == box)
    }
  }

  @Test func patchesStayInsideOrAreCentered() throws {
    let index = try ClassIndex(map([9, 3, 6]) { $0.x == 8 ? 1 : 0 })
    let sampler = PatchSampler(size: [4, 6, 6], balance: .foreground(probability: 1))
    var stream = RandomStream(seed: 2)
    let box = sampler.box(in: index, using: &stream)
    #expect(box.lower == [5, -1, 0] && box.size == [4, 6, 6])
    let subject = rampSubject([9, 3, 6], affine: obliqueAffine)
    let patch = try sampler.patch(at: box, of: subject)
    #expect(patch[scalar: "image"]?.size == [4, 6, 6])
    #expect(patch[scalar: "image"]?.affine.origin == obliqueAffine([5, -1, 0]))
    let constant = try sampler.patch(at: box, of: subject, boundary: .constant(-7))
    #expect(constant[scalar: "image"]?.voxels[0, 0, 0, 0] == -7)
    #expect(constant[labels: "label"]?.voxels[0, 0, 0, 0] == 0)
  }

  @Test func deformingAPatchIsDeformingTheImage() throws {
    let subject = rampSubject([20, 18, 16], affine: obliqueAffine)
    let sampler = PatchSampler(size: [8, 8, 8])
    let box = GridBox(lower: [5, 5, 4], upper: [13, 13, 12])
    var stream = RandomStream(seed: 3)
    let turned = try sampler.patch(
      at: box, of: subject, deformedBy: Deformation(rotation: .uniform(-0.2...0.2)), using: &stream)
    let image = try #require(turned[scalar: "image"])
    // The image's values lie where they were in the world, also those that come from outside the box.
    for (i, j, k) in [(0, 0, 0), (7, 7, 7), (3, 0, 6)] {
      let world = image.affine([Double(i), Double(j), Double(k)])
      #expect(abs(Double(image.voxels[0, i, j, k]) - ramp(world)) < 1e-3)
    }
  }
}
