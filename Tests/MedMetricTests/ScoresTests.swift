import Foundation
import MedMetric
import MedVoxel
import Testing

@Suite struct ScoresTests {
  /// Two 2×2×2 cubes, the second one voxel further along I.
  let cubes: (VoxelBuffer<UInt16>, VoxelBuffer<UInt16>) = {
    var (a, b) = (VoxelBuffer<UInt16>(size: [6, 4, 4]), VoxelBuffer<UInt16>(size: [6, 4, 4]))
    for k in 1...2 { for j in 1...2 { for i in 1...2 { (a[0, i, j, k], b[0, i + 1, j, k]) = (3, 3) } } }
    return (a, b)
  }()

  @Test func shiftedCubesByHand() throws {
    let scores = try SegmentationMeasures(toleranceInMillimeters: 1.9).scores(
      of: cubes.0, against: cubes.1, spacing: [2, 1, 1])
    #expect(scores.count == 1)
    let cube = try #require(scores.first)
    #expect(cube.label == 3)
    #expect(cube.truePositives == 4 && cube.falsePositives == 4 && cube.falseNegatives == 4)
    #expect(cube.trueNegatives == 96 - 12)
    #expect(cube.dice == 0.5 && cube.intersectionOverUnion == 4.0 / 12)
    #expect(cube.predictedVolume == 16 && cube.volumeDifference == 0)
    // Every voxel is surface: half of them lie in the other cube, half 2 mm away.
    #expect(cube.hausdorff == 2 && cube.hausdorffPercentile == 2)
    #expect(cube.averageSurfaceDistance == 1)
    #expect(cube.surfaceDice == 0.5)
    #expect(cube.recall == 0.5 && cube.precision == 0.5)
  }

  @Test func missedInventedAndAbsent() throws {
    let empty = VoxelBuffer<UInt16>(size: [6, 4, 4])
    let missed = try SegmentationMeasures().scores(of: empty, against: cubes.0, spacing: [1, 1, 1])[0]
    #expect(missed.isMissed && missed.dice == 0 && missed.hausdorff == .infinity && missed.surfaceDice == 0)
    #expect(missed.averageSurfaceDistance == .infinity && missed.relativeVolumeDifference == -1)
    let invented = try SegmentationMeasures().scores(of: cubes.0, against: empty, spacing: [1, 1, 1])[0]
    #expect(invented.isInvented && invented.dice == 0 && invented.hausdorffPercentile == .infinity)
    #expect(invented.relativeVolumeDifference == .infinity && invented.recall.isNaN)
    let absent = try SegmentationMeasures().scores(
      of: empty, against: empty, spacing: [1, 1, 1], labels: [1])
    #expect(absent[0].isAbsent && absent[0].dice.isNaN && absent[0].hausdorff.isNaN)
    #expect(try SegmentationMeasures().scores(of: empty, against: empty, spacing: [1, 1, 1]).isEmpty)
  }

  @Test func manyLabelsAtOnce() throws {
    var stream = RandomStream(seed: 4)
    let size = GridSize(20, 17, 9)
    // Labels beyond 255 take the ranked path.
    let palette: [UInt16] = [0, 0, 1, 7, 300, 14_175]
    func draw() -> VoxelBuffer<UInt16> {
      VoxelBuffer(size: size, elements: (0..<size.voxelCount).map { _ in palette[stream.integer(below: 6)] })
    }
    let (a, b) = (draw(), draw())
    let scores = try SegmentationMeasures(percentile: 90, toleranceInMillimeters: 1).scores(
      of: a, against: b, spacing: [1, 1.5, 2])
    #expect(scores.map(\.label) == [1, 7, 300, 14_175])
    for score in scores {
      let (first, second) = (
        VoxelBuffer<UInt8>(a, equalTo: score.label), VoxelBuffer<UInt8>(b, equalTo: score.label)
      )
      let overlap = try BinaryOverlap(prediction: first, reference: second)
      #expect(score.dice == overlap.dice() && score.falsePositives == overlap.falsePositives)
      // Straight from the definition, over the whole volume.
      let (edgeA, edgeB) = (first.surface(), second.surface())
      let (toA, toB) = (edgeA.distance(spacing: [1, 1.5, 2]), edgeB.distance(spacing: [1, 1.5, 2]))
      let forward = zip(edgeA.elements, toB.elements).filter { $0.0 != 0 }.map { Double($0.1) }
      let backward = zip(edgeB.elements, toA.elements).filter { $0.0 != 0 }.map { Double($0.1) }
      #expect(abs(score.hausdorff - (forward + backward).max()!) < 1e-5)
      #expect(
        abs(
          score.averageSurfaceDistance
            - (forward + backward).reduce(0, +) / Double(forward.count + backward.count)) < 1e-5)
      let near = (forward + backward).filter { $0 <= 1.00001 }.count
      #expect(abs(score.surfaceDice - Double(near) / Double(forward.count + backward.count)) < 1e-9)
    }
  }

  @Test func anImageOfOneSliceHasNoThirdAxis() {
    var disk = VoxelBuffer<UInt8>(size: [5, 5, 1])
    for j in 1...3 { for i in 1...3 { disk[0, i, j, 0] = 1 } }
    #expect(SurfaceDistances(from: disk, to: disk).forward.count == 8)
    #expect(SurfaceDistances(from: disk, to: disk, isPlanar: false).forward.count == 9)
  }

  @Test func gridMetrics() {
    var (a, b) = (VoxelBuffer<UInt8>(size: [8, 8, 8]), VoxelBuffer<UInt8>(size: [8, 8, 8]))
    a[0, 1, 1, 1] = 1
    b[0, 4, 3, 2] = 1
    #expect(SurfaceDistances(from: a, to: b, metric: .taxicab).forward == [6])
    #expect(SurfaceDistances(from: a, to: b, metric: .chessboard).backward == [3])
    #expect(abs(SurfaceDistances(from: a, to: b).forward[0] - 14.0.squareRoot()) < 1e-12)
  }

  @Test func componentsScoredOneByOne() throws {
    let reference = VoxelBuffer<UInt8>(size: [9, 1, 1], elements: [1, 1, 0, 0, 0, 0, 0, 1, 0])
    let prediction = VoxelBuffer<UInt8>(size: [9, 1, 1], elements: [1, 1, 0, 0, 0, 0, 0, 0, 0])
    // The first component is whole, the second is missed.
    #expect(try componentDice(prediction: prediction, reference: reference) == 0.5)
  }

  @Test func misfitsAreRefusedAllAtOnce() {
    let error = #expect(throws: MetricError.self) {
      try SegmentationMeasures(percentile: 101, toleranceInMillimeters: -1).scores(
        of: cubes.0, against: VoxelBuffer<UInt16>(size: [1, 1, 1]), spacing: [0, 1, 1])
    }
    #expect(error?.problems.count == 4)
  }
}
