import MedVoxel

/// Voxels of an HDF5 array, unpacked when they are asked for.
struct HDF5Voxels: VoxelSource {
  var dataset: HDF5Dataset
  /// One for each slab of equal size; empty where values are kept.
  var scales: [SlabScale] = []
  /// The array's axes, the fastest first; the parts of complex numbers are one of them.
  var axes: [Int]
  var order: [Int]
  var isBigEndian: Bool
  var type: VoxelType

  func stored(_ header: ImageHeader) throws(ImageError) -> StoredVoxels {
    let content = dataset.plainOffset == nil ? try dataset.elements() : nil
    let total = axes.reduce(1, *)
    let count = max(1, scales.count)
    let start = dataset.plainOffset ?? 0
    let slabs = (0..<count).map { index in
      SlabVoxels.Slab(
        offset: start + index * (total / count) * type.byteCount, type: type,
        scale: scales.isEmpty ? nil : scales[index])
    }
    return try SlabVoxels(
      source: dataset.file.source, slabs: slabs, isSwapped: isBigEndian != isHostBigEndian, axes: axes,
      order: order, content: content
    ).stored(header)
  }
}
