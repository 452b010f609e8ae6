public import MedVoxel

extension DICOMSegmentation {
  /// Two segments that share voxels.
  public struct Overlap: Hashable, Sendable {
    /// The segments' numbers.
    public var first: Int
    public var second: Int
    public var voxels: Int
  }

  /// Segment numbers as class numbers.
  ///
  /// A fractional segment takes the voxels where it reaches `threshold` and no other segment reaches more; of
  /// equal ones the lower number counts.
  /// - Throws: `ImageError` that names the segments which share voxels, and how many, where binary segments
  ///   overlap.
  public func labelMap(threshold: Double = 0.5) throws(ImageError) -> LabelMap {
    let pixels = try SegmentationPixels(self)
    let overlaps = kind == .binary ? try pixels.overlaps() : []
    guard overlaps.isEmpty else {
      throw ImageError(
        overlaps.map { overlap in
          Problem(
            "segments \(overlap.first) (\(segment(overlap.first)?.name ?? "")) and \(overlap.second) "
              + "(\(segment(overlap.second)?.name ?? "")) share \(overlap.voxels) voxels", at: source.name,
            remedy: "read the segments as channels, one mask each")
        })
    }
    return LabelMap(voxels: try pixels.labels(threshold: threshold), affine: grid.affine)
  }

  /// The same where it is known that nothing overlaps.
  func labels() throws(ImageError) -> VoxelBuffer<UInt16> {
    try SegmentationPixels(self).labels(threshold: 0.5)
  }

  /// One channel a segment, in their order: 0 or 1, or the numerators of fractions.
  public func masks() throws(ImageError) -> VoxelBuffer<UInt8> {
    let claimed = Double(grid.size.voxelCount) * Double(segments.count)
    guard claimed <= 67_108_864 + 1032 * Double(source.largestContent) else {
      throw ImageError(
        "\(segments.count) masks of \(describe(grid.size)) voxels are more than the file can hold",
        at: source.name)
    }
    return try SegmentationPixels(self).masks()
  }

  /// One channel a segment: the probability or occupancy from 0 to 1.
  public func fractions() throws(ImageError) -> ScalarImage {
    let masks = try masks()
    let scale = Float(kind.maximum)
    let voxels = VoxelBuffer<Float>(channels: masks.channels, size: masks.size) { target in
      masks.withUnsafeBuffer { source in
        for index in 0..<source.count { target[index] = Float(source[index]) / scale }
      }
    }
    return ScalarImage(voxels: voxels, affine: grid.affine)
  }

  /// The pairs of segments that share voxels, where any number above 0 counts; label maps have none.
  public func overlaps() throws(ImageError) -> [Overlap] {
    guard mayOverlap else { return [] }
    return try SegmentationPixels(self).overlaps()
  }

  /// Whether two segments have frames at one position.
  var mayOverlap: Bool {
    guard kind != .labelMap, segments.count > 1 else { return false }
    var segmentAt: [Int: Int] = [:]
    for (segment, slice) in zip(segmentOfFrame, placement.slices) {
      guard let segment else { continue }
      if let other = segmentAt[slice], other != segment { return true }
      segmentAt[slice] = segment
    }
    return false
  }
}
