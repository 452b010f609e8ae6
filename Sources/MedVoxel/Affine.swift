/// A position or direction in world coordinates: RAS+ millimetres (x to the right, y to the front, z up).
public typealias WorldPoint = SIMD3<Double>

/// A 4×4 matrix whose last row is 0 0 0 1: from voxel indices to world coordinates, or between voxel grids.
///
/// - Units: RAS+ millimetres; an index names the centre of its voxel.
public struct Affine: Hashable, Sendable {
  /// The first three columns: the step in millimetres for one voxel along I, J, K.
  public var columns: (i: SIMD3<Double>, j: SIMD3<Double>, k: SIMD3<Double>) {
    get { (x, y, z) }
    set { (x, y, z) = newValue }
  }
  var x: SIMD3<Double>
  var y: SIMD3<Double>
  var z: SIMD3<Double>
  /// The world position of voxel (0, 0, 0).
  public var origin: WorldPoint

  public static let identity = Affine(spacing: [1, 1, 1])

  public init(i: SIMD3<Double>, j: SIMD3<Double>, k: SIMD3<Double>, origin: WorldPoint = .zero) {
    (x, y, z) = (i, j, k)
    self.origin = origin
  }

  public init(spacing: SIMD3<Double>, origin: WorldPoint = .zero) {
    self.init(i: [spacing.x, 0, 0], j: [0, spacing.y, 0], k: [0, 0, spacing.z], origin: origin)
  }

  public static func translation(_ offset: SIMD3<Double>) -> Affine {
    Affine(spacing: [1, 1, 1], origin: offset)
  }

  /// - Parameter rows: three or four rows of four numbers.
  /// - Precondition: there are that many.
  public init(rows: [[Double]]) {
    precondition(rows.count >= 3 && rows.prefix(3).allSatisfy { $0.count == 4 }, "an affine has 3×4 numbers")
    func column(_ c: Int) -> SIMD3<Double> { [rows[0][c], rows[1][c], rows[2][c]] }
    self.init(i: column(0), j: column(1), k: column(2), origin: column(3))
  }

  /// Four rows of four numbers.
  public var rows: [[Double]] {
    (0..<3).map { [x[$0], y[$0], z[$0], origin[$0]] } + [[0, 0, 0, 1]]
  }

  @inlinable public func callAsFunction(_ point: SIMD3<Double>) -> SIMD3<Double> {
    linear(point) + origin
  }

  /// The matrix without the translation, for directions.
  public func linear(_ vector: SIMD3<Double>) -> SIMD3<Double> {
    x * vector.x + y * vector.y + z * vector.z
  }

  /// First `b`, then `a`.
  public static func * (a: Affine, b: Affine) -> Affine {
    Affine(i: a.linear(b.x), j: a.linear(b.y), k: a.linear(b.z), origin: a(b.origin))
  }

  public var determinant: Double { dot(x, cross(y, z)) }

  /// Whether voxel volume is zero or any number is not finite.
  public var isSingular: Bool {
    let scale = length(x) * length(y) * length(z)
    return !scale.isFinite || scale == 0 || !dot(origin, origin).isFinite || abs(determinant) < 1e-12 * scale
  }

  /// - Throws: `VoxelError` when the matrix is singular.
  public func inverse() throws(VoxelError) -> Affine {
    guard !isSingular else {
      throw VoxelError(
        "the affine \(rows.prefix(3)) has no inverse", remedy: "mend the geometry in the file's header")
    }
    let d = 1 / determinant
    let (r0, r1, r2) = (cross(y, z) * d, cross(z, x) * d, cross(x, y) * d)
    let inverse = Affine(
      i: [r0.x, r1.x, r2.x], j: [r0.y, r1.y, r2.y], k: [r0.z, r1.z, r2.z])
    var result = inverse
    result.origin = -inverse.linear(origin)
    return result
  }

  /// The distance in millimetres between neighbouring voxel centres along I, J, K.
  public var spacing: SIMD3<Double> { [length(x), length(y), length(z)] }

  /// Unit vectors along I, J, K; zero for an axis of spacing zero.
  public var direction: (i: SIMD3<Double>, j: SIMD3<Double>, k: SIMD3<Double>) {
    func unit(_ v: SIMD3<Double>) -> SIMD3<Double> { length(v) > 0 ? v / length(v) : .zero }
    return (unit(x), unit(y), unit(z))
  }

  /// The volume of a voxel in mm³.
  public var voxelVolume: Double { abs(determinant) }

  /// The largest distance between corresponding corners of a grid placed by the two affines, in millimetres.
  public func largestDistance(to other: Affine, over size: GridSize) -> Double {
    var largest = 0.0
    for corner in 0..<8 {
      let p = SIMD3<Double>(
        corner & 1 == 0 ? 0 : Double(size.x - 1), corner & 2 == 0 ? 0 : Double(size.y - 1),
        corner & 4 == 0 ? 0 : Double(size.z - 1))
      largest = max(largest, length(self(p) - other(p)))
    }
    return largest
  }
}

extension Affine: Codable {
  public init(from decoder: any Decoder) throws {
    let rows = try decoder.singleValueContainer().decode([[Double]].self)
    guard rows.count >= 3, rows.prefix(3).allSatisfy({ $0.count == 4 }) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "an affine has four rows of four numbers"))
    }
    self.init(rows: rows)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rows)
  }
}

@inlinable public func dot(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double { (a * b).sum() }

@inlinable public func length(_ a: SIMD3<Double>) -> Double { dot(a, a).squareRoot() }

@inlinable public func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
  [a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x]
}
