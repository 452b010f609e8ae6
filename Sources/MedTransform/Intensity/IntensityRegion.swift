public import MedImage
public import MedVoxel

/// Which voxels a transform measures and changes.
public enum IntensityRegion: Codable, Hashable, Sendable {
  case all
  /// Those whose value is not zero.
  case nonzero
  /// Those where the label map of this name is not 0; it has the image's size.
  case labels(named: String)

  /// The region in an image of the subject.
  /// - Throws: `TransformError` when there is no such label map, or it has another size.
  public func voxels(
    of name: String, sized size: GridSize, in subject: Subject
  ) throws(TransformError) -> VoxelRegion {
    switch self {
    case .all: return .all
    case .nonzero: return .nonzero
    case .labels(let mapName):
      guard let map = subject[labels: mapName] else {
        throw TransformError(
          "there is no label map “\(mapName)” to take the region from; the subject has "
            + subject.names.joined(separator: ", "), cause: .usage)
      }
      guard map.size == size else {
        throw TransformError(
          "the label map “\(mapName)” has \(describe(map.size)) voxels, the image \(describe(size))",
          at: "image “\(name)”", remedy: "resample one onto the other")
      }
      let mask = VoxelBuffer<UInt8>(size: size) { mask in
        map.voxels.withUnsafeBuffer { labels in
          for offset in 0..<labels.count { mask[offset] = labels[offset] == 0 ? 0 : 1 }
        }
      }
      return .mask(mask)
    }
  }
}
