import CVoxelKernels

extension VoxelBuffer where Element == Float {
  /// Correlates every channel with one kernel along each axis, in place when the buffer is unshared.
  ///
  /// - Parameter kernels: Three rows of weights of odd length, the middle one for the voxel itself; `[1]` leaves
  ///   an axis alone.
  /// - Precondition: the lengths are odd.
  public mutating func convolve(_ kernels: [[Float]], boundary: Boundary) {
    precondition(kernels.count == 3 && kernels.allSatisfy { $0.count % 2 == 1 }, "expected three odd kernels")
    guard count > 0, kernels.contains(where: { $0 != [1] }) else { return }
    let (size, channels) = (size, channels)
    let axes = (0..<3).map { LineFilter(kernels[$0], length: size[$0], boundary: boundary) }
    withUnsafeMutableBuffer { buffer in
      guard let start = buffer.baseAddress else { return }
      // SAFETY: each call writes lines of its own.
      nonisolated(unsafe) let base = start
      let (nx, ny, nz) = (size.x, size.y, size.z)
      let scratchCount = axes.map(\.scratch).max() ?? 0
      Parallel.forEach(channels * nz) { slice in
        let plane = base + slice * nx * ny
        withUnsafeTemporaryAllocation(of: Float.self, capacity: scratchCount) { scratch in
          for j in 0..<ny { axes[0].filterRow(plane + j * nx, scratch: scratch) }
          for i in stride(from: 0, to: nx, by: 64) {
            axes[1].filterLines(plane + i, lanes: min(64, nx - i), stride: nx, scratch: scratch)
          }
        }
      }
      Parallel.forEach(channels * ny) { row in
        let lines = base + row / ny * nx * ny * nz + row % ny * nx
        withUnsafeTemporaryAllocation(of: Float.self, capacity: scratchCount) { scratch in
          for i in stride(from: 0, to: nx, by: 64) {
            axes[2].filterLines(lines + i, lanes: min(64, nx - i), stride: nx * ny, scratch: scratch)
          }
        }
      }
    }
  }
}

/// A kernel for lines of one length, with the voxels that stand in beyond their ends.
private struct LineFilter {
  let kernel: [Float]
  let index: [Int32]
  let length: Int
  let fill: Float

  init(_ kernel: [Float], length: Int, boundary: Boundary) {
    self.kernel = kernel
    self.length = length
    fill = Float(boundary.fill)
    let radius = kernel.count / 2
    var isConstant = false
    if case .constant = boundary { isConstant = true }
    index = (-radius..<length + radius).map {
      isConstant ? ($0 < 0 || $0 >= length ? -1 : Int32($0)) : Int32(boundary.continued($0, size: length))
    }
  }

  var scratch: Int { (length + kernel.count) * 64 }
  var isIdentity: Bool { kernel == [1] }

  func filterRow(_ row: UnsafeMutablePointer<Float>, scratch: UnsafeMutableBufferPointer<Float>) {
    guard !isIdentity else { return }
    vk_filter_row_f32(
      row, Int64(length), kernel, Int64(kernel.count / 2), index, fill, scratch.baseAddress)
  }

  func filterLines(
    _ lines: UnsafeMutablePointer<Float>, lanes: Int, stride: Int, scratch: UnsafeMutableBufferPointer<Float>
  ) {
    guard !isIdentity else { return }
    vk_filter_lines_f32(
      lines, Int64(lanes), Int64(length), Int64(stride), kernel, Int64(kernel.count / 2), index, fill,
      scratch.baseAddress)
  }
}
