import CVoxelKernels

/// Counts of values in bins of equal width.
public struct Histogram: Hashable, Codable, Sendable {
  public var lowerBound: Double
  public var upperBound: Double
  public var counts: [Int]

  public init(lowerBound: Double, upperBound: Double, counts: [Int]) {
    self.lowerBound = lowerBound
    self.upperBound = upperBound
    self.counts = counts
  }

  public var binWidth: Double { (upperBound - lowerBound) / Double(max(counts.count, 1)) }
  public var total: Int { counts.reduce(0, +) }
}

extension VoxelBuffer where Element == Float {
  /// Counts of values over `range`, its upper end included in the last bin; other values are not counted.
  ///
  /// - Precondition: there is at least one bin.
  public func histogram(
    bins: Int, over range: ClosedRange<Double>, of channels: Range<Int>? = nil, in region: VoxelRegion = .all
  ) -> Histogram {
    precondition(bins > 0, "a histogram has at least one bin")
    let width = range.upperBound - range.lowerBound
    let high = width > 0 ? range.upperBound : range.lowerBound + 1
    let parts = mapPieces(of: channels ?? 0..<self.channels, in: region, chunk: 1 << 20) {
      data, count, mask in
      var counts = [UInt32](repeating: 0, count: bins)
      vk_histogram_f32(
        data, Int64(count), region.code, mask, range.lowerBound, high, Int64(bins), &counts)
      return counts
    }
    var counts = [Int](repeating: 0, count: bins)
    for part in parts { for bin in 0..<bins { counts[bin] += Int(part[bin]) } }
    return Histogram(lowerBound: range.lowerBound, upperBound: high, counts: counts)
  }
}

extension VoxelBuffer where Element == UInt16 {
  /// The number of voxels of each label that occurs, the background included.
  public func labelCounts() -> [UInt16: Int] {
    let chunk = 1 << 20
    // SAFETY: only read.
    nonisolated(unsafe) let base = UnsafePointer(storage.base)
    let total = count
    let parts = Parallel.map((total + chunk - 1) / chunk) { piece in
      var counts = [UInt32](repeating: 0, count: 65536)
      vk_count_labels_u16(base + piece * chunk, Int64(min(chunk, total - piece * chunk)), &counts)
      var found: [UInt16: Int] = [:]
      for (label, count) in counts.enumerated() where count > 0 { found[UInt16(label)] = Int(count) }
      return found
    }
    withExtendedLifetime(storage) {}
    return parts.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
  }
}
