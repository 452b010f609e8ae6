import CVoxelKernels

/// The distances between the surfaces of two masks, in both directions.
///
/// A surface is a mask's voxels with a face neighbor outside the mask; beyond the volume is outside.
public struct SurfaceDistances: Sendable {
  /// From each surface voxel of the first mask, in memory order, to the nearest surface voxel of the second:
  /// millimeters, infinite where the second mask is empty.
  public var forward: [Double]
  /// From the second mask's surface to the first's.
  public var backward: [Double]

  public init(forward: [Double], backward: [Double]) {
    self.forward = forward
    self.backward = backward
  }

  /// Surfaces of one label in two label maps.
  ///
  /// - Parameters:
  ///   - box: A box that holds all of the label's voxels in both maps (`LabelOverlap.box(_:)`).
  ///   - spacing: Millimeters between voxel centers.
  ///   - isPlanar: Whether the third axis has no outside; by default in a volume of one slice.
  /// - Complexity: O(voxels of the box) along rows and within slices; across slices each surface voxel searches
  ///   as far as its distance.
  public init(
    of label: UInt16, in first: VoxelBuffer<UInt16>, and second: VoxelBuffer<UInt16>, box: GridBox,
    spacing: SIMD3<Double>, isPlanar: Bool? = nil
  ) {
    precondition(first.size == second.size, "the shapes differ")
    let box = box.intersection(GridBox(size: first.size))
    let size = box.size
    self.init(forward: [], backward: [])
    guard !box.isEmpty else { return }
    precondition(size.voxelCount < Int(Int32.max), "the box is too large for 32-bit indices")
    let neighbors: Int32 = isPlanar ?? (first.size.z == 1) ? 4 : 6
    let (plane, nz) = (size.x * size.y, size.z)
    let extent = [Int64(size.x), Int64(size.y), Int64(size.z)]
    let whole = [Int64(first.size.x), Int64(first.size.y), Int64(first.size.z)]
    let lower = [Int64(box.lower.x), Int64(box.lower.y), Int64(box.lower.z)]
    let volume = plane * nz
    let masks = VoxelBuffer<UInt8>(uninitializedChannels: 2, size: size)
    let surfaces = VoxelBuffer<UInt8>(uninitializedChannels: 2, size: size)
    let rows = VoxelBuffer<Float>(uninitializedChannels: 2, size: size)
    let slices = VoxelBuffer<Float>(uninitializedChannels: 2, size: size)
    // SAFETY: each call writes a slice of its own and reads what an earlier round has finished.
    nonisolated(unsafe) let labels = [UnsafePointer(first.storage.base), UnsafePointer(second.storage.base)]
    nonisolated(unsafe) let (mask, surface) = (masks.storage.base, surfaces.storage.base)
    nonisolated(unsafe) let (row, slice) = (rows.storage.base, slices.storage.base)
    Parallel.forEach(2 * nz) { task in
      let (side, k) = (task / nz, task % nz)
      vk_equal_box_u16(labels[side], whole, lower, extent, Int64(k), label, mask + side * volume)
    }
    let points = Parallel.map(2 * nz) { task -> [Int32] in
      let (side, k) = (task / nz, task % nz)
      let start = side * volume + k * plane
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * (size.x + 64)) { scratch in
        vk_erode_u8(
          mask + side * volume, surface + side * volume, extent, Int64(k), neighbors, 0, scratch.baseAddress)
      }
      vk_remove_inner_u8(mask + start, surface + start, Int64(plane))
      vk_distance_rows(
        surface + start, extent[0], extent[1], Float(spacing.x), row + start, 0, nil)
      distanceLines(
        row + start, slice + start, width: size.x, length: size.y, stride: size.x, spacing: spacing.y,
        nearest: nil)
      let count = Int(vk_count_set_u8(surface + start, Int64(plane)))
      return [Int32](unsafeUninitializedCapacity: count) { buffer, initialized in
        initialized = Int(
          vk_collect_set_u8(surface + start, Int64(plane), Int32(k * plane), buffer.baseAddress))
      }
    }
    let distances = Parallel.map(2 * nz) { task -> [Double] in
      let other = (1 - task / nz) * volume
      let from = points[task]
      return [Double](unsafeUninitializedCapacity: from.count) { buffer, initialized in
        vk_distance_query(
          row + other, slice + other, extent, [spacing.x, spacing.y, spacing.z], from, Int64(from.count),
          buffer.baseAddress)
        initialized = from.count
      }
    }
    withExtendedLifetime((first.storage, second.storage, masks, surfaces, rows, slices)) {}
    forward = Array(distances[..<nz].joined())
    backward = Array(distances[nz...].joined())
  }
}
