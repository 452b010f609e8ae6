import CVoxelKernels

/// Count, sum, mean, deviation and range of the finite voxels of a region.
public struct VoxelStatistics: Hashable, Codable, Sendable {
  /// Finite voxels in the region.
  public var count = 0
  /// Voxels that are NaN or infinite: anywhere, or in the mask if there is one.
  public var notFiniteCount = 0
  public var sum = 0.0
  /// 0 for no voxel.
  public var mean = 0.0
  /// Σ (x − mean)².
  public var sumOfSquares = 0.0
  /// 0 for no voxel.
  public var minimum: Float = 0
  public var maximum: Float = 0

  public init() {}

  /// Population variance (divided by n).
  public var variance: Double { count > 0 ? sumOfSquares / Double(count) : 0 }
  /// Population standard deviation (divided by n).
  public var deviation: Double { variance.squareRoot() }
  /// Sample standard deviation (divided by n − 1); 0 for fewer than two voxels.
  public var sampleDeviation: Double { count > 1 ? (sumOfSquares / Double(count - 1)).squareRoot() : 0 }

  /// The statistics of both sets of voxels together (Chan's update).
  public mutating func merge(_ other: VoxelStatistics) {
    notFiniteCount += other.notFiniteCount
    guard other.count > 0 else { return }
    if count == 0 {
      let notFinite = notFiniteCount
      self = other
      notFiniteCount = notFinite
      return
    }
    let (n, m) = (Double(count), Double(other.count))
    let difference = other.mean - mean
    sumOfSquares += other.sumOfSquares + difference * difference * n * m / (n + m)
    sum += other.sum
    count += other.count
    mean = sum / Double(count)
    minimum = min(minimum, other.minimum)
    maximum = max(maximum, other.maximum)
  }

  fileprivate init(_ moments: vk_moments) {
    count = Int(moments.count)
    notFiniteCount = Int(moments.not_finite)
    sum = moments.sum
    mean = count > 0 ? sum / Double(count) : 0
    sumOfSquares = moments.squares
    minimum = moments.minimum
    maximum = moments.maximum
  }
}

extension VoxelBuffer where Element == Float {
  /// Statistics over some channels together, or all of them.
  /// - Complexity: one pass at memory speed; sums in double, merged in a fixed order.
  public func statistics(of channels: Range<Int>? = nil, in region: VoxelRegion = .all) -> VoxelStatistics {
    let parts = mapPieces(of: channels ?? 0..<self.channels, in: region, chunk: 1 << 16) {
      data, count, mask in
      VoxelStatistics(vk_moments_f32(data, Int64(count), region.code, mask))
    }
    var total = VoxelStatistics()
    for part in parts { total.merge(part) }
    return total
  }
}
