public import MedImage
public import MedVoxel

/// Where each class of a label map is: enough to draw a voxel of a class in a few nanoseconds, in little
/// memory. Build it once for each case and keep it.
///
/// A class is kept as its runs of neighbouring voxels in memory order, each with the number of voxels before it.
///
/// - Complexity: one pass to build; 8 bytes for each run of equal voxels; O(log runs) for a draw.
public struct ClassIndex: Hashable, Sendable {
  struct Runs: Hashable, Sendable {
    var starts: [UInt32] = []
    var counts: [UInt32] = []
    var total = 0
  }

  public let size: GridSize
  /// The class numbers that occur, ascending.
  public let classes: [UInt16]
  private var runs: [UInt16: Runs]

  /// - Throws: `TransformError` for maps of more than 2³² − 1 voxels.
  public init(_ map: LabelMap) throws(TransformError) {
    size = map.size
    guard map.voxels.count < Int(UInt32.max) else {
      throw TransformError("\(describe(size)) voxels are too many to index")
    }
    var runs: [UInt16: Runs] = [:]
    map.voxels.withUnsafeBuffer { voxels in
      var start = 0
      while start < voxels.count {
        let value = voxels[start]
        var end = start + 1
        while end < voxels.count, voxels[end] == value { end += 1 }
        runs[value, default: Runs()].append(start, length: end - start)
        start = end
      }
    }
    self.runs = runs
    classes = runs.keys.sorted()
  }

  /// The classes but the background.
  public var foreground: [UInt16] { classes.filter { $0 != 0 } }

  public func count(of label: UInt16) -> Int { runs[label]?.total ?? 0 }

  /// A voxel of the class, all equally likely; nil when it does not occur.
  public func voxel(of label: UInt16, using stream: inout RandomStream) -> GridIndex? {
    guard let runs = runs[label], runs.total > 0 else { return nil }
    let offset = runs.voxel(stream.integer(below: runs.total))
    return [offset % size.x, offset / size.x % size.y, offset / (size.x * size.y)]
  }

  /// A voxel of any class but the background, all equally likely; nil when there is none.
  public func foregroundVoxel(using stream: inout RandomStream) -> GridIndex? {
    let weights = foreground.map { Double(count(of: $0)) }
    guard let pick = Pipeline.pick(weights, using: &stream) else { return nil }
    return voxel(of: foreground[pick], using: &stream)
  }
}

extension ClassIndex.Runs {
  mutating func append(_ start: Int, length: Int) {
    starts.append(UInt32(start))
    counts.append(UInt32(total))
    total += length
  }

  /// The memory offset of the class's n-th voxel.
  func voxel(_ n: Int) -> Int {
    var low = 0
    var high = counts.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if Int(counts[middle]) <= n { low = middle } else { high = middle - 1 }
    }
    return Int(starts[low]) + n - Int(counts[low])
  }
}
