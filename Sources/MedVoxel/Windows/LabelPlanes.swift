import CVoxelKernels

/// Turns planes of class values on the network's grid into a label map on the scan's own grid, by linear
/// interpolation and argmax, without a volume of values for each class.
///
/// The network's axes are the scan's, in another order, direction and spacing: planes of the last network axis
/// give slices along one scan axis.
public struct LabelPlanes {
  private let channels: Int
  private let networkSize: GridSize
  private let scanSize: GridSize
  /// For each network axis: the scan axis that runs along it.
  private let scanAxis: [Int]
  /// For each network axis, for each index along that scan axis: the two neighbours and the share of the second.
  private let taps: [(lower: [Int32], upper: [Int32], share: [Float])]
  /// The last plane seen, all channels, for slices that lie between two deliveries.
  private var previous: [Float] = []
  private var previousIndex = -1
  private var done: [Bool]
  public private(set) var labels: VoxelBuffer<UInt16>

  /// - Parameter scanToNetwork: from voxel indices of the scan to those of the network's grid.
  /// - Throws: `VoxelError` where the axes of the two grids are not parallel.
  public init(
    channels: Int, networkSize: GridSize, scanSize: GridSize, scanToNetwork: Affine
  ) throws(VoxelError) {
    self.channels = channels
    self.networkSize = networkSize
    self.scanSize = scanSize
    labels = VoxelBuffer(size: scanSize)
    let columns = [scanToNetwork.columns.i, scanToNetwork.columns.j, scanToNetwork.columns.k]
    var axes: [Int] = []
    var taps: [(lower: [Int32], upper: [Int32], share: [Float])] = []
    for axis in 0..<3 {
      let scan = (0..<3).max { abs(columns[$0][axis]) < abs(columns[$1][axis]) } ?? axis
      let rest = (0..<3).filter { $0 != scan }.map { abs(columns[$0][axis]) * Double(scanSize[$0]) }
      guard !axes.contains(scan), (rest.max() ?? 0) < 0.01 else {
        throw VoxelError("the network's grid is not parallel to the scan's")
      }
      axes.append(scan)
      let limit = networkSize[axis] - 1
      var lower: [Int32] = []
      var upper: [Int32] = []
      var share: [Float] = []
      for index in 0..<scanSize[scan] {
        let position = min(
          max(scanToNetwork.origin[axis] + columns[scan][axis] * Double(index), 0), Double(limit))
        let floor = min(Int(position), limit)
        lower.append(Int32(floor))
        upper.append(Int32(min(floor + 1, limit)))
        share.append(Float(position - Double(floor)))
      }
      taps.append((lower, upper, share))
    }
    scanAxis = axes
    self.taps = taps
    done = [Bool](repeating: false, count: scanSize[axes[2]])
  }

  /// Takes finished planes and writes every scan slice that lies between planes known by now.
  public mutating func consume(first: Int, count: Int, values: UnsafePointer<Float>, channelStride: Int) {
    let planeVoxels = networkSize.x * networkSize.y
    let known = max(first - (previousIndex == first - 1 ? 1 : 0), 0)..<first + count
    let taps = self.taps
    let slices = done.indices.filter { slice in
      !done[slice] && known.contains(Int(taps[2].lower[slice])) && known.contains(Int(taps[2].upper[slice]))
    }
    let (channels, networkSize, scanSize, scanAxis) = (channels, networkSize, scanSize, scanAxis)
    let scanStride = [1, scanSize.x, scanSize.x * scanSize.y]
    let steps = scanAxis.map { scanStride[$0] }
    let (width, height) = (scanSize[scanAxis[0]], scanSize[scanAxis[1]])
    previous.withUnsafeBufferPointer { previous in
      labels.withUnsafeMutableBuffer { labels in
        guard let labels = labels.baseAddress else { return }
        func plane(_ index: Int, _ channel: Int) -> UnsafePointer<Float> {
          if index < first, let base = previous.baseAddress { return base + channel * planeVoxels }
          return values + channel * channelStride + (index - first) * planeVoxels
        }
        Parallel.forEach(slices.count) { position in
          let slice = slices[position]
          let (lower, upper) = (Int(taps[2].lower[slice]), Int(taps[2].upper[slice]))
          let share = taps[2].share[slice]
          let mixed = [Float](unsafeUninitializedCapacity: channels * planeVoxels) { buffer, initialized in
            for channel in 0..<channels {
              let (a, b) = (plane(lower, channel), plane(upper, channel))
              for voxel in 0..<planeVoxels {
                buffer[channel * planeVoxels + voxel] = a[voxel] + share * (b[voxel] - a[voxel])
              }
            }
            initialized = channels * planeVoxels
          }
          var scratch = [Float](repeating: 0, count: width)
          for row in 0..<height {
            vk_argmax_bilinear_row(
              mixed, Int64(channels), Int64(planeVoxels), Int64(taps[1].lower[row]) * Int64(networkSize.x),
              Int64(taps[1].upper[row]) * Int64(networkSize.x), taps[1].share[row], taps[0].lower,
              taps[0].upper, taps[0].share, Int64(width), &scratch, labels + slice * steps[2] + row * steps[1],
              Int64(steps[0]))
          }
        }
      }
    }
    for slice in slices { done[slice] = true }
    previous = [Float](unsafeUninitializedCapacity: channels * planeVoxels) { buffer, initialized in
      for channel in 0..<channels {
        let source = values + channel * channelStride + (count - 1) * planeVoxels
        for voxel in 0..<planeVoxels { buffer[channel * planeVoxels + voxel] = source[voxel] }
      }
      initialized = channels * planeVoxels
    }
    previousIndex = first + count - 1
  }
}
