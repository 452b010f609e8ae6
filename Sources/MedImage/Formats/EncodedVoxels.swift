import MedVoxel

/// Voxels that lie uncompressed (or under gzip) in one block of a file: NIfTI, MGH and their like.
struct EncodedVoxels: VoxelSource {
  var source: FileSource
  var offset: Int
  /// Whether the file's byte order is not this machine's.
  var isSwapped: Bool

  private func range(_ header: ImageHeader) throws(ImageError) -> Range<Int> {
    let (bytes, overflow) = (header.size.voxelCount * header.channels)
      .multipliedReportingOverflow(by: header.type.byteCount)
    let (end, overflowsToo) = offset.addingReportingOverflow(bytes)
    guard offset >= 0, !overflow, !overflowsToo else {
      throw source.tooShort(Int.max, found: source.fileSize)
    }
    return offset..<end
  }

  func stored(_ header: ImageHeader) throws(ImageError) -> StoredVoxels {
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

  func floats(_ header: ImageHeader) throws(ImageError) -> VoxelBuffer<Float> {
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
