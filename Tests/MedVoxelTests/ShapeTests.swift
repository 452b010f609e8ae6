import Foundation
import MedTestSupport
import MedVoxel
import Testing

/// A random mask with the given share of set voxels.
func randomMask(_ size: GridSize, share: Double, seed: UInt64 = 1) -> VoxelBuffer<UInt8> {
  var stream = RandomStream(seed: seed)
  return VoxelBuffer(
    size: size, elements: (0..<size.voxelCount).map { _ in stream.bool(probability: share) ? 1 : 0 })
}

func forEachVoxel(_ size: GridSize, _ body: (Int, Int, Int) -> Void) {
  for k in 0..<size.z { for j in 0..<size.y { for i in 0..<size.x { body(i, j, k) } } }
}

@Suite struct DistanceTests {
  @Test(arguments: [0.0, 0.004, 0.1, 0.9]) func distancesMatchTheDefinition(_ share: Double) {
    for size in awkwardSizes + [[35, 8, 19]] {
      let mask = randomMask(size, share: share)
      let spacing = SIMD3(0.7, 1.3, 2.5)
      let (distance, nearest) = mask.distanceAndNearest(spacing: spacing)
      let flags = mask.elements
      #expect(mask.distance(spacing: spacing) == distance)
      var set: [SIMD3<Double>] = []
      forEachVoxel(size) { if mask[0, $0, $1, $2] != 0 { set.append([Double($0), Double($1), Double($2)]) } }
      var worst = 0.0
      forEachVoxel(size) { i, j, k in
        let here = SIMD3(Double(i), Double(j), Double(k))
        let expected = set.map { length(($0 - here) * spacing) }.min() ?? .infinity
        let found = Double(distance[0, i, j, k])
        let index = Int(nearest[0, i, j, k])
        guard expected.isFinite else {
          if found != .infinity || index != -1 { worst = .infinity }
          return
        }
        let there = SIMD3(
          Double(index % size.x), Double(index / size.x % size.y), Double(index / (size.x * size.y)))
        worst = max(worst, abs(found - expected), abs(length((there - here) * spacing) - expected))
        if flags[index] == 0 { worst = .infinity }
      }
      #expect(worst < 1e-5, "\(size)")
    }
  }

  @Test func signedDistanceByHand() {
    let mask = VoxelBuffer<UInt8>(size: [6, 1, 1], elements: [0, 1, 1, 1, 0, 0])
    #expect(mask.signedDistance(spacing: [2, 1, 1]).elements == [2, -2, -4, -2, 2, 4])
  }
}

@Suite struct ComponentTests {
  /// Flood fill, in memory order.
  func reference(_ map: VoxelBuffer<UInt16>, _ connectivity: Connectivity) -> [UInt32] {
    let size = map.size
    var result = VoxelBuffer<UInt32>(size: size)
    var next: UInt32 = 0
    forEachVoxel(size) { i, j, k in
      guard map[0, i, j, k] != 0, result[0, i, j, k] == 0 else { return }
      next += 1
      result[0, i, j, k] = next
      var open = [SIMD3(i, j, k)]
      while let p = open.popLast() {
        for dz in -1...1 {
          for dy in -1...1 {
            for dx in -1...1 {
              let moves = abs(dx) + abs(dy) + abs(dz)
              let limit = connectivity == .faces ? 1 : connectivity == .edges ? 2 : 3
              let q = p &+ SIMD3(dx, dy, dz)
              guard moves >= 1, moves <= limit, (0..<3).allSatisfy({ q[$0] >= 0 && q[$0] < size[$0] }),
                map[0, q.x, q.y, q.z] == map[0, i, j, k], result[0, q.x, q.y, q.z] == 0
              else { continue }
              result[0, q.x, q.y, q.z] = next
              open.append(q)
            }
          }
        }
      }
    }
    return result.elements
  }

  @Test(arguments: Connectivity.allCases) func componentsMatchFloodFill(_ connectivity: Connectivity) {
    for (seed, size) in (awkwardSizes + [[23, 14, 9]]).enumerated() {
      for share in [0.1, 0.3, 0.6] {
        let mask = randomMask(size, share: share, seed: UInt64(seed))
        let found = mask.connectedComponents(connectivity)
        let map = VoxelBuffer<UInt16>(size: size, elements: mask.elements.map { UInt16($0) })
        #expect(found.map.elements == reference(map, connectivity))
        #expect(found.components.map(\.voxelCount).reduce(0, +) == mask.setCount)
        // Two labels side by side.
        let labels = VoxelBuffer<UInt16>(
          size: size,
          elements: zip(mask.elements, randomMask(size, share: 0.5, seed: 77).elements).map {
            $0 == 0 ? 0 : UInt16($1) + 1
          })
        let pieces = labels.connectedComponents(connectivity)
        #expect(pieces.map.elements == reference(labels, connectivity))
        var counts = [Int](repeating: 0, count: pieces.components.count + 1)
        var agrees = true
        for (number, label) in zip(pieces.map.elements, labels.elements) {
          counts[Int(number)] += 1
          if number > 0 { agrees = agrees && pieces.components[Int(number) - 1].label == label }
        }
        #expect(agrees && Array(counts.dropFirst()) == pieces.components.map(\.voxelCount))
      }
    }
  }

  @Test func largestComponentAndTies() {
    let map = VoxelBuffer<UInt16>(size: [11, 1, 1], elements: [1, 1, 0, 2, 0, 1, 1, 0, 1, 0, 2])
    #expect(map.keepingLargestComponents().elements == [1, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0])
    #expect(map.keepingLargestComponents(2, of: [1]).elements == [1, 1, 0, 2, 0, 1, 1, 0, 0, 0, 2])
    #expect(map.removingSmallComponents(below: 2).elements == [1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0])
    #expect(map.connectedComponents().components[1].box == GridBox(lower: [3, 0, 0], upper: [4, 1, 1]))
  }
}

@Suite struct MorphologyTests {
  @Test(arguments: Connectivity.allCases) func erosionAndDilationMatchTheirDefinition(
    _ neighborhood: Connectivity
  ) {
    for size in awkwardSizes + [[40, 5, 6]] {
      let mask = randomMask(size, share: 0.6)
      for outside in [false, true] {
        var eroded = mask
        var dilated = mask
        forEachVoxel(size) { i, j, k in
          var (all, any) = (true, false)
          for dz in -1...1 {
            for dy in -1...1 {
              for dx in -1...1 {
                let limit = neighborhood == .faces ? 1 : neighborhood == .edges ? 2 : 3
                guard abs(dx) + abs(dy) + abs(dz) <= limit else { continue }
                let q = SIMD3(i + dx, j + dy, k + dz)
                let inside = (0..<3).allSatisfy { q[$0] >= 0 && q[$0] < size[$0] }
                let value = inside ? mask[0, q.x, q.y, q.z] != 0 : outside
                all = all && value
                any = any || value
              }
            }
          }
          eroded[0, i, j, k] = all ? 1 : 0
          dilated[0, i, j, k] = any ? 1 : 0
        }
        #expect(mask.eroded(neighborhood, isSetOutside: outside) == eroded, "\(size) \(outside)")
        #expect(mask.dilated(neighborhood, isSetOutside: outside) == dilated, "\(size) \(outside)")
      }
    }
  }

  @Test func openingAndClosing() {
    let line = VoxelBuffer<UInt8>(size: [9, 1, 1], elements: [1, 0, 1, 1, 1, 0, 1, 0, 0])
    #expect(line.closed().elements == [1, 1, 1, 1, 1, 1, 1, 0, 0])
    // A cross of 3×3×3 needs neighbors on every axis: a line opens to nothing.
    #expect(line.opened().setCount == 0)
    let block = VoxelBuffer<UInt8>(size: [5, 5, 5], repeating: 1)
    #expect(block.eroded(iterations: 2).setCount == 1)
    #expect(block.surface().setCount == 125 - 27)
  }

  @Test func holes() {
    var shell = VoxelBuffer<UInt8>(channels: 2, size: [5, 5, 5], repeating: 1)
    shell[0, 2, 2, 2] = 0
    shell[1, 2, 2, 2] = 0
    shell[1, 2, 2, 1] = 0
    shell[1, 2, 2, 0] = 0
    let filled = shell.filledHoles()
    #expect(filled[0, 2, 2, 2] == 1 && filled[1, 2, 2, 2] == 0)
    // In a flat image the third axis has no outside.
    var ring = VoxelBuffer<UInt8>(size: [3, 3, 1], repeating: 1)
    ring[0, 1, 1, 0] = 0
    #expect(ring.filledHoles().setCount == 9)
  }
}
