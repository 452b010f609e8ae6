import MedVoxel

/// Copies elements from one order of axes to another, and from the other byte order where that is needed.
struct AxisRearranging {
  /// The source's axes, the fastest first.
  var axes: [Int]
  /// Which of them are the result's axes.
  var order: [Int]
  var type: VoxelType
  var isSwapped: Bool

  func run(from source: UnsafeRawPointer, into target: UnsafeMutableRawPointer) {
    switch type.byteCount {
    case 1: run(source, target, UInt8.self)
    case 2: run(source, target, UInt16.self)
    case 4: run(source, target, UInt32.self)
    default: run(source, target, UInt64.self)
    }
  }

  /// Rows of the result's first axis, in the order in which the source has them, so that what is read stays in
  /// the cache until all of a line is used.
  private func run<T: FixedWidthInteger>(
    _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ element: T.Type
  ) {
    guard let first = order.first else { return }
    func strides(_ sizes: [Int]) -> [Int] {
      var stride = 1
      return sizes.map { size in
        defer { stride *= size }
        return stride
      }
    }
    let (axes, type, isSwapped) = (self.axes, self.type, self.isSwapped)
    let inStrides = strides(axes)
    let outStrides = strides(order.map { axes[$0] })
    let (length, step) = (axes[first], inStrides[first])
    let others = zip(order, outStrides).dropFirst().sorted { $0.0 < $1.0 }
    let rows = others.reduce(1) { $0 * axes[$1.0] }
    // SAFETY: the rows are disjoint.
    nonisolated(unsafe) let (source, target) = (source, target)
    Parallel.forEachChunk(of: rows, chunk: max(1, (64 << 10) / max(length, 1))) { range in
      for row in range {
        var (rest, from, to) = (row, 0, 0)
        for (axis, outStride) in others {
          let position = rest % axes[axis]
          rest /= axes[axis]
          from += position * inStrides[axis]
          to += position * outStride
        }
        let (input, output) = (source + from * T.bitWidth / 8, target + to * T.bitWidth / 8)
        if step == 1 {
          FileVoxels.native(from: input, type: type, isSwapped: isSwapped, count: length, into: output)
          continue
        }
        let elements = output.assumingMemoryBound(to: T.self)
        for index in 0..<length {
          let value = input.loadUnaligned(fromByteOffset: index * step * T.bitWidth / 8, as: T.self)
          elements[index] = isSwapped ? value.byteSwapped : value
        }
      }
    }
  }
}
