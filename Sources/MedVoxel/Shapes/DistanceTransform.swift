import CVoxelKernels

extension VoxelBuffer where Element == UInt8 {
  /// The exact Euclidean distance from each voxel to the nearest set voxel, channel by channel.
  ///
  /// - Parameter spacing: Millimeters between voxel centers along I, J, K.
  /// - Returns: Millimeters; 0 in the set, infinite where a channel has no set voxel.
  /// - Complexity: O(voxels) along rows; along the other axes each voxel searches as far as its result.
  public func distance(spacing: SIMD3<Double> = [1, 1, 1]) -> VoxelBuffer<Float> {
    let result = VoxelBuffer<Float>(uninitializedChannels: channels, size: size)
    for channel in 0..<channels {
      transform(channel, spacing: spacing, into: result.storage.base + channel * voxelCount, nearest: nil)
    }
    return result
  }

  /// The distance, and which set voxel is the nearest: its index in the channel's memory order, -1 for none.
  ///
  /// Of equally near ones it is the one nearest along K, then J, then I, and of those the lower.
  public func distanceAndNearest(
    spacing: SIMD3<Double> = [1, 1, 1]
  ) -> (distance: VoxelBuffer<Float>, nearest: VoxelBuffer<Int32>) {
    precondition(voxelCount < Int(Int32.max), "the volume is too large for 32-bit indices")
    let result = VoxelBuffer<Float>(uninitializedChannels: channels, size: size)
    let nearest = VoxelBuffer<Int32>(uninitializedChannels: channels, size: size)
    for channel in 0..<channels {
      let offset = channel * voxelCount
      transform(
        channel, spacing: spacing, into: result.storage.base + offset, nearest: nearest.storage.base + offset)
    }
    return (result, nearest)
  }

  /// Positive outside the mask (distance to it), negative inside (distance to what is outside it).
  public func signedDistance(spacing: SIMD3<Double> = [1, 1, 1]) -> VoxelBuffer<Float> {
    var inverse = self
    inverse.withUnsafeMutableBuffer { for i in $0.indices { $0[i] = $0[i] == 0 ? 1 : 0 } }
    var result = distance(spacing: spacing)
    let inside = inverse.distance(spacing: spacing)
    inverse.withUnsafeBuffer { outside in
      inside.withUnsafeBuffer { depth in
        result.withUnsafeMutableBuffer { for i in $0.indices where outside[i] == 0 { $0[i] = -depth[i] } }
      }
    }
    return result
  }

  private func transform(
    _ channel: Int, spacing: SIMD3<Double>, into output: UnsafeMutablePointer<Float>,
    nearest: UnsafeMutablePointer<Int32>?
  ) {
    // SAFETY: each call writes lines of its own.
    nonisolated(unsafe) let (mask, out, index) = (
      UnsafePointer(storage.base + channel * voxelCount), output, nearest
    )
    let size = size
    let (nx, ny, nz) = (size.x, size.y, size.z)
    Parallel.forEach(nz) { k in
      let offset = k * nx * ny
      vk_distance_rows(
        mask + offset, Int64(nx), Int64(ny), Float(spacing.x), out + offset, Int64(offset),
        index.map { $0 + offset })
      distanceLines(
        out + offset, out + offset, width: nx, length: ny, stride: nx, spacing: spacing.y,
        nearest: index.map { $0 + offset })
    }
    Parallel.forEach(ny) { j in
      let offset = j * nx
      distanceLines(
        out + offset, out + offset, width: nx, length: nz, stride: nx * ny, spacing: spacing.z,
        nearest: index.map { $0 + offset })
    }
    Parallel.forEachChunk(of: size.voxelCount, chunk: 1 << 16) { range in
      vk_square_root_f32(out + range.lowerBound, Int64(range.count))
    }
    withExtendedLifetime(storage) {}
  }
}

/// One pass of the transform over `width` neighboring lines.
func distanceLines(
  _ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>, width: Int, length: Int, stride: Int,
  spacing: Double, nearest: UnsafeMutablePointer<Int32>?
) {
  withUnsafeTemporaryAllocation(of: Float.self, capacity: 32 * length) { scratch in
    for i in Swift.stride(from: 0, to: width, by: 16) {
      vk_distance_lines(
        from + i, to + i, Int64(min(16, width - i)), Int64(length), Int64(stride), Float(spacing),
        nearest.map { $0 + i }, scratch.baseAddress)
    }
  }
}
