import MedVoxel

/// Voxels that lie uncompressed (or under gzip) in one block of a file: NIfTI, MGH and their like.
struct EncodedVoxels: VoxelSource {
  var source: FileSource
  var offset: Int
  /// Whether the file's byte order is not this machine's.
  var isSwapped: Bool

  func range(_ header: ImageHeader) throws(ImageError) -> Range<Int> {
    let (bytes, overflow) = (header.size.voxelCount * header.channels)
      .multipliedReportingOverflow(by: header.type.byteCount)
    let (end, overflowsToo) = offset.addingReportingOverflow(bytes)
    guard offset >= 0, !overflow, !overflowsToo else {
      throw source.tooShort(Int.max, found: source.fileSize)
    }
    return offset..<end
  }

  func stored(_ header: ImageHeader) throws(ImageError) -> StoredVoxels {
    if source.isCompressed, header.components.count == 1 { return try inflated(header) }
    let content = try source.content(range(header))
    let type = header.type
    return try .filled(type: type, channels: header.channels, size: header.size) {
      target throws(ImageError) in
      guard let out = target.baseAddress else { return }
      // SAFETY: the pieces write disjoint memory.
      nonisolated(unsafe) let output = out
      try forEachRun(of: content, header) { bytes, count, element in
        FileVoxels.native(
          from: bytes, type: type, isSwapped: isSwapped, count: count, into: output + element * type.byteCount
        )
      }
    }
  }

  /// Reads the rows of each slice that are needed, no others.
  func stored(_ header: ImageHeader, in region: ImageRegion) throws(ImageError) -> StoredVoxels {
    _ = try range(header)
    let (type, components, box) = (header.type, header.components.count, region.box)
    let (whole, size) = (header.size, region.box.size)
    let width = type.byteCount
    let volumes = region.channels.lowerBound / components..<region.channels.upperBound / components
    // Where the rows of a slice lie in the content.
    func rows(_ volume: Int, _ k: Int) -> Range<Int> {
      let first = ((volume * whole.z + k) * whole.y + box.lower.y) * whole.x
      let start = offset + first * width * components
      return start..<start + size.y * whole.x * width * components
    }
    let first = rows(volumes.lowerBound, box.lower.z).lowerBound
    let content = try source.content(first..<rows(volumes.upperBound - 1, box.upper.z - 1).upperBound)
    let failures = LockedFailure()
    let plane = size.voxelCount
    let voxels = StoredVoxels.filled(type: type, channels: region.channels.count, size: size) { target in
      guard let out = target.baseAddress else { return }
      // SAFETY: the slices write disjoint memory.
      nonisolated(unsafe) let output = out
      Parallel.forEach(volumes.count * size.z) { index in
        let (volume, k) = index.quotientAndRemainder(dividingBy: size.z)
        do throws(ImageError) {
          try content.withBytes(rows(volumes.lowerBound + volume, box.lower.z + k)) { bytes in
            guard let from = bytes.baseAddress else { return }
            let group = width * components
            withUnsafeTemporaryAllocation(byteCount: size.x * group, alignment: 64) { scratch in
              guard let row = scratch.baseAddress else { return }
              for j in 0..<size.y {
                let start = from + (j * whole.x + box.lower.x) * group
                FileVoxels.deinterleave(
                  from: start, elementBytes: width, components: components, count: size.x, into: row,
                  plane: size.x)
                for c in 0..<components {
                  let element = (volume * components + c) * plane + (k * size.y + j) * size.x
                  FileVoxels.native(
                    from: row + c * size.x * width, type: type, isSwapped: isSwapped, count: size.x,
                    into: output + element * width)
                }
              }
            }
          }
        } catch {
          failures.note(error, at: index)
        }
      }
    }
    try failures.check()
    return voxels
  }

  func floats(_ header: ImageHeader) throws(ImageError) -> VoxelBuffer<Float> {
    if source.isCompressed, header.components.count == 1, header.type.byteCount <= 4 {
      return try inflatedFloats(header)
    }
    let content = try source.content(range(header))
    return try VoxelBuffer(channels: header.channels, size: header.size) { target throws(ImageError) in
      guard let out = target.baseAddress else { return }
      // SAFETY: the pieces write disjoint memory.
      nonisolated(unsafe) let output = out
      try forEachRun(of: content, header) { bytes, count, element in
        FileVoxels.floats(
          from: bytes, type: header.type, isSwapped: isSwapped, count: count, rescale: header.rescale,
          into: output + element)
      }
    }
  }

  /// Runs of elements of one channel, with the position of the first in the channel-first order of memory.
  private func forEachRun(
    of content: FileContent, _ header: ImageHeader, body: (UnsafeRawPointer, Int, Int) -> Void
  ) throws(ImageError) {
    let (width, components) = (header.type.byteCount, header.components.count)
    let voxels = header.size.voxelCount
    try content.forEachPiece(granule: width * components) { bytes, start in
      guard let base = bytes.baseAddress else { return }
      if components == 1 { return body(base, bytes.count / width, start / width) }
      // A piece may reach over the end of one volume of a series.
      let count = bytes.count / (width * components)
      var done = 0
      withUnsafeTemporaryAllocation(byteCount: bytes.count, alignment: 64) { planes in
        guard let plane = planes.baseAddress else { return }
        FileVoxels.deinterleave(
          from: base, elementBytes: width, components: components, count: count, into: plane, plane: count)
        while done < count {
          let voxel = start / (width * components) + done
          let (volume, inside) = voxel.quotientAndRemainder(dividingBy: voxels)
          let run = min(count - done, voxels - inside)
          for c in 0..<components {
            body(
              plane + (c * count + done) * width, run, (volume * components + c) * voxels + inside)
          }
          done += run
        }
      }
    }
  }
}
