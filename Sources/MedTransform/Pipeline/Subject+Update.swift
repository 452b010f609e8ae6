import MedImage
import MedVoxel

extension Subject {
  /// The grid that all images share.
  func commonGrid() throws(TransformError) -> Grid {
    do {
      return try sharedGrid()
    } catch {
      throw TransformError(error.problems, cause: error.cause)
    }
  }

  /// Changes every scalar image in place; label maps stay as they are.
  mutating func updateScalars<Failure: Error>(
    _ update: (String, inout ScalarImage) throws(Failure) -> Void
  ) throws(Failure) {
    try updateEach { name, content throws(Failure) in
      guard case .scalar(var image) = content else { return }
      // Let go of the memory here, or the change below would copy it.
      content = .scalar(.nothing)
      defer { content = .scalar(image) }
      try update(name, &image)
    }
  }

  /// The scalar images with their names, in order.
  var scalars: [(name: String, image: ScalarImage)] {
    names.compactMap { name in self[scalar: name].map { (name, $0) } }
  }
}

extension ScalarImage {
  static let nothing = ScalarImage(voxels: VoxelBuffer(size: .zero), affine: .identity)
}
