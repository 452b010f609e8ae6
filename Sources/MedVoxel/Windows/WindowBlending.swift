import CVoxelKernels

/// Sums of weighted predictions over the planes that windows still reach, never over the whole volume.
///
/// Windows come in the order of their start along the last axis. When the next start is `k`, no later window reaches
/// the planes before it: they are divided by the summed weights and handed on.
public struct WindowBlending: ~Copyable {
  /// Finished planes: values `[channel, i, j, plane]`, first axis fastest, with the distance between channels.
  public typealias Consumer = (_ first: Int, _ count: Int, UnsafePointer<Float>, _ channelStride: Int) throws
    -> Void

  private let layout: WindowLayout
  private let channels: Int
  private let weights: [Float]
  private var sums: VoxelBuffer<Float>
  private var weightSums: VoxelBuffer<Float>
  private var firstPlane = 0

  public init(layout: WindowLayout, channels: Int, weights: [Float]) {
    self.layout = layout
    self.channels = channels
    self.weights = weights
    let slab = GridSize(layout.size.x, layout.size.y, min(layout.window.z, layout.size.z))
    sums = VoxelBuffer(channels: channels, size: slab)
    weightSums = VoxelBuffer(size: slab)
  }

  private var planeCount: Int { sums.size.z }
  private var planeVoxels: Int { sums.size.x * sums.size.y }

  /// Adds one window's prediction, given by its first element and its strides in elements along channel, I, J, K.
  public mutating func add(
    _ prediction: UnsafePointer<Float>, strides: [Int], start: GridIndex
  ) {
    let (window, size) = (layout.window, sums.size)
    let (channels, planeVoxels, slabVoxels) = (channels, planeVoxels, sums.voxelCount)
    let offset = start.x + size.x * start.y + planeVoxels * (start.z - firstPlane)
    let stride = [Int64(strides[0]), Int64(strides[1]), Int64(strides[3])]
    let weights = weights
    sums.withUnsafeMutableBuffer { sums in
      weightSums.withUnsafeMutableBuffer { weightSums in
        weights.withUnsafeBufferPointer { weights in
          guard let sums = sums.baseAddress, let totals = weightSums.baseAddress,
            let weights = weights.baseAddress
          else { return }
          Parallel.forEach(window.y) { j in
            let row = offset + j * size.x
            vk_window_add(
              prediction + j * strides[2], stride, weights + j * window.x, Int64(window.x * window.y),
              Int64(channels), Int64(window.x), Int64(window.z), sums + row, totals + row,
              Int64(planeVoxels), Int64(slabVoxels))
          }
        }
      }
    }
  }

  /// Hands on the planes before `plane`, which no later window reaches.
  public mutating func finish(before plane: Int, to consumer: Consumer) throws {
    let count = min(plane - firstPlane, planeCount)
    guard count > 0 else { return }
    let (channels, planeVoxels, slabVoxels) = (channels, planeVoxels, sums.voxelCount)
    let (kept, first) = (planeCount - count, firstPlane)
    try sums.withUnsafeMutableBuffer { sums in
      try weightSums.withUnsafeMutableBuffer { totals in
        guard let sums = sums.baseAddress, let totals = totals.baseAddress else { return }
        Parallel.forEach(channels) { channel in
          vk_window_normalize(sums + channel * slabVoxels, totals, Int64(count * planeVoxels))
        }
        try consumer(first, count, UnsafePointer(sums), slabVoxels)
        for channel in 0..<channels {
          Self.shift(sums + channel * slabVoxels, count * planeVoxels, kept * planeVoxels)
        }
        Self.shift(totals, count * planeVoxels, kept * planeVoxels)
      }
    }
    firstPlane += count
  }

  /// Moves what lies behind the first `dropped` elements to the front and clears the rest.
  private static func shift(_ base: UnsafeMutablePointer<Float>, _ dropped: Int, _ kept: Int) {
    base.update(from: base + dropped, count: kept)
    (base + kept).update(repeating: 0, count: dropped)
  }
}
