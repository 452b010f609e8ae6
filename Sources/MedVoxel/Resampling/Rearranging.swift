extension VoxelBuffer {
  /// The voxels with axes permuted and flipped, nothing resampled.
  ///
  /// - Parameters:
  ///   - axes: For each output axis, the input axis it runs along; a permutation of 0, 1, 2.
  ///   - flipped: For each output axis, whether it runs backward.
  /// - Precondition: `axes` is a permutation, `flipped` has three entries.
  public func permuted(axes: [Int], flipped: [Bool]) -> VoxelBuffer {
    precondition(Set(axes) == [0, 1, 2] && axes.count == 3 && flipped.count == 3, "expected a permutation")
    if axes == [0, 1, 2], !flipped.contains(true) { return self }
    let target = GridSize(size[axes[0]], size[axes[1]], size[axes[2]])
    var tables = Array(repeating: AxisTable(count: 0, taps: 1), count: 3)
    for (axis, inputAxis) in axes.enumerated() {
      let n = size[inputAxis]
      tables[inputAxis] = AxisTable(copying: (0..<n).map { flipped[axis] ? n - 1 - $0 : $0 })
    }
    return copiedAlongAxes(to: target, axes, tables, fill: 0)
  }

  /// The voxels of a box that may leave the volume, in one copy.
  ///
  /// - Parameter padding: What lies outside; a dimension may be padded by any number of voxels.
  /// - Precondition: the volume is not empty, unless the padding is constant.
  public func cropped(to box: GridBox, padding: Boundary = .zeros) -> VoxelBuffer {
    if box == GridBox(size: size) { return self }
    let target = pointwiseMax(box.size, .zero)
    var isConstant = false
    if case .constant = padding { isConstant = true }
    precondition(
      isConstant || voxelCount > 0 || target.voxelCount == 0, "an empty volume has no edge to repeat")
    let tables = (0..<3).map { axis in
      let n = size[axis]
      return AxisTable(
        copying: (box.lower[axis]..<box.lower[axis] + target[axis]).map {
          isConstant ? ($0 < 0 || $0 >= n ? -1 : $0) : padding.continued($0, size: n)
        })
    }
    return copiedAlongAxes(to: target, [0, 1, 2], tables, fill: Element(nearest: padding.fill))
  }

  /// Grown by `before` voxels at the low ends and `after` at the high ends.
  public func padded(before: GridSize, after: GridSize, with padding: Boundary = .zeros) -> VoxelBuffer {
    cropped(to: GridBox(lower: .zero &- before, upper: size &+ after), padding: padding)
  }

  /// The box cut out or padded about the center of the volume to the given size; of an odd difference, the
  /// smaller half lies before.
  public func centerBox(of target: GridSize) -> GridBox {
    var lower = GridIndex.zero
    for axis in 0..<3 {
      let excess = size[axis] - target[axis]
      lower[axis] = excess >= 0 ? excess / 2 : -((-excess) / 2)
    }
    return GridBox(lower: lower, upper: lower &+ target)
  }

  /// Pastes `part` with its first voxel at `origin`; what leaves the volume is cut off.
  /// - Precondition: the numbers of channels agree.
  public mutating func replace(at origin: GridIndex, with part: VoxelBuffer) {
    precondition(part.channels == channels, "the numbers of channels differ")
    let box = GridBox(lower: origin, upper: origin &+ part.size).intersection(GridBox(size: size))
    guard !box.isEmpty else { return }
    makeUnique()
    for c in 0..<channels {
      for k in box.lower.z..<box.upper.z {
        for j in box.lower.y..<box.upper.y {
          let source = part.storage.base + part.offset(c, box.lower.x - origin.x, j - origin.y, k - origin.z)
          (storage.base + offset(c, box.lower.x, j, k)).update(from: source, count: box.size.x)
        }
      }
    }
    withExtendedLifetime(part.storage) {}
  }

  /// Some of the channels, in the given order.
  public func selectingChannels(_ selection: [Int]) -> VoxelBuffer {
    precondition(selection.allSatisfy { (0..<channels).contains($0) }, "no such channel")
    let result = VoxelBuffer(uninitializedChannels: selection.count, size: size)
    for (target, source) in selection.enumerated() {
      (result.storage.base + target * voxelCount).initialize(
        from: storage.base + source * voxelCount, count: voxelCount)
    }
    withExtendedLifetime(storage) {}
    return result
  }
}

extension AxisTable {
  fileprivate init(copying positions: [Int]) {
    self.init(count: positions.count, taps: 1)
    for (i, position) in positions.enumerated() {
      index[i] = Int32(position)
      weight[i] = position < 0 ? 0 : 1
    }
  }
}

extension Orientation {
  /// How an image of orientation `source` gets this one: for each of this one's axes, the source axis along
  /// the same world axis, and whether it runs backward.
  public func rearrangement(from source: Orientation) -> (axes: [Int], flipped: [Bool]) {
    var axes = [0, 0, 0]
    var flipped = [false, false, false]
    for axis in 0..<3 {
      let sourceAxis = source.worldAxes.firstIndex(of: worldAxes[axis]) ?? axis
      axes[axis] = sourceAxis
      flipped[axis] = isPositive[axis] != source.isPositive[sourceAxis]
    }
    return (axes, flipped)
  }
}

extension Grid {
  /// The same voxels with axes in another orientation, and the map from its indices to this grid's.
  public func reoriented(to orientation: Orientation) -> (grid: Grid, map: Affine) {
    let (axes, flipped) = orientation.rearrangement(from: self.orientation)
    var columns = [SIMD3<Double>](repeating: .zero, count: 3)
    var origin = SIMD3<Double>.zero
    for axis in 0..<3 {
      columns[axis][axes[axis]] = flipped[axis] ? -1 : 1
      if flipped[axis] { origin[axes[axis]] = Double(size[axes[axis]] - 1) }
    }
    let map = Affine(i: columns[0], j: columns[1], k: columns[2], origin: origin)
    return (Grid(size: [size[axes[0]], size[axes[1]], size[axes[2]]], affine: affine * map), map)
  }
}
