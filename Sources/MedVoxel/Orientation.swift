/// Which way the voxel axes run: three letters for the world directions in which I, J, K increase.
///
/// `RAS` means that I grows to the right, J to the front (anterior) and K upward (superior).
public struct Orientation: Hashable, Sendable, Codable, CustomStringConvertible {
  /// For each voxel axis, the world axis it runs along (0 = x, 1 = y, 2 = z), a permutation.
  public let worldAxes: [Int]
  /// For each voxel axis, whether it runs toward the positive end (R, A, S).
  public let isPositive: [Bool]

  public static let ras = Orientation(worldAxes: [0, 1, 2], isPositive: [true, true, true])
  public static let lps = Orientation(worldAxes: [0, 1, 2], isPositive: [false, false, true])

  init(worldAxes: [Int], isPositive: [Bool]) {
    self.worldAxes = worldAxes
    self.isPositive = isPositive
  }

  /// - Parameter code: three of the letters L/R, P/A, I/S, one of each pair, such as `"RAS"` or `"PIL"`.
  /// - Throws: `VoxelError` for anything else.
  public init(_ code: String) throws(VoxelError) {
    var axes: [Int] = []
    var signs: [Bool] = []
    for letter in code.uppercased() {
      guard let axis = ["L": 0, "R": 0, "P": 1, "A": 1, "I": 2, "S": 2][letter], !axes.contains(axis) else {
        axes = []
        break
      }
      axes.append(axis)
      signs.append("RAS".contains(letter))
    }
    guard axes.count == 3 else {
      throw VoxelError(
        "expected an orientation of three letters, one each of L/R, P/A, I/S, found “\(code)”",
        remedy: "for example RAS", cause: .usage)
    }
    self.init(worldAxes: axes, isPositive: signs)
  }

  public var description: String {
    zip(worldAxes, isPositive).map { [["L", "R"], ["P", "A"], ["I", "S"]][$0][$1 ? 1 : 0] }.joined()
  }

  public init(from decoder: any Decoder) throws {
    try self.init(decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension Affine {
  /// The orientation whose axes are nearest to the affine's, as nibabel finds it: the orthogonal matrix
  /// nearest to the rotation part, then the largest entries first come, first served.
  public var orientation: Orientation {
    let d = direction
    let columns = nearestRotation([d.i, d.j, d.k])
    var free: Set<Int> = [0, 1, 2]
    var axes = [0, 0, 0]
    var signs = [true, true, true]
    for voxelAxis in 0..<3 {
      let column = columns[voxelAxis]
      guard let best = free.sorted().max(by: { abs(column[$0]) < abs(column[$1]) }) else { continue }
      free.remove(best)
      axes[voxelAxis] = best
      signs[voxelAxis] = !(column[best] < 0)
    }
    return Orientation(worldAxes: axes, isPositive: signs)
  }
}

/// The orthogonal factor of the polar decomposition (Higham's Newton iteration); the matrix itself where it is
/// singular.
private func nearestRotation(_ columns: [SIMD3<Double>]) -> [SIMD3<Double>] {
  var m = columns
  for _ in 0..<40 {
    let determinant = dot(m[0], cross(m[1], m[2]))
    guard abs(determinant) > 1e-9 else { return columns }
    // The inverse transpose has the cofactors as its columns.
    let t = [cross(m[1], m[2]), cross(m[2], m[0]), cross(m[0], m[1])].map { $0 / determinant }
    let next = (0..<3).map { (m[$0] + t[$0]) * 0.5 }
    let change = (0..<3).reduce(0.0) { $0 + length(next[$1] - m[$1]) }
    m = next
    if change < 1e-12 { break }
  }
  return m
}
