public import MedVoxel

extension NIfTIHeader {
  /// Which part of the header gives the affine: the sform where its code is above 0, else the qform where its
  /// code is above 0, else a made-up affine (NIfTI-1 standard; the order of preference is nibabel's).
  public enum Form: String, Sendable { case sform, qform, none }

  public var form: Form { sformCode > 0 ? .sform : qformCode > 0 ? .qform : .none }

  /// Voxel index to RAS+ millimetres by the chosen form.
  public var affine: Affine {
    switch form {
    case .sform: Affine(rows: srow)
    case .qform: qform
    case .none: centred
    }
  }

  /// The affine of the quaternion, the spacing and the handedness.
  public var qform: Affine {
    let (b, c, d) = (quaternion.x, quaternion.y, quaternion.z)
    let rest = 1 - dot(quaternion, quaternion)
    // What rounding can leave of 1 is no angle: the rotation is then by 180°.
    let noise = 3 * (version == 1 ? Double(Float.ulpOfOne) : Double.ulpOfOne)
    let a = rest > noise ? rest.squareRoot() : 0
    let scale = 2 / (a * a + dot(quaternion, quaternion))
    let z = pixdim[3] * (pixdim[0] < 0 ? -1 : 1)
    return Affine(
      i: SIMD3(1 - scale * (c * c + d * d), scale * (b * c + a * d), scale * (b * d - a * c)) * pixdim[1],
      j: SIMD3(scale * (b * c - a * d), 1 - scale * (b * b + d * d), scale * (c * d + a * b)) * pixdim[2],
      k: SIMD3(scale * (b * d + a * c), scale * (c * d - a * b), 1 - scale * (b * b + c * c)) * z,
      origin: qoffset)
  }

  /// Without any form: the middle of the grid at the origin, the first axis running left.
  private var centred: Affine {
    let spacing = SIMD3(-pixdim[1], pixdim[2], pixdim[3])
    func half(_ axis: Int) -> Double { axis <= dim[0] ? (Double(dim[axis]) - 1) / 2 : 0 }
    return Affine(spacing: spacing, origin: -spacing * SIMD3(half(1), half(2), half(3)))
  }

  /// Sets sform and qform (codes 1 where they were 0) and the spacing. A sheared affine has no quaternion; its
  /// qform code is then 0.
  public mutating func setAffine(_ affine: Affine) {
    srow = Array(affine.rows.prefix(3))
    let spacing = affine.spacing
    (pixdim[1], pixdim[2], pixdim[3]) = (spacing.x, spacing.y, spacing.z)
    sformCode = max(sformCode, 1)
    qoffset = affine.origin
    var d = affine.direction
    pixdim[0] = affine.determinant < 0 ? -1 : 1
    if affine.determinant < 0 { d.k = -d.k }
    quaternion = Self.quaternion(d.i, d.j, d.k)
    let difference = max(
      length(qform.columns.i - affine.columns.i), length(qform.columns.j - affine.columns.j),
      length(qform.columns.k - affine.columns.k))
    qformCode = difference < 1e-3 * spacing.min() ? max(qformCode, 1) : 0
  }

  /// b, c, d of the unit quaternion of a rotation matrix, a ≥ 0 (Shepperd's choice of the largest component).
  private static func quaternion(
    _ x: SIMD3<Double>, _ y: SIMD3<Double>, _ z: SIMD3<Double>
  ) -> SIMD3<Double> {
    let squares = [
      1 + x.x + y.y + z.z, 1 + x.x - y.y - z.z, 1 - x.x + y.y - z.z, 1 - x.x - y.y + z.z,
    ]
    let best = squares.indices.max { squares[$0] < squares[$1] } ?? 0
    let s = 2 * max(squares[best], 0).squareRoot()
    guard s > 0 else { return .zero }
    let q: (a: Double, v: SIMD3<Double>)
    switch best {
    case 0: q = (s / 4, SIMD3(y.z - z.y, z.x - x.z, x.y - y.x) / s)
    case 1: q = ((y.z - z.y) / s, [s / 4, (y.x + x.y) / s, (z.x + x.z) / s])
    case 2: q = ((z.x - x.z) / s, [(y.x + x.y) / s, s / 4, (z.y + y.z) / s])
    default: q = ((x.y - y.x) / s, [(z.x + x.z) / s, (z.y + y.z) / s, s / 4])
    }
    return q.a < 0 ? -q.v : q.v
  }
}
