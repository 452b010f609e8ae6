import CDeflate
import MedVoxel

extension HDF5Chunks {
  /// Unpacks chunks, several at a time, into the array's memory.
  func read(_ chunks: [Chunk], into target: UnsafeMutableRawBufferPointer) throws(ImageError) {
    for chunk in chunks {
      let isInside = zip(chunk.start, zip(dimensions, size)).allSatisfy { start, axis in
        start >= 0 && start < axis.0 && start % axis.1 == 0
      }
      guard isInside else { throw file.damaged("a chunk at \(chunk.start) of \(dimensions)", chunk.address) }
      guard chunk.packedCount <= file.room(after: chunk.address), chunk.address >= 0,
        byteCount / 1032 <= chunk.packedCount + 64
      else {
        throw file.source.tooShort(max(chunk.packedCount, byteCount), found: file.room(after: chunk.address))
      }
    }
    guard let base = target.baseAddress else { return }
    // SAFETY: chunks are disjoint parts of the array.
    nonisolated(unsafe) let output = base
    let failures = LockedFailure()
    Parallel.forEach(chunks.count) { number in
      do throws(ImageError) {
        try copy(unpacked(chunks[number]), at: chunks[number].start, to: output)
      } catch {
        failures.note(error, at: number)
      }
    }
    try failures.check()
  }

  private func unpacked(_ chunk: Chunk) throws(ImageError) -> [UInt8] {
    var bytes = try file.bytes(chunk.address, chunk.packedCount)
    for (number, filter) in filters.enumerated().reversed() where chunk.mask & (1 << number) == 0 {
      switch filter {
      case .checksum:
        guard bytes.count >= 4 else { throw file.damaged("a chunk without its checksum", chunk.address) }
        bytes.removeLast(4)
      case .shuffle: bytes = unshuffled(bytes)
      case .deflate: bytes = try inflated(bytes, chunk.address)
      }
    }
    guard bytes.count >= byteCount else {
      throw file.damaged("a chunk of \(bytes.count) bytes, expected \(byteCount)", chunk.address)
    }
    return bytes
  }

  /// First bytes of all elements, then second ones: put together again.
  private func unshuffled(_ bytes: [UInt8]) -> [UInt8] {
    let count = bytes.count / elementSize
    guard elementSize > 1, count > 1 else { return bytes }
    return [UInt8](unsafeUninitializedCapacity: bytes.count) { result, filled in
      bytes.withUnsafeBufferPointer { source in
        for element in 0..<count {
          for byte in 0..<elementSize {
            result[element * elementSize + byte] = source[byte * count + element]
          }
        }
        for rest in count * elementSize..<bytes.count { result[rest] = source[rest] }
      }
      filled = bytes.count
    }
  }

  private func inflated(_ bytes: [UInt8], _ address: Int) throws(ImageError) -> [UInt8] {
    guard let decompressor = libdeflate_alloc_decompressor() else { throw Gzip.outOfMemory(file.source) }
    defer { libdeflate_free_decompressor(decompressor) }
    // A checksum of four bytes may be packed too.
    let room = byteCount + 4
    var isGood = false
    let result = [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
      var count = 0
      isGood =
        libdeflate_zlib_decompress(decompressor, bytes, bytes.count, buffer.baseAddress, room, &count)
        == LIBDEFLATE_SUCCESS
      filled = isGood ? count : 0
    }
    guard isGood else { throw file.damaged("the packed bytes of a chunk", address) }
    return result
  }

  /// The part of a chunk that lies inside of the array.
  private func copy(_ bytes: [UInt8], at start: [Int], to output: UnsafeMutableRawPointer) {
    let rank = dimensions.count
    let extent = (0..<rank).map { min(size[$0], dimensions[$0] - start[$0]) }
    let row = extent[rank - 1] * elementSize
    var strides = [Int](repeating: elementSize, count: rank)
    var chunkStrides = strides
    for axis in (0..<rank - 1).reversed() {
      strides[axis] = strides[axis + 1] * dimensions[axis + 1]
      chunkStrides[axis] = chunkStrides[axis + 1] * size[axis + 1]
    }
    bytes.withUnsafeBytes { source in
      guard let from = source.baseAddress else { return }
      for number in 0..<extent.dropLast().reduce(1, *) {
        var (rest, to, offset) = (number, start[rank - 1] * elementSize, 0)
        for axis in (0..<rank - 1).reversed() {
          let position = rest % extent[axis]
          rest /= extent[axis]
          to += (start[axis] + position) * strides[axis]
          offset += position * chunkStrides[axis]
        }
        (output + to).copyMemory(from: from + offset, byteCount: row)
      }
    }
  }
}
