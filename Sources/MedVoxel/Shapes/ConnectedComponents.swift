import CVoxelKernels

/// The connected pieces of a mask or label map; voxels of different labels are never connected.
///
/// Components are numbered from 1 in the order of their first voxel in memory (I fastest).
public struct ConnectedComponents: Sendable {
  /// `[1, I, J, K]`: the component of each voxel, 0 for the background.
  public let map: VoxelBuffer<UInt32>
  /// One entry for each component, component 1 first.
  public let components: [Component]

  public struct Component: Hashable, Codable, Sendable {
    public var number: Int
    /// The label its voxels have; 1 in a mask.
    public var label: UInt16
    public var voxelCount: Int
    public var box: GridBox
  }
}

extension VoxelBuffer where Element == UInt8 {
  /// The connected pieces of the voxels other than 0.
  /// - Complexity: one pass to find runs of voxels and one to write the result; slices in parallel.
  public func connectedComponents(_ connectivity: Connectivity = .faces) -> ConnectedComponents {
    components(connectivity) { vk_runs_u8($0, $1, 0, $2) }
  }

  /// The connected pieces of the zeros.
  func zeroComponents(_ connectivity: Connectivity) -> ConnectedComponents {
    components(connectivity) { vk_runs_u8($0, $1, 1, $2) }
  }
}

extension VoxelBuffer where Element == UInt16 {
  /// The connected pieces of each label other than 0.
  /// - Complexity: as for a mask.
  public func connectedComponents(_ connectivity: Connectivity = .faces) -> ConnectedComponents {
    components(connectivity) { vk_runs_u16($0, $1, $2) }
  }

  /// Each label's largest components only, the rest set to 0.
  ///
  /// - Parameters:
  ///   - count: How many components of each label stay. Of components of one size, those that begin first in
  ///     memory stay.
  ///   - labels: The labels to treat; others stay untouched. All by default.
  public func keepingLargestComponents(
    _ count: Int = 1, of labels: Set<UInt16>? = nil, connectivity: Connectivity = .corners
  ) -> VoxelBuffer<UInt16> {
    let found = connectedComponents(connectivity)
    var keeps = [Bool](repeating: true, count: found.components.count + 1)
    for (label, group) in Dictionary(grouping: found.components, by: \.label)
    where labels?.contains(label) ?? true {
      let ranked = group.sorted { ($0.voxelCount, $1.number) > ($1.voxelCount, $0.number) }
      for component in ranked.dropFirst(max(count, 0)) { keeps[component.number] = false }
    }
    return removing(found, where: keeps.map { !$0 })
  }

  /// Components of fewer voxels than `minimum` set to 0.
  public func removingSmallComponents(
    below minimum: Int, connectivity: Connectivity = .corners
  ) -> VoxelBuffer<UInt16> {
    let found = connectedComponents(connectivity)
    return removing(found, where: [false] + found.components.map { $0.voxelCount < minimum })
  }

  private func removing(_ found: ConnectedComponents, where drops: [Bool]) -> VoxelBuffer<UInt16> {
    guard drops.contains(true) else { return self }
    var result = self
    let (plane, slices) = (size.x * size.y, channels * size.z)
    // SAFETY: slices are disjoint; the components are only read.
    nonisolated(unsafe) let numbers = UnsafePointer(found.map.storage.base)
    result.withUnsafeMutableBuffer { buffer in
      guard let start = buffer.baseAddress else { return }
      nonisolated(unsafe) let base = start
      drops.withUnsafeBufferPointer { drops in
        nonisolated(unsafe) let drops = drops
        Parallel.forEach(slices) { slice in
          for i in slice * plane..<(slice + 1) * plane where drops[Int(numbers[i])] { base[i] = 0 }
        }
      }
    }
    withExtendedLifetime(found) {}
    return result
  }
}

extension VoxelBuffer {
  /// - Precondition: one channel.
  fileprivate func components(
    _ connectivity: Connectivity,
    _ scan: @escaping @Sendable (UnsafePointer<Element>, Int64, UnsafeMutablePointer<vk_run>?) -> Int64
  ) -> ConnectedComponents {
    precondition(channels == 1, "components are found in one channel")
    let (nx, ny, nz) = (size.x, size.y, size.z)
    let rowCount = ny * nz
    guard voxelCount > 0 else {
      return ConnectedComponents(map: VoxelBuffer<UInt32>(size: size), components: [])
    }
    // SAFETY: only read.
    nonisolated(unsafe) let base = UnsafePointer(storage.base)
    let counts = Parallel.map(nz) { k in
      (0..<ny).map { scan(base + ($0 + ny * k) * nx, Int64(nx), nil) }
    }
    // The first run of each row; one more for the end.
    var first = [Int](repeating: 0, count: rowCount + 1)
    for (row, count) in counts.joined().enumerated() { first[row + 1] = first[row] + Int(count) }
    let starts = first
    let total = starts[rowCount]
    precondition(total < Int(UInt32.max), "too many runs")
    let runs = UnsafeMutablePointer<vk_run>.allocate(capacity: max(total, 1))
    let parent = UnsafeMutablePointer<UInt32>.allocate(capacity: max(total, 1))
    defer {
      runs.deallocate()
      parent.deallocate()
    }
    // SAFETY: each slice writes its own runs, and unites within them.
    nonisolated(unsafe) let (sharedRuns, sharedParent) = (runs, parent)
    func unite(_ a: Int, _ b: Int, _ reach: Int32) {
      vk_unite_rows(
        sharedRuns, Int64(starts[a]), Int64(starts[a + 1]), Int64(starts[b]), Int64(starts[b + 1]), reach,
        sharedParent)
    }
    Parallel.forEach(nz) { k in
      for j in 0..<ny {
        let row = j + ny * k
        _ = scan(base + row * nx, Int64(nx), sharedRuns + starts[row])
        for run in starts[row]..<starts[row + 1] { sharedParent[run] = UInt32(run) }
        if j > 0, let reach = connectivity.reach(moves: 1) { unite(row - 1, row, reach) }
      }
    }
    for k in 1..<max(nz, 1) {
      for j in 0..<ny {
        for dy in -1...1 where j + dy >= 0 && j + dy < ny {
          if let reach = connectivity.reach(moves: 1 + abs(dy)) {
            unite(j + dy + ny * (k - 1), j + ny * k, reach)
          }
        }
      }
    }

    // Roots are their components' first runs: numbers follow in one pass.
    var components: [ConnectedComponents.Component] = []
    for row in 0..<rowCount {
      let (j, k) = (row % ny, row / ny)
      for run in starts[row]..<starts[row + 1] {
        let piece = GridBox(
          lower: [Int(runs[run].start), j, k], upper: [Int(runs[run].end), j + 1, k + 1])
        let length = Int(runs[run].end - runs[run].start)
        let root = Int(parent[run])
        if root == run {
          components.append(
            .init(
              number: components.count + 1, label: runs[run].value, voxelCount: length, box: piece))
          parent[run] = UInt32(components.count)
        } else {
          // An earlier run already holds its component's number.
          let number = parent[root]
          parent[run] = number
          components[Int(number) - 1].voxelCount += length
          components[Int(number) - 1].box = components[Int(number) - 1].box.union(piece)
        }
      }
    }
    let map = VoxelBuffer<UInt32>(uninitializedChannels: 1, size: size)
    // SAFETY: slices are disjoint.
    nonisolated(unsafe) let output = map.storage.base
    Parallel.forEach(nz) { k in
      (output + k * nx * ny).initialize(repeating: 0, count: nx * ny)
      for row in ny * k..<ny * (k + 1) {
        for run in starts[row]..<starts[row + 1] {
          let piece = sharedRuns[run]
          (output + row * nx + Int(piece.start)).update(
            repeating: sharedParent[run], count: Int(piece.end - piece.start))
        }
      }
    }
    withExtendedLifetime(storage) {}
    return ConnectedComponents(map: map, components: components)
  }
}
