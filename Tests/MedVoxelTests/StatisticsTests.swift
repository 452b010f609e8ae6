import Foundation
import MedTestSupport
import MedVoxel
import Testing

@Suite struct StatisticsTests {
  @Test func smallNumbersByHand() {
    let buffer = VoxelBuffer<Float>(size: [6, 1, 1], elements: [0, 2, 4, -6, .nan, .infinity])
    let all = buffer.statistics()
    #expect(all.count == 4 && all.notFiniteCount == 2)
    #expect(all.sum == 0 && all.mean == 0 && all.minimum == -6 && all.maximum == 4)
    #expect(abs(all.variance - 14) < 1e-12)
    let nonzero = buffer.statistics(in: .nonzero)
    #expect(nonzero.count == 3 && nonzero.minimum == -6)
    #expect(buffer.statistics(in: .positive).mean == 3)
    let mask = VoxelBuffer<UInt8>(size: [6, 1, 1], elements: [1, 1, 0, 0, 1, 0])
    let masked = buffer.statistics(in: .mask(mask))
    #expect(masked.count == 2 && masked.notFiniteCount == 1 && masked.mean == 1)
    #expect(abs(masked.sampleDeviation - 2.0.squareRoot()) < 1e-12)
  }

  @Test func nothingCounts() {
    let empty = VoxelBuffer<Float>(size: [3, 1, 1]).statistics(in: .nonzero)
    #expect(empty.count == 0 && empty.deviation == 0)
    #expect(VoxelBuffer<Float>(size: [0, 1, 1]).statistics().count == 0)
    #expect(VoxelBuffer<Float>(size: [3, 1, 1]).percentiles([50], in: .nonzero)[0].isNaN)
  }

  @Test func largeOffsetsDoNotCancel() {
    // 100,000 values around 1e6: a sum of squares in one pass would lose the variance.
    let size = GridSize(100, 100, 10)
    var buffer = VoxelBuffer<Float>(size: size)
    buffer.withUnsafeMutableBuffer { for i in 0..<$0.count { $0[i] = 1e6 + Float(i % 2) } }
    let statistics = buffer.statistics()
    #expect(abs(statistics.variance - 0.25) < 1e-9)
    #expect(statistics.mean == 1e6 + 0.5)
  }

  @Test func percentilesMatchSorting() {
    for seed in 0..<3 {
      var buffer = noise([41, 37, 11], seed: UInt64(seed))
      if seed == 1 { buffer.rescale(subtracting: 0.5, multiplyingBy: 4) }
      // Many ties, as scans of integers have.
      if seed == 2 {
        buffer = buffer.converted(to: Int16.self, slope: 20, intercept: -7).floats()
        buffer[0, 0, 0, 0] = .nan
      }
      for region in [VoxelRegion.all, .nonzero, .positive] {
        let kept = buffer.elements.filter {
          switch region {
          case .nonzero: $0.isFinite && $0 != 0
          case .positive: $0.isFinite && $0 > 0
          default: $0.isFinite
          }
        }.sorted()
        let wanted: [Double] = [0, 0.5, 1, 25, 33.3, 50, 99, 99.5, 100]
        for (percentile, found) in zip(wanted, buffer.percentiles(wanted, in: region)) {
          let position = percentile / 100 * Double(kept.count - 1)
          let (low, high) = (
            Double(kept[Int(position)]), Double(kept[min(Int(position) + 1, kept.count - 1)])
          )
          let expected = low + (high - low) * (position - position.rounded(.down))
          #expect(abs(found - expected) < 1e-9, "\(percentile)")
        }
      }
    }
  }

  @Test func histogramLikeNumPy() {
    let buffer = VoxelBuffer<Float>(size: [7, 1, 1], elements: [-1, 0, 0.5, 1, 1.5, 2, 2.1])
    #expect(buffer.histogram(bins: 4, over: 0...2).counts == [1, 1, 1, 2])
    #expect(buffer.histogram(bins: 4, over: 0...2).binWidth == 0.5)
  }

  @Test func labels() {
    let map = VoxelBuffer<UInt16>(size: [6, 1, 1], elements: [0, 3, 3, 65535, 0, 3])
    #expect(map.labelCounts() == [0: 2, 3: 3, 65535: 1])
    #expect(map.boundingBox() == GridBox(lower: [1, 0, 0], upper: [6, 1, 1]))
    #expect(map.boundingBox(above: 3) == GridBox(lower: [3, 0, 0], upper: [4, 1, 1]))
  }

  @Test func boundingBoxes() {
    var buffer = VoxelBuffer<Float>(channels: 2, size: [20, 9, 8])
    #expect(buffer.boundingBox() == nil)
    buffer[1, 17, 3, 2] = 1
    #expect(buffer.boundingBox() == GridBox(lower: [17, 3, 2], upper: [18, 4, 3]))
    buffer[0, 4, 6, 5] = 0.5
    buffer[0, 19, 0, 0] = -3
    #expect(buffer.boundingBox() == GridBox(lower: [4, 3, 2], upper: [18, 7, 6]))
    #expect(buffer.boundingBox(of: 0..<1) == GridBox(lower: [4, 6, 5], upper: [5, 7, 6]))
  }
}
