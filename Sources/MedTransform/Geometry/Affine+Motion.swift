import Foundation
import MedVoxel

extension Affine {
  /// Turns about x, then y, then z, by angles in radians.
  init(rotationAngles angles: SIMD3<Double>) {
    let (cx, sx) = (cos(angles.x), sin(angles.x))
    let (cy, sy) = (cos(angles.y), sin(angles.y))
    let (cz, sz) = (cos(angles.z), sin(angles.z))
    let x = Affine(i: [1, 0, 0], j: [0, cx, sx], k: [0, -sx, cx])
    let y = Affine(i: [cy, 0, -sy], j: [0, 1, 0], k: [sy, 0, cy])
    let z = Affine(i: [cz, sz, 0], j: [-sz, cz, 0], k: [0, 0, 1])
    self = z * y * x
  }

  /// Elementary shears, the first one applied first: of x along y and z, y along x and z, z along x and y.
  init(shears: [Double]) {
    self = .identity
    for ((row, column), shear) in zip([(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)], shears) {
      var columns = [SIMD3<Double>(1, 0, 0), [0, 1, 0], [0, 0, 1]]
      columns[column][row] = shear
      self = Affine(i: columns[0], j: columns[1], k: columns[2]) * self
    }
  }
}
