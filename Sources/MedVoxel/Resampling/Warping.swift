import CVoxelKernels

extension VoxelBuffer {
  func warpedNearest(
    to size: GridSize, by map: Affine, _ boundary: Boundary, _ rounding: HalfwayRounding,
    _ displacement: Displacement?
  ) -> VoxelBuffer {
    let result = VoxelBuffer(uninitializedChannels: channels, size: size)
    let bytes = Int32(MemoryLayout<Element>.stride)
    let fill = Element(nearest: boundary.fill)
    withWarpJob(into: result, by: map, boundary, displacement) { job in
      var job = job
      job.half_up = rounding == .up ? 1 : 0
      let shared = job
      shared.forEachUnit { unit, scratch in
        withUnsafePointer(to: fill) { fill in
          withUnsafePointer(to: shared) { vk_warp_nearest($0, unit, bytes, fill, scratch) }
        }
      }
    }
    return result
  }

  func withWarpJob(
    into result: VoxelBuffer, by map: Affine, _ boundary: Boundary, _ displacement: Displacement?,
    _ body: (vk_warp) -> Void
  ) {
    let target = result.size
    guard result.count > 0 else { return }
    var job = vk_warp()
    job.input = UnsafeRawPointer(storage.base)
    job.output = UnsafeMutableRawPointer(result.storage.base)
    job.input_size = (Int64(size.x), Int64(size.y), Int64(size.z))
    job.output_size = (Int64(target.x), Int64(target.y), Int64(target.z))
    job.channels = Int64(channels)
    let (i, j, k, t) = (map.columns.i, map.columns.j, map.columns.k, map.origin)
    job.matrix = (i.x, j.x, k.x, t.x, i.y, j.y, k.y, t.y, i.z, j.z, k.z, t.z)
    job.boundary = boundary.code
    job.constant = Float(boundary.fill)
    switch displacement {
    case nil: body(job)
    case .dense(let field):
      job.displacement = UnsafePointer(field.storage.base)
      body(job)
      withExtendedLifetime(field.storage) {}
    case .control(let grid):
      let points = grid.values.size
      let tables = (0..<3).map { axis in
        AxisTable(
          control: target[axis], scale: grid.scale[axis], offset: grid.offset[axis], size: points[axis],
          interpolation: grid.interpolation)
      }
      job.displacement = UnsafePointer(grid.values.storage.base)
      job.control_taps = Int32(tables[0].taps)
      job.control_size = (Int64(points.x), Int64(points.y), Int64(points.z))
      let count = tables.map { $0.index.count }
      let index = UnsafeMutablePointer<Int32>.allocate(capacity: count.reduce(0, +))
      let weight = UnsafeMutablePointer<Float>.allocate(capacity: count.reduce(0, +))
      defer {
        index.deallocate()
        weight.deallocate()
      }
      let starts = [0, count[0], count[0] + count[1]]
      for axis in 0..<3 {
        (index + starts[axis]).initialize(from: tables[axis].index, count: count[axis])
        (weight + starts[axis]).initialize(from: tables[axis].weight, count: count[axis])
      }
      job.control_index = (
        UnsafePointer(index), UnsafePointer(index + starts[1]), UnsafePointer(index + starts[2])
      )
      job.control_weight = (
        UnsafePointer(weight), UnsafePointer(weight + starts[1]), UnsafePointer(weight + starts[2])
      )
      body(job)
      withExtendedLifetime(grid.values.storage) {}
    }
    withExtendedLifetime((storage, result.storage)) {}
  }
}

extension VoxelBuffer where Element == Float {
  func warped(
    to size: GridSize, by map: Affine, _ interpolation: Interpolation, _ boundary: Boundary,
    _ displacement: Displacement?
  ) -> VoxelBuffer<Float> {
    let result = VoxelBuffer(uninitializedChannels: channels, size: size)
    withWarpJob(into: result, by: map, boundary, displacement) { job in
      job.forEachUnit { unit, scratch in
        withUnsafePointer(to: job) {
          if interpolation == .cubic {
            vk_warp_cubic_f32($0, unit, scratch)
          } else {
            vk_warp_linear_f32($0, unit, scratch)
          }
        }
      }
    }
    return result
  }
}

extension vk_warp {
  fileprivate func forEachUnit(_ body: (Int64, UnsafeMutablePointer<Float>?) -> Void) {
    let (units, floats) = withUnsafePointer(to: self) {
      (Int(vk_warp_units($0)), Int(vk_warp_scratch($0)))
    }
    Parallel.forEach(units) { unit in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, floats)) { scratch in
        body(Int64(unit), scratch.baseAddress)
      }
    }
  }
}

extension AxisTable {
  /// Control points and weights of each output index; the edge points continue outside.
  fileprivate init(
    control count: Int, scale: Double, offset: Double, size: Int, interpolation: Interpolation
  ) {
    self.init(count: count, taps: interpolation == .cubic ? 4 : 2)
    for i in 0..<count {
      let raw = scale * Double(i) + offset
      let at = raw.isFinite ? min(max(raw, -2), Double(size) + 1) : 0
      let low = at.rounded(.down)
      let weights = taps == 4 ? AxisTable.splineWeights(at - low) : [1 - (at - low), at - low]
      for t in 0..<taps {
        index[t * count + i] = Int32(min(max(Int(low) + t - (taps == 4 ? 1 : 0), 0), size - 1))
        weight[t * count + i] = Float(weights[t])
      }
    }
  }
}
