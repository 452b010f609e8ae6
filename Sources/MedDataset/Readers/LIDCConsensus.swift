import Foundation
import MedImage
import MedVoxel

/// The readers' outlines of a scan, checked against its images.
struct LIDCConsensus: Sendable {
  /// An outline with its pixels.
  struct Drawn: Sendable {
    var reader: Int
    /// Counted over all readers.
    var nodule: Int
    var outline: LIDCAnnotations.Outline
    var region: LIDCRegion
  }

  /// The annotations' file.
  var file: URL
  var readers: Int
  /// Columns and rows of the images.
  var size: SIMD2<Int>
  var nodules: [LIDCAnnotations.Nodule] = []
  /// Who saw each nodule.
  var observers: [Int] = []
  var drawn: [Drawn] = []
  /// Outlines that can't be used.
  var problems: [Problem] = []

  /// Pixels that all outlines of a scan may cover together: a hundred times what large ones do.
  static let mostWork = 1 << 27

  /// - Parameter size: columns and rows of the images.
  init(_ annotations: LIDCAnnotations, file: URL, size: SIMD2<Int>) {
    self.file = file
    self.size = size
    readers = annotations.sessions.count
    var work = 0
    for (reader, session) in annotations.sessions.enumerated() {
      for nodule in session.nodules {
        for outline in nodule.outlines {
          if let point = outline.points.first(where: { any($0 .< 0) || any($0 .>= size) }) {
            report(
              outline,
              "the point (\(point.x), \(point.y)) lies outside of the image of \(size.x)×\(size.y) pixels")
            continue
          }
          work += LIDCRegion.work(outline.points)
          guard work <= Self.mostWork else {
            report(outline, "the outlines cover more pixels than any reader draws")
            return
          }
          drawn.append(
            Drawn(
              reader: reader, nodule: nodules.count, outline: outline, region: LIDCRegion(outline.points)))
        }
        nodules.append(nodule)
        observers.append(reader)
      }
    }
  }

  private mutating func report(_ outline: LIDCAnnotations.Outline, _ statement: String) {
    problems.append(Problem(statement, at: "\(file.path): line \(outline.line)"))
  }

  // MARK: - Nodules that readers share

  /// Groups of nodules, by the order of their first: those of different readers whose regions share a pixel of a slice,
  /// edges included.
  func clusters() -> [[Int]] {
    var parents = Array(nodules.indices)
    func root(_ index: Int) -> Int {
      var index = index
      while parents[index] != index { index = parents[index] }
      return index
    }
    let slices = Dictionary(grouping: drawn.indices) { index in
      let outline = drawn[index].outline
      return outline.slice.isEmpty ? "\(outline.z ?? 0)" : outline.slice
    }
    for members in slices.values {
      for (position, a) in members.enumerated() {
        for b in members[(position + 1)...] where drawn[a].reader != drawn[b].reader {
          let (p, q) = (root(drawn[a].nodule), root(drawn[b].nodule))
          if p != q, drawn[a].region.touches(drawn[b].region) { parents[max(p, q)] = min(p, q) }
        }
      }
    }
    let groups = Dictionary(grouping: nodules.indices, by: root)
    return groups.keys.sorted().map { groups[$0] ?? [] }
  }

  // MARK: - Masks

  /// The index along K of each outline's slice.
  /// - Throws: `DatasetError` with every outline whose slice is not in the series.
  func places(in slices: [DICOMSeries.PlacedSlice]) throws(DatasetError) -> [Int] {
    let byName = Dictionary(slices.filter { !$0.identity.isEmpty }.map { ($0.identity, $0.k) }) { first, _ in
      first
    }
    let byHeight = slices.compactMap { slice in slice.position.map { (z: $0.z, k: slice.k) } }
    var lost: [Problem] = []
    var places: [Int] = []
    for item in drawn {
      let outline = item.outline
      if let k = byName[outline.slice] {
        places.append(k)
      } else if let z = outline.z, let near = byHeight.min(by: { abs($0.z - z) < abs($1.z - z) }),
        abs(near.z - z) < Self.tolerance
      {
        places.append(near.k)
      } else {
        let z = outline.z.map { " at z = \($0) mm" } ?? ""
        lost.append(
          Problem(
            "the slice \(outline.slice)\(z) is not in the series", at: "\(file.path): line \(outline.line)",
            remedy: "fetch the series' missing files"))
      }
    }
    guard lost.isEmpty else { throw DatasetError(lost) }
    return places
  }

  /// How far a slice may be from where the annotations have it, in millimeters.
  static let tolerance = 0.1

  /// 1 where at least `agreement` of the readers saw a nodule, 0 elsewhere.
  ///
  /// - Parameter places: of the outlines, along K.
  /// - Complexity: O(voxels of the slices with outlines · readers).
  func mask(_ size: GridSize, places: [Int], agreement: Double) -> VoxelBuffer<UInt16> {
    var mask = VoxelBuffer<UInt16>(size: size, repeating: 0)
    let needed = max(1, Int((agreement * Double(readers) - 1e-9).rounded(.up)))
    let plane = size.x * size.y
    for (k, members) in Dictionary(grouping: drawn.indices, by: { places[$0] }) {
      var votes = [UInt16](repeating: 0, count: plane)
      for reader in 0..<readers {
        let seen = pixels(of: members.filter { drawn[$0].reader == reader }, size)
        for index in seen { votes[index] += 1 }
      }
      mask.withUnsafeMutableBuffer { voxels in
        for index in 0..<plane where votes[index] >= needed { voxels[k * plane + index] = 1 }
      }
    }
    return mask
  }

  /// The pixels that one reader marked on a slice, each once: every nodule's regions without its holes.
  private func pixels(of members: [Int], _ size: GridSize) -> Set<Int> {
    var all: Set<Int> = []
    for parts in Dictionary(grouping: members, by: { drawn[$0].nodule }).values {
      var nodule: Set<Int> = []
      for index in parts where drawn[index].outline.isIncluded {
        drawn[index].region.forEachInside { x, y in nodule.insert(x + size.x * y) }
      }
      for index in parts where !drawn[index].outline.isIncluded {
        drawn[index].region.forEachInside { x, y in nodule.remove(x + size.x * y) }
      }
      all.formUnion(nodule)
    }
    return all
  }
}
