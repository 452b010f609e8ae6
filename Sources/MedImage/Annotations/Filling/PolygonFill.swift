/// The pixels of a window that one polygon encloses, row by row, exact to the last bit.
///
/// Whole coordinates are pixel centers. Whether a center is inside, outside or on the outline is decided as if with
/// infinite precision, for any polygon: crossing itself, with points repeated, or folded onto itself. A polygon of one
/// or two points is all outline.
///
/// - Complexity: O(points + rows · edges across a row + pixels of the window) time, O(points + columns) memory.
public struct PolygonFill: Sendable {
  /// Where a pixel's center lies.
  public enum Place: UInt8, Sendable { case outside, outline, inside }

  /// A part of the polygon that is not level, from its lower end to its upper.
  private struct Edge: Sendable {
    var low: SIMD2<Double>
    var high: SIMD2<Double>
    /// Columns for each row.
    var slope: Double
    /// The rows it crosses, the upper end left out.
    var first: Int
    var end: Int
    /// How the winding number changes to the right of it.
    var turn: Int32
    /// How far a computed column may be off.
    var doubt: Double
  }

  /// Pixels of a row on the outline.
  private struct Run: Sendable {
    var row: Int
    var from: Int
    var through: Int
  }

  /// No coordinate may be further out, in pixels: 2³⁰.
  public static let farthest = 1_073_741_824.0

  private var edges: [Edge] = []
  private var runs: [Run] = []
  /// The rows that can hold a pixel.
  public let rows: Range<Int>
  /// The columns that can hold a pixel.
  public let columns: Range<Int>

  /// - Parameters:
  ///   - points: column and row of each corner; the last is joined to the first.
  ///   - columns, rows: the window outside of which nothing is asked for.
  /// - Precondition: coordinates are finite and at most `farthest` away from 0.
  public init(_ points: [SIMD2<Double>], columns: Range<Int>, rows: Range<Int>) {
    guard var low = points.first else {
      (self.columns, self.rows) = (0..<0, 0..<0)
      return
    }
    var high = low
    for point in points {
      (low, high) = (pointwiseMin(low, point), pointwiseMax(high, point))
    }
    precondition(
      all(low .>= -Self.farthest) && all(high .<= Self.farthest), "the polygon is too far away")
    self.columns = Self.whole(low.x, high.x, within: columns)
    self.rows = Self.whole(low.y, high.y, within: rows)
    guard !self.columns.isEmpty, !self.rows.isEmpty else { return }
    // Products of smaller numbers would underflow.
    let tiny = 0x1p-300
    func settled(_ point: SIMD2<Double>) -> SIMD2<Double> {
      point.replacing(with: 0, where: (point .< tiny) .& (point .> -tiny))
    }
    guard var previous = points.last.map(settled) else { return }
    edges.reserveCapacity(points.count)
    for point in points {
      let next = settled(point)
      add(from: previous, to: next)
      previous = next
    }
    edges.sort { $0.first < $1.first }
    runs.sort { $0.row < $1.row }
  }

  /// The whole numbers from `low` through `high`.
  private static func whole(_ low: Double, _ high: Double, within range: Range<Int>) -> Range<Int> {
    let first = max(Int(low.rounded(.up)), range.lowerBound)
    let end = min(Int(high.rounded(.down)) + 1, range.upperBound)
    return first..<max(first, end)
  }

  private mutating func add(from a: SIMD2<Double>, to b: SIMD2<Double>) {
    // The end, where it is a center; every corner is an end.
    if b.y == b.y.rounded(), b.x == b.x.rounded(), rows.contains(Int(b.y)) {
      runs.append(Run(row: Int(b.y), from: Int(b.x), through: Int(b.x)))
    }
    if a.y == b.y {
      guard a.y == a.y.rounded(), rows.contains(Int(a.y)) else { return }
      let (from, through) = (min(a.x, b.x).rounded(.up), max(a.x, b.x).rounded(.down))
      if from <= through { runs.append(Run(row: Int(a.y), from: Int(from), through: Int(through))) }
      return
    }
    let (low, high) = a.y < b.y ? (a, b) : (b, a)
    let first = max(Int(low.y.rounded(.up)), rows.lowerBound)
    let end = min(Int(high.y.rounded(.up)), rows.upperBound)
    guard first < end else { return }
    edges.append(
      Edge(
        low: low, high: high, slope: (high.x - low.x) / (high.y - low.y), first: first, end: end,
        turn: a.y < b.y ? 1 : -1,
        // Seven roundings of numbers no larger than the sum, each by at most 2⁻⁵³ of it; twice that to be safe.
        doubt: 0x1p-49 * (abs(low.x) + abs(high.x))))
  }

  /// Pixels and crossings of edges that filling visits.
  public var work: Int { edges.reduce(rows.count * columns.count) { $0 + $1.end - $1.first } }

  /// Calls `body` with each row of `rows` in the polygon's reach, and a place for each of `columns`.
  public func forEachRow(
    _ rule: FillRule, in rows: Range<Int>? = nil, body: (Int, UnsafeBufferPointer<Place>) -> Void
  ) {
    let window = rows.map { $0.clamped(to: self.rows) } ?? self.rows
    guard !window.isEmpty, !columns.isEmpty else { return }
    let width = columns.count
    var active: [Int] = []
    var (nextEdge, nextRun) = (0, 0)
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: width) { turns in
      withUnsafeTemporaryAllocation(of: Place.self, capacity: width) { places in
        for row in window {
          turns.initialize(repeating: 0)
          places.initialize(repeating: .outside)
          while nextEdge < edges.count, edges[nextEdge].first <= row {
            if edges[nextEdge].end > row { active.append(nextEdge) }
            nextEdge += 1
          }
          active.removeAll { edges[$0].end <= row }
          for index in active { cross(edges[index], row, turns, places) }
          while nextRun < runs.count, runs[nextRun].row <= row {
            let run = runs[nextRun]
            nextRun += 1
            guard run.row == row else { continue }
            let part = (run.from..<run.through + 1).clamped(to: columns)
            for column in part { places[column - columns.lowerBound] = .outline }
          }
          var winding: Int32 = 0
          for column in 0..<width {
            winding &+= turns[column]
            let isInside = rule == .nonZero ? winding != 0 : winding & 1 != 0
            if isInside, places[column] == .outside { places[column] = .inside }
          }
          body(row, UnsafeBufferPointer(places))
        }
      }
    }
  }

  /// Where an edge crosses a row: the winding number changes at the first center to the right.
  private func cross(
    _ edge: Edge, _ row: Int, _ turns: UnsafeMutableBufferPointer<Int32>,
    _ places: UnsafeMutableBufferPointer<Place>
  ) {
    let x = edge.low.x + (Double(row) - edge.low.y) * edge.slope
    let near = x.rounded()
    let center: Int
    if abs(x - near) <= edge.doubt {
      // Above an edge that rises, a center to its right is on the negative side.
      let side = ExactSide.sign(edge.low, edge.high, [near, Double(row)])
      center = Int(near) + (side < 0 ? 0 : 1)
      if side == 0, columns.contains(Int(near)) { places[Int(near) - columns.lowerBound] = .outline }
    } else {
      center = Int(x.rounded(.down)) + 1
    }
    guard center < columns.upperBound else { return }
    turns[max(center - columns.lowerBound, 0)] &+= edge.turn
  }
}
