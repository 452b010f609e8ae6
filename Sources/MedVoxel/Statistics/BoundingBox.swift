import CVoxelKernels

extension VoxelBuffer where Element == Float {
  /// The smallest box that holds every voxel above the threshold, in any of the channels; nil for none.
  public func boundingBox(above threshold: Float = 0, of channels: Range<Int>? = nil) -> GridBox? {
    box(of: channels ?? 0..<self.channels) { vk_box_f32($0, $1, $2, threshold, $3) }
  }
}

extension VoxelBuffer where Element == UInt16 {
  /// The smallest box that holds every voxel above the threshold (by default: every label); nil for none.
  public func boundingBox(above threshold: UInt16 = 0) -> GridBox? {
    box(of: 0..<channels) { vk_box_u16($0, $1, $2, threshold, $3) }
  }
}

extension VoxelBuffer where Element == UInt8 {
  /// The smallest box that holds every voxel above the threshold (by default: of a mask); nil for none.
  public func boundingBox(above threshold: UInt8 = 0) -> GridBox? {
    box(of: 0..<channels) { vk_box_u8($0, $1, $2, threshold, $3) }
  }
}

extension VoxelBuffer {
  private func box(
    of channels: Range<Int>,
    _ scan: @Sendable (UnsafePointer<Element>, Int64, Int64, UnsafeMutablePointer<Int64>) -> Int32
  ) -> GridBox? {
    let (nx, ny, nz) = (size.x, size.y, size.z)
    guard voxelCount > 0 else { return nil }
    // SAFETY: only read.
    nonisolated(unsafe) let base = UnsafePointer(storage.base)
    let first = channels.lowerBound
    let slices = Parallel.map(channels.count * nz) { slice -> GridBox? in
      var bounds: [Int64] = [Int64(nx), Int64(ny), 0, 0]
      guard scan(base + (first * nz + slice) * nx * ny, Int64(nx), Int64(ny), &bounds) != 0 else {
        return nil
      }
      let k = slice % nz
      return GridBox(
        lower: [Int(bounds[0]), Int(bounds[1]), k], upper: [Int(bounds[2]), Int(bounds[3]), k + 1])
    }
    withExtendedLifetime(storage) {}
    return slices.compactMap { $0 }.reduce(nil) { (total: GridBox?, box) in total?.union(box) ?? box }
  }
}

extension GridBox {
  /// The smallest box that holds both.
  public func union(_ other: GridBox) -> GridBox {
    GridBox(lower: pointwiseMin(lower, other.lower), upper: pointwiseMax(upper, other.upper))
  }
}
