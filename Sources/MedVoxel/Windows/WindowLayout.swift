import Foundation

/// How much each voxel of a window counts where windows overlap.
public enum WindowWeighting: Hashable, Sendable {
  case constant
  /// A Gaussian about the window's centre; its deviation is a share of the window's size along each axis.
  case gaussian(deviations: SIMD3<Double>)
  /// One weight for each voxel of the window.
  case custom(VoxelBuffer<Float>)

  public static func gaussian(deviation: Double) -> WindowWeighting {
    .gaussian(deviations: SIMD3(repeating: deviation))
  }

  public static func == (a: WindowWeighting, b: WindowWeighting) -> Bool {
    switch (a, b) {
    case (.constant, .constant): true
    case (.gaussian(let x), .gaussian(let y)): x == y
    case (.custom(let x), .custom(let y)): x == y
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .constant: hasher.combine(0)
    case .gaussian(let deviations): hasher.combine(deviations)
    case .custom(let map): hasher.combine(map.size)
    }
  }
}

/// Where windows lie on a volume.
///
/// - Source: MONAI's `sliding_window_inference`: equal steps from zero, the last window shifted back into the volume.
public struct WindowLayout: Hashable, Sendable {
  public let window: GridSize
  /// The volume's size; at least the window's along every axis, after padding.
  public let size: GridSize
  /// Start indices along each axis, ascending.
  public let starts: [[Int]]

  /// - Parameter overlap: the share of a window that its neighbour covers too, along each axis; below one.
  public init(size: GridSize, window: GridSize, overlap: SIMD3<Double>) {
    var steps = GridSize(1, 1, 1)
    for axis in 0..<3 { steps[axis] = max(1, Int(Double(window[axis]) * (1 - overlap[axis]))) }
    self.init(size: size, window: window, steps: steps)
  }

  /// - Parameter steps: voxels from one window to the next, along each axis; at least one. The last step may be
  ///   shorter.
  public init(size: GridSize, window: GridSize, steps: GridSize) {
    self.window = window
    self.size = size
    starts = (0..<3).map { axis in
      let (length, extent) = (size[axis], window[axis])
      if extent >= length { return [0] }
      var result: [Int] = []
      var start = 0
      while true {
        result.append(min(start, length - extent))
        if start + extent >= length { break }
        start += max(1, steps[axis])
      }
      return result
    }
  }

  public var count: Int { starts[0].count * starts[1].count * starts[2].count }

  /// The weights of a window's voxels, first axis fastest; a Gaussian's are never below 1/1000 of the largest.
  public func weights(_ weighting: WindowWeighting) -> [Float] {
    switch weighting {
    case .constant: return [Float](repeating: 1, count: window.voxelCount)
    case .custom(let map): return map.elements
    case .gaussian(let deviations):
      let lines = (0..<3).map { axis in gaussianLine(window[axis], deviation: deviations[axis]) }
      var map = [Float](repeating: 0, count: window.voxelCount)
      var offset = 0
      for k in 0..<window.z {
        for j in 0..<window.y {
          let factor = lines[1][j] * lines[2][k]
          for i in 0..<window.x {
            map[offset] = lines[0][i] * factor
            offset += 1
          }
        }
      }
      let floor = max(map.min() ?? 0, 1e-3)
      return map.map { max($0, floor) }
    }
  }

  private func gaussianLine(_ count: Int, deviation: Double) -> [Float] {
    let sigma = deviation * Double(count)
    return (0..<count).map { index in
      let x = Double(index) - Double(count - 1) / 2
      return Float(exp(-x * x / (2 * sigma * sigma)))
    }
  }
}
