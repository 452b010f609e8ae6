/// How the distance between two voxels is measured.
public enum DistanceMetric: String, Codable, Hashable, Sendable, CaseIterable {
  /// Straight, in millimeters.
  case euclidean
  /// The largest of the three index differences.
  case chessboard
  /// The sum of the three index differences.
  case taxicab
}

extension VoxelBuffer where Element == UInt8 {
  /// The distance from each voxel to the nearest set voxel by the given metric, along the grid in voxels.
  ///
  /// - Parameter spacing: For the Euclidean distance alone, in millimeters.
  /// - Precondition: one channel.
  /// - Complexity: O(voxels · distance) along the grid.
  public func distance(_ metric: DistanceMetric, spacing: SIMD3<Double> = [1, 1, 1]) -> VoxelBuffer<Float> {
    precondition(channels == 1, "grid distances are measured in one channel")
    if metric == .euclidean { return distance(spacing: spacing) }
    var result = VoxelBuffer<Float>(size: size, elements: elements.map { $0 != 0 ? 0 : .infinity })
    let strides = [1, size.x, size.x * size.y]
    result.withUnsafeMutableBuffer { values in
      for axis in 0..<3 {
        let (length, stride) = (size[axis], strides[axis])
        for start in 0..<values.count where start / stride % length == 0 {
          let line = (0..<length).map { values[start + $0 * stride] }
          for i in 0..<length {
            var best = line[i]
            for step in 1..<max(length, 1) {
              let cost = Float(step)
              if best <= cost { break }
              for other in [i - step, i + step] where other >= 0 && other < length {
                best = min(best, metric == .taxicab ? line[other] + cost : max(line[other], cost))
              }
            }
            values[start + i * stride] = best
          }
        }
      }
    }
    return result
  }
}

extension SurfaceDistances {
  /// The distances between the surfaces of two masks.
  ///
  /// - Parameters:
  ///   - spacing: Millimeters between voxel centers; the grid metrics don't use it.
  ///   - isPlanar: Whether the third axis has no outside; by default when it has one voxel.
  /// - Precondition: one channel each, of the same size, holding 0 and 1 only.
  public init(
    from first: VoxelBuffer<UInt8>, to second: VoxelBuffer<UInt8>, spacing: SIMD3<Double> = [1, 1, 1],
    metric: DistanceMetric = .euclidean, isPlanar: Bool? = nil
  ) {
    precondition(
      first.size == second.size && first.channels == 1 && second.channels == 1, "the shapes differ")
    let boxes = [first.boundingBox(), second.boundingBox()].compactMap { $0 }
    guard var box = boxes.first else {
      self.init(forward: [], backward: [])
      return
    }
    for other in boxes.dropFirst() { box = box.union(other) }
    guard metric != .euclidean else {
      self.init(
        of: 1, in: first.labels(), and: second.labels(), box: box, spacing: spacing, isPlanar: isPlanar)
      return
    }
    let masks = [first, second].map { $0.cropped(to: box) }
    let planar = isPlanar ?? (first.size.z == 1)
    let surfaces = masks.map { $0.surface(isPlanar: planar) }
    let distances = surfaces.map { $0.distance(metric) }
    func sample(_ a: Int, _ b: Int) -> [Double] {
      zip(surfaces[a].elements, distances[b].elements).compactMap { $0 != 0 ? Double($1) : nil }
    }
    self.init(forward: sample(0, 1), backward: sample(1, 0))
  }
}

extension VoxelBuffer where Element == UInt8 {
  fileprivate func labels() -> VoxelBuffer<UInt16> {
    VoxelBuffer<UInt16>(channels: channels, size: size, elements: elements.map { UInt16($0) })
  }
}
