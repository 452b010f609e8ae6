import MedVoxel

/// Compressed voxels are inflated into the memory that they stay in: one copy of the volume is all there is.
extension EncodedVoxels {
  /// The content's length, header and voxels, once it is known that the file can hold it.
  private func contentLength(_ header: ImageHeader) throws(ImageError) -> Int {
    let end = try range(header).upperBound
    guard end <= source.largestContent else { throw source.tooShort(end, found: nil) }
    return end
  }

  /// The header goes into room before the voxels.
  func inflated(_ header: ImageHeader) throws(ImageError) -> StoredVoxels {
    _ = try contentLength(header)
    let type = header.type
    return try .filled(type: type, channels: header.channels, size: header.size, leadingBytes: offset) {
      memory throws(ImageError) in
      try Gzip.inflate(source, into: memory)
      guard isSwapped, type.byteCount > 1, let base = memory.baseAddress else { return }
      // SAFETY: the pieces are disjoint.
      nonisolated(unsafe) let voxels = base + offset
      Parallel.forEachChunk(of: (memory.count - offset) / type.byteCount, chunk: 1 << 16) { range in
        Self.swap(voxels + range.lowerBound * type.byteCount, type: type, count: range.count)
      }
    }
  }

  private static func swap(_ bytes: UnsafeMutableRawPointer, type: VoxelType, count: Int) {
    withUnsafeTemporaryAllocation(byteCount: count * type.byteCount, alignment: 64) { scratch in
      guard let copy = scratch.baseAddress else { return }
      copy.copyMemory(from: bytes, byteCount: count * type.byteCount)
      FileVoxels.native(from: copy, type: type, isSwapped: true, count: count, into: bytes)
    }
  }

  /// The content is inflated to the end of the floats' memory and widened towards its front.
  func inflatedFloats(_ header: ImageHeader) throws(ImageError) -> VoxelBuffer<Float> {
    let length = try contentLength(header)
    let count = header.size.voxelCount * header.channels
    let lead = max(0, length - count * MemoryLayout<Float>.stride)
    return try VoxelBuffer(channels: header.channels, size: header.size, leadingBytes: lead) {
      memory throws(ImageError) in
      try Gzip.inflate(
        source, into: UnsafeMutableRawBufferPointer(rebasing: memory[(memory.count - length)...]))
      guard let base = memory.baseAddress else { return }
      if header.type == .float32, header.rescale.isIdentity, !isSwapped { return }
      widen(header, count: count, from: base + memory.count - length + offset, into: base + lead)
    }
  }

  /// - Parameter source: the stored elements, which end where the floats' memory ends.
  private func widen(
    _ header: ImageHeader, count: Int, from source: UnsafeMutableRawPointer,
    into target: UnsafeMutableRawPointer
  ) {
    let (type, width) = (header.type, header.type.byteCount)
    // SAFETY: the pieces of a step write where no piece of it reads.
    nonisolated(unsafe) let (input, output) = (source, target.assumingMemoryBound(to: Float.self))
    func convert(_ range: Range<Int>, from bytes: UnsafeRawPointer) {
      FileVoxels.floats(
        from: bytes, type: type, isSwapped: isSwapped, count: range.count, rescale: header.rescale,
        into: output + range.lowerBound)
    }
    var done = 0
    while done < count {
      // What the next step writes ends before what it reads begins: half of the rest for 16-bit voxels.
      let step = (count - done) * (4 - width) / 4
      if step >= 1 << 14 {
        let first = done
        Parallel.forEachChunk(of: step, chunk: 1 << 15) { range in
          let part = first + range.lowerBound..<first + range.upperBound
          convert(part, from: input + part.lowerBound * width)
        }
        done += step
      } else if width == 4 {
        // Each element stays where it is.
        Parallel.forEachChunk(of: count, chunk: 1 << 15) { range in
          Self.throughCopy(input + range.lowerBound * width, byteCount: range.count * width) {
            convert(range, from: $0)
          }
        }
        done = count
      } else {
        let rest = done..<count
        Self.throughCopy(input + done * width, byteCount: rest.count * width) { convert(rest, from: $0) }
        done = count
      }
    }
  }

  private static func throughCopy(
    _ bytes: UnsafeRawPointer, byteCount: Int, _ body: (UnsafeRawPointer) -> Void
  ) {
    withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: 64) { scratch in
      guard let copy = scratch.baseAddress else { return }
      copy.copyMemory(from: bytes, byteCount: byteCount)
      body(copy)
    }
  }
}
