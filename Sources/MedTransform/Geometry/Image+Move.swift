import MedImage
import MedVoxel

extension Subject.Image {
  /// Moves or resamples the image onto the change's target. Voxels are copied, not mixed, where the change's
  /// matrix has whole numbers; else scalar images are interpolated and label maps take the nearest voxel.
  mutating func move(
    _ change: GridChange, _ interpolation: Interpolation, _ boundary: Boundary, named name: String
  ) throws(TransformError) {
    let target = change.target
    guard target.size.isPossible else {
      throw TransformError(
        "a result of \(describe(target.size)) voxels is out of range", at: "image “\(name)”",
        remedy: "choose a smaller size or a coarser spacing", cause: .usage)
    }
    do {
      switch self {
      case .scalar(let image):
        let voxels =
          if let moved = try image.voxels.moved(change, boundary) {
            moved
          } else {
            try image.voxels.resampled(
              to: target.size, by: change.matrix, interpolation: interpolation, boundary: boundary)
          }
        self = .scalar(ScalarImage(voxels: voxels, affine: target.affine))
      case .labels(let map):
        let boundary = boundary.isConstant ? .constant(0) : boundary
        let voxels =
          if let moved = try map.voxels.moved(change, boundary) {
            moved
          } else {
            try map.voxels.resampledNearest(to: target.size, by: change.matrix, boundary: boundary)
          }
        self = .labels(LabelMap(voxels: voxels, affine: target.affine))
      }
    } catch let error as VoxelError {
      throw TransformError(error, at: "image “\(name)”")
    } catch {
      throw TransformError("\(error)", at: "image “\(name)”")
    }
  }
}

extension VoxelBuffer {
  /// The voxels copied to where the change moves them; nil where it has to mix them.
  fileprivate func moved(_ change: GridChange, _ boundary: Boundary) throws -> VoxelBuffer? {
    if change.isIdentity { return self }
    guard change.matrix.isWhole else { return nil }
    guard boundary.isConstant || count > 0 || change.target.size.voxelCount == 0 else {
      throw VoxelError(
        "an empty image has no edge to repeat", remedy: "pad with a constant, or leave the image out")
    }
    let offset = change.matrix.origin
    var linear = change.matrix
    linear.origin = .zero
    if linear == .identity {
      let lower = GridIndex(Int(offset.x), Int(offset.y), Int(offset.z))
      let box = GridBox(lower: lower, upper: lower &+ change.target.size)
      return cropped(to: box, padding: boundary)
    }
    if count == 0 || change.target.size.voxelCount == 0 {
      return VoxelBuffer(
        channels: channels, size: change.target.size, repeating: Element(nearest: boundary.constant))
    }
    return try resampledNearest(to: change.target.size, by: change.matrix, boundary: boundary)
  }
}

extension Affine {
  /// A permutation of axes with flips and a whole-numbered shift.
  var isWhole: Bool {
    let numbers = rows.prefix(3).joined()
    return numbers.allSatisfy { $0 == $0.rounded() && abs($0) < 1e9 }
      && [columns.i, columns.j, columns.k].allSatisfy { dot($0, $0) == 1 } && abs(determinant) == 1
  }
}

extension Boundary {
  var isConstant: Bool { if case .constant = self { true } else { false } }
  var constant: Double { if case .constant(let value) = self { value } else { 0 } }
}

extension SIMD3 where Scalar == Int {
  /// Whether a volume of this size can be: each axis fits an image file's header, and all voxels memory.
  var isPossible: Bool {
    (0..<3).allSatisfy { self[$0] >= 0 && self[$0] <= 32767 } && voxelCount <= 1 << 34
  }
}
