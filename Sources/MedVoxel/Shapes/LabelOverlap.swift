import CVoxelKernels

/// How many voxels have each pair of labels in two label maps, and where each label lies.
public struct LabelOverlap: Sendable {
  /// The labels that occur in either map, ascending; with 0 always first.
  public let labels: [UInt16]
  /// Voxels of `labels[i]` in the first map and `labels[j]` in the second, at `i · labels.count + j`.
  public let joint: [Int]
  /// The box of each label's voxels in both maps together; nil for 0.
  public let boxes: [GridBox?]

  public func count(_ first: UInt16, _ second: UInt16) -> Int {
    guard let i = position(first), let j = position(second) else { return 0 }
    return joint[i * labels.count + j]
  }
  /// Voxels of the label in the first map.
  public func firstCount(_ label: UInt16) -> Int {
    guard let i = position(label) else { return 0 }
    return joint[i * labels.count..<(i + 1) * labels.count].reduce(0, +)
  }
  /// Voxels of the label in the second map.
  public func secondCount(_ label: UInt16) -> Int {
    guard let j = position(label) else { return 0 }
    return stride(from: j, to: joint.count, by: labels.count).reduce(0) { $0 + joint[$1] }
  }
  public func box(_ label: UInt16) -> GridBox? { position(label).flatMap { boxes[$0] } }

  private func position(_ label: UInt16) -> Int? {
    var (low, high) = (0, labels.count)
    while low < high {
      let middle = (low + high) / 2
      if labels[middle] < label { low = middle + 1 } else { high = middle }
    }
    return low < labels.count && labels[low] == label ? low : nil
  }
}

extension VoxelBuffer where Element == UInt16 {
  /// Counts pairs of labels in one pass over both maps.
  ///
  /// - Precondition: one channel each, of the same size.
  /// - Complexity: O(voxels), faster where labels come in runs; memory O(labels²).
  public func overlap(with other: VoxelBuffer<UInt16>) -> LabelOverlap {
    precondition(size == other.size && channels == 1 && other.channels == 1, "the shapes differ")
    let largest = max(maximum, other.maximum)
    var labels: [UInt16] = Array(0...largest)
    if largest > 255 { labels = Set(labelCounts().keys).union(other.labelCounts().keys).union([0]).sorted() }
    var rank = [UInt16](repeating: 0, count: 65536)
    for (position, label) in labels.enumerated() { rank[Int(label)] = UInt16(position) }
    let ranks = rank
    let classes = labels.count
    let (nx, ny, nz) = (size.x, size.y, size.z)
    // SAFETY: only read.
    nonisolated(unsafe) let (a, b) = (UnsafePointer(storage.base), UnsafePointer(other.storage.base))
    // A table for each group of slices: few, as the table of many labels is large.
    let group = classes > 64 ? (nz + 3) / 4 : (nz + 15) / 16
    let parts = Parallel.map(group == 0 ? 0 : (nz + group - 1) / group) { index in
      var joint = [Int64](repeating: 0, count: classes * classes)
      var boxes = [GridBox?](repeating: nil, count: classes)
      let empty: [Int32] = Array(repeating: [Int32(nx), Int32(ny), 0, 0], count: classes).flatMap { $0 }
      for k in index * group..<min(nz, (index + 1) * group) {
        var bounds = empty
        vk_joint_counts(
          a + k * nx * ny, b + k * nx * ny, ranks, Int64(nx), Int64(ny), Int64(classes), &joint, &bounds)
        for c in 0..<classes where bounds[4 * c + 2] > 0 {
          let box = GridBox(
            lower: [Int(bounds[4 * c]), Int(bounds[4 * c + 1]), k],
            upper: [Int(bounds[4 * c + 2]), Int(bounds[4 * c + 3]), k + 1])
          boxes[c] = boxes[c]?.union(box) ?? box
        }
      }
      return (joint, boxes)
    }
    withExtendedLifetime((storage, other.storage)) {}
    var joint = [Int](repeating: 0, count: classes * classes)
    var boxes = [GridBox?](repeating: nil, count: classes)
    for (counts, found) in parts {
      for i in counts.indices where counts[i] != 0 { joint[i] += Int(counts[i]) }
      for (c, box) in found.enumerated() {
        if let box { boxes[c] = boxes[c]?.union(box) ?? box }
      }
    }
    let present = labels.indices.filter { $0 == 0 || boxes[$0] != nil }
    return LabelOverlap(
      labels: present.map { labels[$0] },
      joint: present.flatMap { i in present.map { joint[i * classes + $0] } },
      boxes: present.map { boxes[$0] })
  }

  /// The largest label.
  public var maximum: UInt16 {
    // SAFETY: only read.
    nonisolated(unsafe) let base = UnsafePointer(storage.base)
    let (total, chunk) = (count, 1 << 18)
    let parts = Parallel.map((total + chunk - 1) / chunk) {
      vk_maximum_u16(base + $0 * chunk, Int64(min(chunk, total - $0 * chunk)))
    }
    withExtendedLifetime(storage) {}
    return parts.max() ?? 0
  }
}
