/// Which voxels a statistic or a rescaling is about. Voxels that are not finite never count in statistics.
public enum VoxelRegion: Sendable {
  case all
  /// Values other than zero.
  case nonzero
  /// Values above zero.
  case positive
  /// Voxels where the mask is not zero; a mask of one channel serves all channels.
  case mask(VoxelBuffer<UInt8>)

  var code: Int32 {
    switch self {
    case .all: 0
    case .nonzero: 1
    case .mask: 2
    case .positive: 3
    }
  }
}

extension VoxelBuffer where Element == Float {
  /// Calls `body` with pieces of at most `chunk` voxels of some channels, and the mask's memory beside each;
  /// pieces depend on the shape alone. Results come in the pieces' order.
  func mapPieces<Result: Sendable>(
    of channels: Range<Int>, in region: VoxelRegion, chunk: Int,
    _ body: @Sendable (UnsafePointer<Float>, Int, UnsafePointer<UInt8>?) -> Result
  ) -> [Result] {
    let pieces = (voxelCount + chunk - 1) / chunk
    let voxels = voxelCount
    // SAFETY: only read.
    nonisolated(unsafe) let base = UnsafePointer(storage.base)
    nonisolated(unsafe) var mask: UnsafePointer<UInt8>?
    var maskChannels = 0
    var owner: AnyObject?
    if case .mask(let buffer) = region {
      precondition(
        buffer.size == size && (buffer.channels == 1 || buffer.channels == self.channels),
        "the mask has another shape")
      (owner, _) = buffer.sharedMemory
      mask = UnsafePointer(buffer.storage.base)
      maskChannels = buffer.channels
    }
    nonisolated(unsafe) let maskBase = mask
    let sharesMask = maskChannels == 1
    let results = Parallel.map(pieces * channels.count) { index in
      let channel = channels.lowerBound + index / max(pieces, 1)
      let start = index % pieces * chunk
      let maskStart = maskBase.map { $0 + (sharesMask ? 0 : channel * voxels) + start }
      return body(base + channel * voxels + start, min(chunk, voxels - start), maskStart)
    }
    withExtendedLifetime((storage, owner)) {}
    return results
  }
}
