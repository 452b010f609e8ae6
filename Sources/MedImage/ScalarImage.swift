public import MedVoxel

/// A scan: intensities on a grid in the world. Resampling it interpolates.
///
/// - Shape: `[C, I, J, K]`; channels are modalities, contrasts or components.
/// - Units: the affine maps voxel indices to RAS+ millimetres.
public struct ScalarImage: Hashable, Sendable {
  public var voxels: VoxelBuffer<Float>
  public var affine: Affine

  public init(voxels: VoxelBuffer<Float>, affine: Affine) {
    self.voxels = voxels
    self.affine = affine
  }

  public var channels: Int { voxels.channels }
  public var size: GridSize { voxels.size }
  public var grid: Grid { Grid(size: voxels.size, affine: affine) }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(grid)
    hasher.combine(channels)
  }
}
