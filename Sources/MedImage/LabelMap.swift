public import MedVoxel

/// A segmentation: one class number a voxel, 0 for the background. Resampling it takes the nearest voxel, so
/// that no class appears that was not there.
///
/// - Shape: `[1, I, J, K]`; class numbers up to 65,535 (FreeSurfer's largest is 14,175).
public struct LabelMap: Hashable, Sendable {
  public var voxels: VoxelBuffer<UInt16>
  public var affine: Affine

  /// - Precondition: `voxels` has one channel.
  public init(voxels: VoxelBuffer<UInt16>, affine: Affine) {
    precondition(voxels.channels == 1, "a label map has one channel")
    self.voxels = voxels
    self.affine = affine
  }

  public var size: GridSize { voxels.size }
  public var grid: Grid { Grid(size: voxels.size, affine: affine) }

  public func hash(into hasher: inout Hasher) { hasher.combine(grid) }
}
