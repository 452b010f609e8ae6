public import MedVoxel

/// The surface of a mask as marching cubes cuts it: one element for each cell of 2×2×2 voxels (2×2 pixels) that
/// is partly inside, with its area (length).
public struct SurfaceElements: Sendable {
  /// 1 for a cell with an element; one cell fewer than voxels along each axis.
  public let map: VoxelBuffer<UInt8>
  /// In mm² (mm for images); 0 elsewhere.
  public let areas: VoxelBuffer<Float>

  /// - Parameters:
  ///   - mask: 0 and 1. Voxels at the border of the volume have no cell beyond them: pad it by one.
  ///   - spacing: Millimeters between voxel centers.
  ///   - isPlanar: Whether the third axis is left alone.
  /// - Precondition: one channel.
  public init(of mask: VoxelBuffer<UInt8>, spacing: SIMD3<Double>, isPlanar: Bool = false) {
    let size = mask.size
    let cells = GridSize(max(size.x - 1, 0), max(size.y - 1, 0), isPlanar ? size.z : max(size.z - 1, 0))
    let table = isPlanar ? SurfaceElements.lengths(spacing) : SurfaceElements.areas(spacing)
    let corners = isPlanar ? 4 : 8
    let offsets = (0..<corners).map { ($0 & 1) + size.x * ($0 >> 1 & 1) + size.x * size.y * ($0 >> 2) }
    var map = VoxelBuffer<UInt8>(size: cells)
    var areas = VoxelBuffer<Float>(size: cells)
    mask.withUnsafeBuffer { voxels in
      map.withUnsafeMutableBuffer { map in
        areas.withUnsafeMutableBuffer { areas in
          var cell = 0
          for k in 0..<cells.z {
            for j in 0..<cells.y {
              for i in 0..<cells.x {
                let at = i + size.x * (j + size.y * k)
                var code = 0
                for corner in 0..<corners where voxels[at + offsets[corner]] != 0 { code |= 1 << corner }
                if code != 0 && code != 1 << corners - 1 {
                  map[cell] = 1
                  areas[cell] = Float(table[code])
                }
                cell += 1
              }
            }
          }
        }
      }
    }
    self.map = map
    self.areas = areas
  }

  /// Surface Dice with each element weighed by its area: the share of both surfaces within `tolerance`
  /// millimeters of the other.
  ///
  /// - Returns: 0 where one mask is empty, NaN where both are.
  /// - Source: Nikolov et al., "Clinically applicable segmentation of head and neck anatomy", JMIR 2021.
  /// - Precondition: one channel each, of the same size.
  public static func dice(
    _ first: VoxelBuffer<UInt8>, _ second: VoxelBuffer<UInt8>, spacing: SIMD3<Double>, tolerance: Double,
    isPlanar: Bool? = nil
  ) -> Double {
    precondition(first.size == second.size, "the shapes differ")
    let planar = isPlanar ?? (first.size.z == 1)
    let boxes = [first, second].compactMap { $0.boundingBox() }
    guard let box = boxes.dropFirst().reduce(boxes.first, { $0?.union($1) }) else { return .nan }
    let elements = [first, second].map {
      SurfaceElements(
        of: $0.cropped(to: box.expanded(by: [1, 1, planar ? 0 : 1])), spacing: spacing, isPlanar: planar)
    }
    var (near, total) = (0.0, 0.0)
    for (a, b) in [(elements[0], elements[1]), (elements[1], elements[0])] {
      let distance = b.map.distance(spacing: spacing)
      a.areas.withUnsafeBuffer { areas in
        distance.withUnsafeBuffer { distance in
          for i in areas.indices where areas[i] > 0 {
            total += Double(areas[i])
            if Double(distance[i]) <= tolerance { near += Double(areas[i]) }
          }
        }
      }
    }
    return total == 0 ? .nan : near / total
  }

  /// The length of the contour in a cell of 2×2 pixels, by the bits of its corners (I first).
  static func lengths(_ spacing: SIMD3<Double>) -> [Double] {
    let corner = length([spacing.x / 2, spacing.y / 2, 0])
    return (0..<16).map { code in
      switch code.nonzeroBitCount {
      case 0, 4: 0
      case 1, 3: corner
      default:
        switch code {
        // Both lower or both upper pixels: along I. Both left or both right: along J.
        case 0b0011, 0b1100: spacing.x
        case 0b0101, 0b1010: spacing.y
        default: 2 * corner
        }
      }
    }
  }

  /// The area of the surface in a cell of 2×2×2 voxels, by the bits of its corners (I first).
  static func areas(_ spacing: SIMD3<Double>) -> [Double] {
    (0..<256).map { code in
      MarchingCell(code: code).polygons.reduce(0) { $0 + MarchingCell.area(of: $1, spacing) }
    }
  }
}

/// The polygons that separate the inside corners of a cell from the outside ones, through the midpoints of the
/// edges between them.
///
/// Where the corners of a face are inside and outside crosswise, those of the cell's minority are cut off. The
/// corners of a polygon need not lie in a plane: it is split from a corner whose opposite edge of the cell (through
/// the center) is cut as well, where it has one.
/// - Source: Lorensen and Cline, "Marching cubes", SIGGRAPH 1987.
struct MarchingCell {
  let polygons: [[SIMD3<Double>]]

  init(code: Int) {
    let isMinorityInside = code.nonzeroBitCount <= 4
    func isInside(_ p: SIMD3<Int>) -> Bool { code >> (p.x + 2 * p.y + 4 * p.z) & 1 == 1 }
    var links: [SIMD3<Double>: [SIMD3<Double>]] = [:]
    func link(_ a: SIMD3<Double>, _ b: SIMD3<Double>) {
      links[a, default: []].append(b)
      links[b, default: []].append(a)
    }
    for axis in 0..<3 {
      for side in 0..<2 {
        let ring = [(0, 0), (0, 1), (1, 1), (1, 0)].map { u, v in
          var p = SIMD3<Int>.zero
          p[axis] = side
          p[(axis + 1) % 3] = u
          p[(axis + 2) % 3] = v
          return p
        }
        let cuts = (0..<4).filter { isInside(ring[$0]) != isInside(ring[($0 + 1) % 4]) }
        func middle(_ edge: Int) -> SIMD3<Double> {
          let sum = ring[edge % 4] &+ ring[(edge + 1) % 4]
          return SIMD3(Double(sum.x), Double(sum.y), Double(sum.z)) / 2
        }
        if cuts.count == 2 {
          link(middle(cuts[0]), middle(cuts[1]))
        } else if cuts.count == 4 {
          for edge in 0..<4 where isInside(ring[(edge + 1) % 4]) == isMinorityInside {
            link(middle(edge), middle(edge + 1))
          }
        }
      }
    }
    var found: [[SIMD3<Double>]] = []
    while let start = links.keys.min(by: { ($0.z, $0.y, $0.x) < ($1.z, $1.y, $1.x) }) {
      var polygon: [SIMD3<Double>] = []
      var next: SIMD3<Double>? = start
      while let point = next {
        polygon.append(point)
        next = links.removeValue(forKey: point)?.first { links[$0] != nil }
      }
      found.append(polygon)
    }
    polygons = found
  }

  static func area(of polygon: [SIMD3<Double>], _ spacing: SIMD3<Double>) -> Double {
    let apex = polygon.firstIndex { polygon.contains(SIMD3(repeating: 1) - $0) } ?? 0
    let points = (0..<polygon.count).map { polygon[(apex + $0) % polygon.count] * spacing }
    return (1..<max(points.count - 1, 1)).reduce(0) { sum, i in
      sum + length(cross(points[i] - points[0], points[i + 1] - points[0])) / 2
    }
  }
}
