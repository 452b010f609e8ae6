public import MedImage
public import MedRecord
internal import MedTransform
public import MedVoxel

/// Brings a scan onto the network's grid and scale, as the plan says.
public struct Preprocessor: Sendable {
  /// A scan ready for the network.
  public struct Prepared: Sendable {
    /// `image`, and `label` where there was one, on the network's grid.
    public var subject: Subject
    /// The scan's own grid, for the way back.
    public var scan: Grid

    /// From voxel indices of the scan to those of the network's grid.
    public func scanToNetwork() throws -> Affine {
      guard let image = subject[scalar: "image"] else { return .identity }
      return try image.affine.inverse() * scan.affine
    }
  }

  private let plan: Plan.Preprocessing

  public init(_ plan: Plan.Preprocessing) { self.plan = plan }

  /// - Throws: `TransformError` for geometry that can't be resampled.
  public func prepare(_ subject: Subject) throws -> Prepared {
    guard let scan = subject[scalar: "image"]?.grid else {
      throw StudyError("the subject has no scan named “image”")
    }
    var result = subject
    var stream = RandomStream(seed: 0)
    // Empty margins go first: what is cut off need not be resampled.
    if plan.cropsToNonzero {
      try ForegroundCrop(source: "image").apply(to: &result, using: &stream)
    }
    try Spacing(SIMD3(plan.spacing[0], plan.spacing[1], plan.spacing[2]), orientation: plan.orientation)
      .apply(to: &result, using: &stream)
    for (channel, normalization) in plan.normalization.enumerated() {
      try normalize(&result, channel, normalization)
    }
    return Prepared(subject: result, scan: scan)
  }

  private func normalize(
    _ subject: inout Subject, _ channel: Int, _ normalization: Plan.Normalization
  ) throws {
    guard var image = subject[scalar: "image"] else { return }
    subject[scalar: "image"] = nil
    image.voxels.normalize(channel: channel, normalization)
    subject[scalar: "image"] = image
  }
}

extension VoxelBuffer<Float> {
  /// One channel brought to its scale, in place. Statistics are added up in double.
  fileprivate mutating func normalize(channel: Int, _ normalization: Plan.Normalization) {
    let channels = channel..<channel + 1
    switch normalization {
    case .standardize(let nonzero):
      let region = nonzero ? VoxelRegion.nonzero : .all
      let measured = statistics(of: channels, in: region)
      rescale(
        subtracting: Float(measured.mean), multiplyingBy: Float(1 / Swift.max(measured.deviation, 1e-8)),
        of: channels, in: region)
    case .clipAndStandardize(let lower, let upper, let mean, let deviation):
      let scale = 1 / deviation
      rescale(
        subtracting: Float(mean), multiplyingBy: Float(scale),
        limits: Float((lower - mean) * scale)...Float((upper - mean) * scale), of: channels)
    }
  }
}
