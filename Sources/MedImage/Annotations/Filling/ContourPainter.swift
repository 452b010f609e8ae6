import MedVoxel

/// Paints the objects of a contour set into voxels.
struct ContourPainter {
  /// An object on a slice.
  private struct Piece {
    var plane: GridPlane
    var number: UInt16
    /// Outlines, each with its own holes.
    var outlines: [[PolygonFill]] = []
    /// Holes of the whole object.
    var holes: [PolygonFill] = []

    var columns: Range<Int> { Self.hull(outlines.map { $0[0].columns }) }
    var rows: Range<Int> { Self.hull(outlines.map { $0[0].rows }) }

    private static func hull(_ ranges: [Range<Int>]) -> Range<Int> {
      let filled = ranges.filter { !$0.isEmpty }
      guard let low = filled.map(\.lowerBound).min(), let high = filled.map(\.upperBound).max() else {
        return 0..<0
      }
      return low..<high
    }
  }

  /// Rows of a slice that are painted together.
  private struct Band {
    var pieces: [Int]
    var rows: Range<Int>
  }

  private var pieces: [Piece] = []
  private let size: GridSize
  private let options: FillOptions
  private let combination: ContourSet.Combination
  private static let bandHeight = 128
  /// Pixels and crossings of edges in all: some seconds' work.
  private static let mostWork = 1 << 33

  /// - Throws: `ImageError` when the contours are more work than any drawing needs.
  init(
    _ set: ContourSet, _ placed: [ContourPlacing.Placed], numbers: [String: UInt16], _ grid: Grid,
    _ options: FillOptions
  ) throws(ImageError) {
    size = grid.size
    self.options = options
    combination = set.combination
    let size = grid.size
    let fills = Parallel.map(placed.count) { index in
      let axes = placed[index].plane.axes
      return placed[index].rings.map {
        PolygonFill($0, columns: 0..<size[axes.u], rows: 0..<size[axes.v])
      }
    }
    guard fills.joined().reduce(0, { $0 + $1.work }) <= Self.mostWork else {
      throw ImageError(
        "the contours cover or cross more pixels than any drawing does", remedy: "fill them on a coarser grid"
      )
    }
    // Objects stand in the order of their first contours, on whatever slice.
    struct Key: Hashable {
      var order: Int
      var plane: GridPlane
    }
    var orders: [Int: Int] = [:]
    var places: [Key: Int] = [:]
    var found: [(order: Int, piece: Piece)] = []
    for (item, fills) in zip(placed, fills) {
      let contour = set.contours[item.contour]
      let order = contour.object.map { orders[$0, default: item.contour] } ?? item.contour
      if let object = contour.object { orders[object] = order }
      let place = places[Key(order: order, plane: item.plane), default: found.count]
      if place == found.count {
        places[Key(order: order, plane: item.plane)] = place
        found.append((order, Piece(plane: item.plane, number: 0)))
      }
      if contour.isHole {
        found[place].piece.holes.append(fills[0])
      } else {
        found[place].piece.outlines.append(fills)
        found[place].piece.number = numbers[contour.label] ?? 0
      }
    }
    pieces = found.sorted { $0.order < $1.order }.map(\.piece)
  }

  /// - Parameter voxels: of the whole grid, all 0.
  func paint(_ voxels: UnsafeMutableBufferPointer<UInt16>) {
    guard let base = voxels.baseAddress else { return }
    // SAFETY: bands of parallel slices are disjoint; others are painted one after the other.
    nonisolated(unsafe) let target = base
    let boxes = pieces.map { (columns: $0.columns, rows: $0.rows) }
    let visible = pieces.indices.filter { !boxes[$0].columns.isEmpty }
    guard Set(visible.map { pieces[$0].plane.axis }).count <= 1 else {
      for index in visible { paint(index, boxes[index].columns, boxes[index].rows, target) }
      return
    }
    var bands: [Band] = []
    for members in Dictionary(grouping: visible, by: { pieces[$0].plane.index }).values {
      let low = members.map { boxes[$0].rows.lowerBound }.min() ?? 0
      let high = members.map { boxes[$0].rows.upperBound }.max() ?? 0
      for start in stride(from: low, to: high, by: Self.bandHeight) {
        let rows = start..<min(start + Self.bandHeight, high)
        let touching = members.filter { boxes[$0].rows.overlaps(rows) }
        if !touching.isEmpty { bands.append(Band(pieces: touching, rows: rows)) }
      }
    }
    Parallel.forEach(bands.count) { band in
      for index in bands[band].pieces {
        paint(index, boxes[index].columns, boxes[index].rows.clamped(to: bands[band].rows), target)
      }
    }
  }

  private func paint(
    _ index: Int, _ columns: Range<Int>, _ rows: Range<Int>, _ target: UnsafeMutablePointer<UInt16>
  ) {
    let piece = pieces[index]
    let (width, height) = (columns.count, rows.count)
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * width * height) { memory in
      memory.initialize(repeating: 0)
      let mask = UnsafeMutableBufferPointer(rebasing: memory[..<(width * height)])
      let scratch = UnsafeMutableBufferPointer(rebasing: memory[(width * height)...])
      func each(_ fill: PolygonFill, where wanted: (PolygonFill.Place) -> Bool, _ body: (Int) -> Void) {
        fill.forEachRow(options.rule, in: rows) { row, places in
          let start = (row - rows.lowerBound) * width - columns.lowerBound
          for (column, place) in zip(fill.columns, places) where wanted(place) && columns.contains(column) {
            body(start + column)
          }
        }
      }
      let takesOutline = options.outline == .insideOrOn
      func belongs(_ place: PolygonFill.Place) -> Bool {
        place == .inside || place == .outline && takesOutline
      }
      for outline in piece.outlines {
        if outline.count == 1, combination == .union {
          each(outline[0], where: belongs) { mask[$0] = 1 }
          continue
        }
        if outline.count == 1 {
          each(outline[0], where: { $0 == .inside }) { mask[$0] ^= 1 }
          continue
        }
        each(outline[0], where: belongs) { scratch[$0] = 1 }
        for hole in outline.dropFirst() { each(hole, where: belongs) { scratch[$0] = 0 } }
        for place in 0..<width * height {
          mask[place] = combination == .union ? mask[place] | scratch[place] : mask[place] ^ scratch[place]
        }
        scratch.update(repeating: 0)
      }
      if combination == .exclusiveOr, takesOutline {
        // Whichever of them an outline is, around the object or around a hole.
        for outline in piece.outlines where outline.count == 1 {
          each(outline[0], where: { $0 == .outline }) { mask[$0] = 1 }
        }
      }
      for hole in piece.holes { each(hole, where: belongs) { mask[$0] = 0 } }
      write(UnsafeBufferPointer(mask), piece, columns, rows, target)
    }
  }

  private func write(
    _ mask: UnsafeBufferPointer<UInt8>, _ piece: Piece, _ columns: Range<Int>, _ rows: Range<Int>,
    _ target: UnsafeMutablePointer<UInt16>
  ) {
    let strides = [1, size.x, size.x * size.y]
    let (u, v) = (strides[piece.plane.axes.u], strides[piece.plane.axes.v])
    let start = piece.plane.index * strides[piece.plane.axis]
    var place = 0
    for row in rows {
      var voxel = target + (start + row * v + columns.lowerBound * u)
      for _ in columns {
        if mask[place] != 0 {
          switch options.overlap {
          case .last: voxel.pointee = piece.number
          case .first: if voxel.pointee == 0 { voxel.pointee = piece.number }
          case .largest: voxel.pointee = max(voxel.pointee, piece.number)
          }
        }
        place += 1
        voxel += u
      }
    }
  }
}
