public import MedVoxel

/// Which surface's voxels an average runs over.
public enum SurfaceDirection: String, Codable, Hashable, Sendable {
  /// From the first mask's surface to the second's.
  case forward
  /// Over the voxels of both surfaces.
  case symmetric
}

extension SurfaceDistances {
  /// The Hausdorff distance: the largest of all distances, or the larger of the two directions' percentiles.
  ///
  /// - Parameters:
  ///   - percentile: In percent; nil for the largest distance.
  ///   - direction: `.forward` looks from the first mask's surface only.
  /// - Returns: Infinite where one surface is empty, NaN where both are.
  public func hausdorff(
    percentile: Double? = nil, direction: SurfaceDirection = .symmetric
  ) -> Double {
    if forward.isEmpty && backward.isEmpty { return .nan }
    if forward.isEmpty || backward.isEmpty { return .infinity }
    let sides = direction == .forward ? [forward] : [forward, backward]
    return sides.map { side in
      percentile.map { quantile($0 / 100, of: side) } ?? side.max() ?? .nan
    }.max() ?? .nan
  }

  /// The mean distance; infinite where one surface is empty, NaN where both are.
  public func average(_ direction: SurfaceDirection = .symmetric) -> Double {
    if forward.isEmpty && backward.isEmpty { return .nan }
    if forward.isEmpty || backward.isEmpty { return .infinity }
    let sum = forward.reduce(0, +)
    return direction == .forward
      ? sum / Double(forward.count)
      : (sum + backward.reduce(0, +)) / Double(forward.count + backward.count)
  }

  /// The share of surface voxels of both masks that lie within `tolerance` millimeters of the other surface.
  ///
  /// - Returns: 0 where one surface is empty, NaN where both are.
  /// - Source: Nikolov et al., "Clinically applicable segmentation of head and neck anatomy", JMIR 2021, with
  ///   one vote a surface voxel.
  public func surfaceDice(tolerance: Double) -> Double {
    let total = forward.count + backward.count
    guard total > 0 else { return .nan }
    let near = forward.count { $0 <= tolerance } + backward.count { $0 <= tolerance }
    return Double(near) / Double(total)
  }
}

/// The quantile, linearly interpolated between ranks; NaN of nothing.
func quantile(_ q: Double, of values: [Double]) -> Double {
  guard !values.isEmpty else { return .nan }
  let position = min(max(q, 0), 1) * Double(values.count - 1)
  let rank = Int(position)
  var values = values
  let low = select(rank, in: &values)
  guard rank + 1 < values.count, position > Double(rank) else { return low }
  // What lies after the rank is not smaller: the next one is its minimum.
  let high = values[(rank + 1)...].min() ?? low
  return low == high ? low : low + (high - low) * (position - Double(rank))
}

/// The element of the given rank, with smaller ones before it and larger ones after (Hoare's selection).
private func select(_ rank: Int, in values: inout [Double]) -> Double {
  values.withUnsafeMutableBufferPointer { v in
    var (low, high) = (0, v.count - 1)
    while low < high {
      let pivot = v[low + (high - low) / 2]
      var (i, j) = (low, high)
      while i <= j {
        while v[i] < pivot { i += 1 }
        while v[j] > pivot { j -= 1 }
        if i <= j {
          v.swapAt(i, j)
          i += 1
          j -= 1
        }
      }
      if rank <= j { high = j } else if rank >= i { low = i } else { break }
    }
    return v[rank]
  }
}
