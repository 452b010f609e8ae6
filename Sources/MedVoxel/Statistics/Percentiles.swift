import CVoxelKernels

extension VoxelBuffer where Element == Float {
  /// Exact percentiles of the finite voxels, linearly interpolated between ranks as NumPy does.
  ///
  /// - Parameter percentiles: In percent; values outside 0…100 count as 0 or 100.
  /// - Returns: One value for each percentile; NaN where the region is empty.
  /// - Complexity: two passes whatever the data; counts by the upper, then by the lower half of a sorting key.
  public func percentiles(
    _ percentiles: [Double], of channels: Range<Int>? = nil, in region: VoxelRegion = .all
  ) -> [Double] {
    let channels = channels ?? 0..<self.channels
    let coarse = counts(of: channels, in: region, rows: 1) { data, count, mask, counts in
      vk_count_upper_f32(data, Int64(count), region.code, mask, counts)
    }
    // Key 0 stands for voxels that don't count; it shares its upper half with NaNs only.
    let total = coarse.dropFirst().reduce(0) { $0 + Int($1) }
    guard total > 0 else { return percentiles.map { _ in .nan } }

    let positions = percentiles.map { min(max($0, 0), 100) / 100 * Double(total - 1) }
    var ranks: Set<Int> = []
    for position in positions {
      ranks.insert(Int(position))
      ranks.insert(min(Int(position) + 1, total - 1))
    }
    // The bin of each rank, and how many voxels lie in the bins below.
    var bins: [(rank: Int, bin: Int, below: Int)] = []
    var (bin, below) = (1, 0)
    for rank in ranks.sorted() {
      while below + Int(coarse[bin]) <= rank {
        below += Int(coarse[bin])
        bin += 1
      }
      bins.append((rank, bin, below))
    }
    var value: [Int: Double] = [:]
    // Slots are bytes: many percentiles are looked up in groups.
    let distinct = Array(Set(bins.map(\.bin))).sorted()
    for group in stride(from: 0, to: distinct.count, by: 64) {
      let chosen = Array(distinct[group..<min(group + 64, distinct.count)])
      var slot = [UInt8](repeating: 0, count: 65536)
      for (row, bin) in chosen.enumerated() { slot[bin] = UInt8(row + 1) }
      let slots = slot
      let fine = counts(of: channels, in: region, rows: chosen.count) { data, count, mask, counts in
        vk_count_lower_f32(data, Int64(count), region.code, mask, slots, counts)
      }
      for (rank, bin, start) in bins {
        guard let row = chosen.firstIndex(of: bin) else { continue }
        var (lower, below) = (0, start)
        while below + Int(fine[row * 65536 + lower]) <= rank {
          below += Int(fine[row * 65536 + lower])
          lower += 1
        }
        value[rank] = Double(vk_value_of_key(UInt32(bin << 16 | lower)))
      }
    }
    return positions.map { position in
      let low = value[Int(position)] ?? .nan
      let high = value[min(Int(position) + 1, total - 1)] ?? .nan
      let t = position - position.rounded(.down)
      return t < 0.5 ? low + (high - low) * t : high - (high - low) * (1 - t)
    }
  }

  /// Counts of `rows · 65,536` bins, filled piece by piece; each worker counts a fixed share of the voxels.
  private func counts(
    of channels: Range<Int>, in region: VoxelRegion, rows: Int,
    _ fill: @Sendable (UnsafePointer<Float>, Int, UnsafePointer<UInt8>?, UnsafeMutablePointer<UInt32>) -> Void
  ) -> [UInt32] {
    let bins = rows * 65536
    let share = max(1 << 20, (voxelCount + 7) / 8)
    let parts = mapPieces(of: channels, in: region, chunk: share) { data, count, mask in
      var counts = [UInt32](repeating: 0, count: bins)
      counts.withUnsafeMutableBufferPointer { buffer in
        if let base = buffer.baseAddress { fill(data, count, mask, base) }
      }
      return counts
    }
    guard var total = parts.first else { return [UInt32](repeating: 0, count: bins) }
    for part in parts.dropFirst() {
      for bin in 0..<bins where part[bin] != 0 { total[bin] &+= part[bin] }
    }
    return total
  }
}
