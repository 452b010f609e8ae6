import MedImage
import MedTestSupport
import MedTransform
import MedVoxel
import Testing

@Suite struct SynthesisTests {
  /// A white ball in a grey one.
  private func maps(_ size: GridSize = [24, 22, 20]) -> [ScalarImage] {
    var grey = VoxelBuffer<Float>(size: size)
    var white = VoxelBuffer<Float>(size: size)
    for k in 0..<size.z {
      for j in 0..<size.y {
        for i in 0..<size.x {
          let p = SIMD3(Double(i) - 11.5, Double(j) - 10.5, Double(k) - 9.5)
          let inner = min(max(5 - length(p) + 0.5, 0), 1)
          let outer = min(max(8 - length(p) + 0.5, 0), 1)
          white[0, i, j, k] = Float(inner)
          grey[0, i, j, k] = Float(outer - inner)
        }
      }
    }
    let affine = Affine(spacing: [2, 2, 2], origin: [-24, -22, -20])
    return [grey, white].map { ScalarImage(voxels: $0, affine: affine) }
  }

  @Test func tissuesAreBrighterInTheirOrder() throws {
    let atlas = try TissueAtlas(maps: maps(), names: ["grey", "white"])
    for number in 0..<6 {
      let subject = try TissueSynthesis().subject(number, from: atlas)
      let image = try #require(subject[scalar: "image"])
      let labels = try #require(subject[labels: "label"])
      #expect(image.grid == atlas.grid && labels.grid == atlas.grid)
      #expect(Set(labels.voxels.elements) == [0, 1, 2])
      func mean(_ label: UInt16) -> Float {
        let values = zip(image.voxels.elements, labels.voxels.elements).filter { $1 == label }.map(\.0)
        return values.reduce(0, +) / Float(values.count)
      }
      #expect(mean(0) < mean(1) && mean(1) < mean(2))
      #expect(image.voxels.elements.allSatisfy { $0 >= 0 && $0 == $0.rounded() })
    }
  }

  @Test func aCaseFollowsFromSeedAndNumber() throws {
    let atlas = try TissueAtlas(maps: maps())
    let synthesis = TissueSynthesis(contrast: .random, spacing: [3, 3, 3])
    let first = try synthesis.subject(3, from: atlas, seed: 5)
    #expect(isIdentical(first, try synthesis.subject(3, from: atlas, seed: 5)))
    #expect(first != (try synthesis.subject(4, from: atlas, seed: 5)))
    #expect(first != (try synthesis.subject(3, from: atlas, seed: 6)))
    #expect(first[scalar: "image"]?.size == [16, 15, 14])
  }

  @Test func surroundings() throws {
    let atlas = try TissueAtlas(maps: maps())
    let removed = try TissueSynthesis(surroundings: .removed).subject(0, from: atlas)
    #expect(removed[scalar: "image"]?.voxels[0, 0, 0, 0] == 0)
    let still = TissueSynthesis(
      surroundings: .dark, deformation: Deformation(),
      acquisition: Pipeline { GaussianNoise(deviation: 0.05) })
    let dark = try still.subject(0, from: atlas)
    #expect(dark[scalar: "image"]?.voxels.elements.contains { $0 > 0 && $0 < 100 } == true)
    // Without a deformation, labels are the largest share.
    #expect(dark[labels: "label"]?.voxels[0, 11, 10, 9] == 2)
    #expect(dark[labels: "label"]?.voxels[0, 18, 10, 9] == 1)
    #expect(dark[labels: "label"]?.voxels[0, 0, 0, 0] == 0)
  }

  @Test func labelMapsAreAtlasesToo() throws {
    var voxels = VoxelBuffer<UInt16>(size: [12, 12, 12])
    for k in 3..<9 { for j in 3..<9 { for i in 3..<9 { voxels[0, i, j, k] = i < 6 ? 41 : 2 } } }
    let map = LabelMap(voxels: voxels, affine: .identity)
    let atlas = try TissueAtlas(labels: map, names: ["left", "right"])
    #expect(atlas.tissues.map(\.name) == ["left", "right"])
    let synthesis = TissueSynthesis(deformation: Deformation())
    let labels = try #require(try synthesis.subject(0, from: atlas)[labels: "label"])
    #expect(
      labels.voxels[0, 4, 4, 4] == 2 && labels.voxels[0, 7, 4, 4] == 1 && labels.voxels[0, 0, 0, 0] == 0)
    #expect(throws: TransformError.self) {
      try TissueAtlas(labels: LabelMap(voxels: VoxelBuffer(size: [2, 2, 2]), affine: .identity))
    }
  }

  @Test func mapsThatDontFitAreToldTogether() throws {
    var other = maps()
    other[1].affine.origin.x += 5
    other.append(ScalarImage(voxels: VoxelBuffer(channels: 2, size: [2, 2, 2]), affine: .identity))
    do {
      _ = try TissueAtlas(maps: other)
      Issue.record("accepted")
    } catch {
      #expect(error.problems.count == 3)
    }
    #expect(throws: TransformError.self) { try TissueAtlas(maps: []) }
    let moving = TissueSynthesis(acquisition: Pipeline { CenterCrop(to: [4, 4, 4]) })
    #expect(throws: TransformError.self) { try moving.subject(0, from: TissueAtlas(maps: maps())) }
  }
}
