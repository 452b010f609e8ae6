import Foundation
import MedCheckpoint
import MedImage
import MedTransform
import MedVoxel

extension TransformRunners {
  static let spacing: Maker = { arguments, test, image in
    try arguments.require("align_corners", false)
    try arguments.require("recompute_affine", false)
    arguments.ignore("dtype")
    let call = test.call
    let sampling = try Sampling(arguments, call, padding: "border")
    let old = image.image.affine.spacing
    var wanted = try arguments.doubles("pixdim")
    guard let last = wanted.last else { throw ParityRefusal("no spacing") }
    while wanted.count < image.rank { wanted.append(last) }
    let least = try arguments.doubles("min_pixdim", or: [])
    let most = try arguments.doubles("max_pixdim", or: [])
    var spacing = SIMD3<Double>.zero
    for axis in 0..<image.rank {
      let low = axis < least.count ? min(least[axis], wanted[axis]) : wanted[axis]
      let high = axis < most.count ? max(most[axis], wanted[axis]) : wanted[axis]
      if axis < least.count, axis < most.count, least[axis] > most[axis] {
        throw ParityRefusal("a range of spacings that is empty")
      }
      let isKept = old[axis] >= low - 1e-3 && old[axis] <= high + 1e-3
      spacing[axis] = isKept || wanted[axis] <= 0 ? 0 : wanted[axis]
    }
    let transform = Spacing(
      spacing, axes: try arguments.bool("diagonal", or: false) ? .world : .image,
      extent: try arguments.bool("scale_extent", or: false) ? .voxelFaces : .voxelCenters,
      interpolation: sampling.interpolation, boundary: sampling.boundary)
    guard call.value("output_spatial_shape") != nil else { return Prepared(transform) }
    var grid = try transform.target(for: image.image.grid)
    grid.size = try call.ints("output_spatial_shape").gridSize(keeping: grid.size)
    return Prepared(
      Resampling(to: .grid(grid), interpolation: sampling.interpolation, boundary: sampling.boundary))
  }

  static let spatialResample: Maker = { arguments, test, image in
    let call = test.call
    try arguments.require("align_corners", false)
    try call.require("align_corners", false)
    arguments.ignore("dtype")
    call.ignore("dtype")
    let sampling = try Sampling(arguments, call, padding: "border")
    guard let affine = try call.affine("dst_affine") else { return Prepared() }
    var size = image.image.size
    if call.value("spatial_size") != nil {
      size = try call.ints("spatial_size").gridSize(keeping: size, isNegativeKept: true)
    } else {
      size = try Grid(size: size, affine: image.image.affine).covered(by: affine)
    }
    return try resampling(image, to: Grid(size: size, affine: affine), sampling)
  }

  static let resampleToMatch: Maker = { arguments, test, image in
    try arguments.require("align_corners", false)
    arguments.ignore("dtype")
    let sampling = try Sampling(arguments, test.call, padding: "border")
    guard let entry = test.optionalInput("img_dst") else { throw ParityRefusal("no image to match") }
    return try resampling(image, to: try ParityImage(entry).image.grid, sampling)
  }

  /// Nothing within a thousandth, as the reference.
  private static func resampling(_ image: ParityImage, to grid: Grid, _ sampling: Sampling) throws -> Prepared
  {
    let own = image.image.grid
    let same = zip(own.affine.rows.joined(), grid.affine.rows.joined())
      .allSatisfy { abs($0 - $1) <= 1e-3 + 1e-5 * abs($1) }
    if own.size == grid.size, same { return Prepared() }
    return Prepared(
      Resampling(to: .grid(grid), interpolation: sampling.interpolation, boundary: sampling.boundary))
  }

  static let orientation: Maker = { arguments, _, image in
    var code = arguments.value("axcodes")?.string
    if try arguments.bool("as_closest_canonical", or: false) { code = "RAS" }
    if let labels = arguments.value("labels")?.array, let letters = code {
      // Our letters name the end toward which an axis runs; theirs are given as pairs of ends.
      let ends = labels.map { ($0.array ?? []).compactMap(\.string) }
      let ours = [["L", "R"], ["P", "A"], ["I", "S"]]
      code = letters.map { letter in
        for (axis, pair) in ends.enumerated() where pair.count == 2 && axis < 3 {
          if let end = pair.firstIndex(of: String(letter)) { return ours[axis][end] }
        }
        return String(letter)
      }.joined()
    }
    guard let code, code.count >= image.rank else { throw ParityRefusal("no target orientation") }
    return Prepared(
      Reorientation(to: try Orientation(image.rank == 2 ? String(code.prefix(2)) + "S" : code)))
  }

  static let flip: Maker = { arguments, _, image in
    let axes = try arguments.ints("spatial_axis", or: Array(0..<image.rank))
    guard axes.allSatisfy({ (-image.rank..<image.rank).contains($0) }) else {
      throw ParityRefusal("no such axis")
    }
    return Prepared(Flip(axes: Set(axes.map { $0 < 0 ? $0 + image.rank : $0 })))
  }

  static let affine: Maker = { arguments, _, image in
    try arguments.require("align_corners", false)
    try arguments.require("normalized", false)
    arguments.ignore("dtype", "device")
    let sampling = try Sampling(arguments, nil, padding: "reflection")
    guard (0..<image.rank).allSatisfy({ image.image.size[$0] > 1 }) else {
      throw Unsupported("an axis of one voxel, whose shift the reference halves")
    }
    let size = try arguments.ints("spatial_size", or: [-1]).gridSize(keeping: image.image.size)
    let matrix = try arguments.affine("affine") ?? affineMatrix(arguments, rank: image.rank)
    let centered =
      .translation(image.image.size.center) * matrix * Affine.translation(-size.center)
    let grid = Grid(size: size, affine: image.image.affine * centered)
    var extra: [Output] = []
    if !(try arguments.bool("image_only", or: false)) {
      let rows = centered.rows(rank: image.rank)
      extra.append(
        Output("matrix", NDArray(shape: [rows.count, rows.count], values: rows.flatMap { $0 })))
    }
    var prepared = Prepared(
      Resampling(to: .grid(grid), interpolation: sampling.interpolation, boundary: sampling.boundary))
    prepared.extra = extra
    return prepared
  }

  /// Rotation · shear · translation · scale, about the center, from output to input voxels.
  private static func affineMatrix(_ arguments: Arguments, rank: Int) throws -> Affine {
    let angles = try arguments.doubles("rotate_params", or: [])
    let shears = try arguments.doubles("shear_params", or: [])
    let shifts = try arguments.doubles("translate_params", or: [])
    let scales = try arguments.doubles("scale_params", or: [])
    func turn(_ axis: Int, _ angle: Double) -> Affine {
      let (c, s) = (cos(angle), sin(angle))
      switch axis {
      case 0: return Affine(i: [1, 0, 0], j: [0, c, s], k: [0, -s, c])
      case 1: return Affine(i: [c, 0, -s], j: [0, 1, 0], k: [s, 0, c])
      default: return Affine(i: [c, s, 0], j: [-s, c, 0], k: [0, 0, 1])
      }
    }
    var result = Affine.identity
    if rank == 2 {
      if let angle = angles.first { result = turn(2, angle) }
    } else {
      for (axis, angle) in angles.enumerated() where axis < 3 { result = result * turn(axis, angle) }
    }
    // One shear after the other, the first one applied first.
    let places = rank == 2 ? [(0, 1), (1, 0)] : [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]
    var shearing = Affine.identity
    for ((row, column), shear) in zip(places, shears) {
      var columns = [SIMD3<Double>(1, 0, 0), [0, 1, 0], [0, 0, 1]]
      columns[column][row] = shear
      shearing = Affine(i: columns[0], j: columns[1], k: columns[2]) * shearing
    }
    result = result * shearing
    func vector(_ values: [Double], filling: Double) -> SIMD3<Double> {
      let v = values + Array(repeating: filling, count: max(0, 3 - values.count))
      return [v[0], v[1], v[2]]
    }
    result = result * .translation(vector(shifts, filling: 0))
    return result * Affine(spacing: vector(scales, filling: 1))
  }
}

/// What the reference refuses and we never come to ask our API, because it has no such argument.
struct ParityRefusal: Error {
  var what: String
  init(_ what: String) { self.what = what }
}

/// How the reference names interpolation and boundaries.
struct Sampling {
  var interpolation = Interpolation.linear
  var boundary: Boundary

  init(_ arguments: Arguments, _ call: Arguments?, padding: String, key: Int? = nil) throws {
    func pick(_ name: String) -> JSONValue? {
      let value = call?.value(name) ?? arguments.value(name)
      if let key, let list = value?.array { return key < list.count ? list[key] : list.last }
      return value
    }
    let mode = pick("mode")
    var isSpline = false
    switch (mode?.string, mode?.int) {
    case (nil, nil), ("bilinear"?, _): interpolation = .linear
    case ("nearest"?, _): interpolation = .nearest
    case (_, 1?): (interpolation, isSpline) = (.linear, true)
    case (_, 3?): (interpolation, isSpline) = (.cubic, true)
    default: throw Unsupported("argument mode = \(mode.map { "\($0)" } ?? "")")
    }
    let name = pick("padding_mode")?.string ?? padding
    switch (name, isSpline) {
    case ("zeros", false), ("grid-constant", true): boundary = .constant(0)
    case ("constant", true) where interpolation == .cubic: boundary = .constant(0)
    case ("border", _), ("nearest", true): boundary = .border
    case ("reflection", _), ("reflect", true), ("grid-mirror", true): boundary = .reflection
    case ("mirror", true): boundary = .mirror
    default: throw Unsupported("argument padding_mode = \(name)")
    }
  }
}

extension [Int] {
  /// Sizes as the reference gives them: one for all axes, -1 (or any not above 0) for the old size.
  func gridSize(keeping old: GridSize, isNegativeKept: Bool = false) -> GridSize {
    var size = old
    for axis in 0..<3 where count == 1 || axis < count {
      let value = self[count == 1 ? 0 : axis]
      if value > 0 || (isNegativeKept && value == 0) { size[axis] = value }
    }
    return size
  }
}

extension SIMD3 where Scalar == Int {
  var center: SIMD3<Double> { [Double(x - 1) / 2, Double(y - 1) / 2, Double(z - 1) / 2] }
}

extension Grid {
  /// The size that a grid along other axes needs to reach from corner to corner.
  func covered(by affine: Affine) throws -> GridSize {
    let inverse = try affine.inverse()
    var lower = SIMD3<Double>(repeating: .infinity)
    var upper = -lower
    for corner in 0..<8 {
      let p = SIMD3<Double>(
        corner & 1 == 0 ? 0 : Double(size.x - 1), corner & 2 == 0 ? 0 : Double(size.y - 1),
        corner & 4 == 0 ? 0 : Double(size.z - 1))
      let q = inverse(self.affine(p))
      lower = pointwiseMin(lower, q)
      upper = pointwiseMax(upper, q)
    }
    let count = (upper - lower + 1).rounded(.toNearestOrEven)
    return GridSize(Int(count.x), Int(count.y), Int(count.z))
  }
}
