import CVoxelKernels

extension VoxelBuffer {
  /// Calls `body` with a job whose tables stay alive meanwhile.
  private func withAlignedJob(
    to size: GridSize, _ inputAxes: [Int], _ tables: [AxisTable], _ body: (vk_aligned) -> Void
  ) {
    guard size.voxelCount > 0 else { return }
    let strides = [1, size.x, size.x * size.y]
    var outputStride: [Int64] = [0, 0, 0]
    for (axis, inputAxis) in inputAxes.enumerated() { outputStride[inputAxis] = Int64(strides[axis]) }
    var job = vk_aligned()
    job.input_size = (Int64(self.size.x), Int64(self.size.y), Int64(self.size.z))
    job.count = (Int64(tables[0].count), Int64(tables[1].count), Int64(tables[2].count))
    job.output_stride = (outputStride[0], outputStride[1], outputStride[2])
    job.taps = Int32(tables[0].taps)
    job.x_step = tables[0].step
    tables[0].index.withUnsafeBufferPointer { x in
      tables[1].index.withUnsafeBufferPointer { y in
        tables[2].index.withUnsafeBufferPointer { z in
          tables[0].weight.withUnsafeBufferPointer { u in
            tables[1].weight.withUnsafeBufferPointer { v in
              tables[2].weight.withUnsafeBufferPointer { w in
                job.index = (x.baseAddress, y.baseAddress, z.baseAddress)
                job.weight = (u.baseAddress, v.baseAddress, w.baseAddress)
                body(job)
              }
            }
          }
        }
      }
    }
  }

  /// A copy with other positions along the axes; index -1 gives `fill`.
  func copiedAlongAxes(
    to size: GridSize, _ inputAxes: [Int], _ tables: [AxisTable], fill: Element
  ) -> VoxelBuffer {
    let result = VoxelBuffer(uninitializedChannels: channels, size: size)
    let bytes = MemoryLayout<Element>.stride
    withAlignedJob(to: size, inputAxes, tables) { job in
      let units = withUnsafePointer(to: job) { Int(vk_aligned_units($0)) }
      for channel in 0..<channels {
        var job = job
        job.input = UnsafeRawPointer(storage.base + channel * voxelCount)
        job.output = UnsafeMutableRawPointer(result.storage.base + channel * size.voxelCount)
        Parallel.forEachChunk(of: units, chunk: max(1, units / 64)) { range in
          withUnsafeTemporaryAllocation(byteCount: 16 * tables[0].count * bytes, alignment: 64) { scratch in
            withUnsafePointer(to: fill) { fill in
              withUnsafePointer(to: job) {
                vk_aligned_copy(
                  $0, Int64(range.lowerBound), Int64(range.upperBound), Int32(bytes), fill,
                  scratch.baseAddress)
              }
            }
          }
        }
      }
    }
    withExtendedLifetime(storage) {}
    return result
  }
}

extension VoxelBuffer where Element == Float {
  func sampledAlongAxes(
    to size: GridSize, _ axes: AxisMap, _ interpolation: Interpolation, _ boundary: Boundary
  ) -> VoxelBuffer<Float> {
    let tables = axes.tables(self.size, interpolation, boundary, .toEven)
    let result = VoxelBuffer(uninitializedChannels: channels, size: size)
    withAlignedJob(to: size, axes.inputAxes, tables) { job in
      var job = job
      job.constant = Float(boundary.fill)
      let (units, floats) = withUnsafePointer(to: job) {
        (Int(vk_aligned_units($0)), Int(vk_aligned_scratch($0)))
      }
      for channel in 0..<channels {
        job.input = UnsafeRawPointer(storage.base + channel * voxelCount)
        job.output = UnsafeMutableRawPointer(result.storage.base + channel * size.voxelCount)
        let job = job
        Parallel.forEachChunk(of: units, chunk: max(1, units / 64)) { range in
          withUnsafeTemporaryAllocation(byteCount: floats * 4, alignment: 64) { scratch in
            withUnsafePointer(to: job) {
              vk_aligned_f32(
                $0, Int64(range.lowerBound), Int64(range.upperBound),
                scratch.baseAddress?.assumingMemoryBound(to: Float.self))
            }
          }
        }
      }
    }
    withExtendedLifetime(storage) {}
    return result
  }
}
