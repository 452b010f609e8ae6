import Foundation
import MedVoxel
import Testing

@testable import MedMetric

@Suite struct SurfaceElementTests {
  @Test func areasByHand() {
    let table = SurfaceElements.areas([1, 1, 1])
    #expect(table[0] == 0 && table[255] == 0)
    // One corner: a triangle with sides √½; a face: the middle square.
    #expect(abs(table[1] - 3.0.squareRoot() / 8) < 1e-12 && abs(table[0b1111] - 1) < 1e-12)
    // A corner and its three neighbors: a regular hexagon with sides √½.
    #expect(abs(table[0b10111] - 3 * 3.0.squareRoot() / 4) < 1e-12)
    for code in 0..<256 { #expect(abs(table[code] - table[255 - code]) < 1e-12) }
    // An edge: a rectangle of the edge's length and half a diagonal.
    #expect(abs(SurfaceElements.areas([3, 1, 2])[0b11] - 3 * length([0, 0.5, 1])) < 1e-12)
  }

  @Test func lengthsByHand() {
    let table = SurfaceElements.lengths([3, 4, 1])
    #expect(table[1] == 2.5 && table[0b1110] == 2.5 && table[0b0110] == 5)
    #expect(table[0b0011] == 3 && table[0b0101] == 4)
  }

  @Test func boxHasItsSurface() {
    var mask = VoxelBuffer<UInt8>(size: [14, 14, 14])
    for k in 2..<12 { for j in 2..<12 { for i in 2..<12 { mask[0, i, j, k] = 1 } } }
    let area = SurfaceElements(of: mask, spacing: [1, 1, 1]).areas.statistics().sum
    // 6 faces of 9×9, 12 edges of 9·√½, 8 corners of √3/8.
    #expect(abs(area - (6 * 81 + 12 * 9 * 0.5.squareRoot() + 3.0.squareRoot())) < 1e-3)
    #expect(SurfaceElements.dice(mask, mask, spacing: [1, 1, 1], tolerance: 0) == 1)
    let empty = VoxelBuffer<UInt8>(size: mask.size)
    #expect(SurfaceElements.dice(mask, empty, spacing: [1, 1, 1], tolerance: 9) == 0)
    #expect(SurfaceElements.dice(empty, empty, spacing: [1, 1, 1], tolerance: 9).isNaN)
  }
}
