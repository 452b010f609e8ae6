import MedVoxel
import Synchronization

/// The pixels of a segmentation's frames, decoded when they are asked for.
struct SegmentationPixels {
  private let object: DICOMSegmentation
  private let decoder: DICOMDecoder
  private let isWide: Bool
  private let plane: Int
  /// The frames of each slice.
  private let frames: [[Int]]

  /// - Throws: `ImageError` when the file doesn't hold what its header claims.
  init(_ object: DICOMSegmentation) throws(ImageError) {
    self.object = object
    plane = object.grid.size.x * object.grid.size.y
    decoder = DICOMDecoder(
      content: try DICOMPixelContent(DICOMInstance(.opened(object.source), object.source)))
    let format = decoder.content.format
    isWide = format.type.byteCount > 1
    guard format.samples == 1, format.frameCount == object.placement.slices.count, format.planeCount == plane,
      format.frameBytes == plane * ((object.bitsAllocated + 7) / 8)
    else {
      throw ImageError("the pixels have another size or type than the frames", at: object.source.name)
    }
    var frames = [[Int]](repeating: [], count: object.grid.size.z)
    for (frame, slice) in object.placement.slices.enumerated() { frames[slice].append(frame) }
    self.frames = frames
  }

  /// Calls `body` for the slices that have frames, several at a time, each with memory for a frame.
  private func forEachSlice(
    _ body: (Int, UnsafeMutableRawBufferPointer) throws(ImageError) -> Void
  ) throws(ImageError) {
    let failures = LockedFailure()
    let filled = frames.indices.filter { !frames[$0].isEmpty }
    Parallel.forEach(filled.count) { index in
      withUnsafeTemporaryAllocation(byteCount: plane * (isWide ? 2 : 1), alignment: 16) { scratch in
        do throws(ImageError) {
          try body(filled[index], scratch)
        } catch {
          failures.note(error, at: index)
        }
      }
    }
    try failures.check()
  }

  /// Calls `body` with the place in the slice and the number of each pixel that is not 0.
  private func forEachPixel(
    of frame: Int, _ scratch: UnsafeMutableRawBufferPointer, _ body: (Int, UInt16) -> Void
  ) throws(ImageError) {
    try decoder.decode(frame, into: scratch)
    for index in 0..<plane {
      let value =
        isWide ? scratch.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self) : UInt16(scratch[index])
      if value != 0 { body(index, value) }
    }
  }

  func labels(threshold: Double) throws(ImageError) -> VoxelBuffer<UInt16> {
    let numbers = object.segments.map { UInt16($0.number) }
    let least = UInt16(
      min(max((threshold * Double(object.kind.maximum)).rounded(.up), 1), Double(UInt16.max)))
    var labels = VoxelBuffer<UInt16>(size: object.grid.size)
    try labels.withUnsafeMutableBuffer { buffer throws(ImageError) in
      guard let base = buffer.baseAddress else { return }
      // SAFETY: slices are disjoint.
      nonisolated(unsafe) let output = base
      try forEachSlice { slice, scratch throws(ImageError) in
        let target = output + slice * plane
        var best: [UInt16] = object.kind.maximum > 1 ? [UInt16](repeating: 0, count: plane) : []
        let inOrder = frames[slice].sorted {
          (object.segmentOfFrame[$0] ?? 0, $0) < (object.segmentOfFrame[$1] ?? 0, $1)
        }
        for frame in inOrder {
          guard let segment = object.segmentOfFrame[frame] else {
            try forEachPixel(of: frame, scratch) { target[$0] = $1 }
            continue
          }
          if best.isEmpty {
            try forEachPixel(of: frame, scratch) { index, _ in target[index] = numbers[segment] }
            continue
          }
          try forEachPixel(of: frame, scratch) { index, value in
            if value >= least, value > best[index] {
              target[index] = numbers[segment]
              best[index] = value
            }
          }
        }
      }
    }
    return labels
  }

  func masks() throws(ImageError) -> VoxelBuffer<UInt8> {
    let size = object.grid.size
    var masks = VoxelBuffer<UInt8>(channels: object.segments.count, size: size)
    let channelOf = Dictionary(
      uniqueKeysWithValues: object.segments.enumerated().map { (UInt16($0.element.number), $0.offset) })
    try masks.withUnsafeMutableBuffer { buffer throws(ImageError) in
      guard let base = buffer.baseAddress else { return }
      // SAFETY: slices are disjoint.
      nonisolated(unsafe) let output = base
      try forEachSlice { slice, scratch throws(ImageError) in
        for frame in frames[slice] {
          if let segment = object.segmentOfFrame[frame] {
            let target = output + segment * size.voxelCount + slice * plane
            let most = UInt16(object.kind.maximum)
            try forEachPixel(of: frame, scratch) { target[$0] = max(target[$0], UInt8(min($1, most))) }
          } else {
            try forEachPixel(of: frame, scratch) { index, value in
              guard let channel = channelOf[value] else { return }
              output[channel * size.voxelCount + slice * plane + index] = 1
            }
          }
        }
      }
    }
    return masks
  }

  func overlaps() throws(ImageError) -> [DICOMSegmentation.Overlap] {
    guard object.mayOverlap else { return [] }
    let found = Mutex<[SIMD2<Int>: Int]>([:])
    try forEachSlice { slice, scratch throws(ImageError) in
      guard Set(frames[slice].map { object.segmentOfFrame[$0] }).count > 1 else { return }
      // Sets of segments that share a voxel, in the order of their finding; a voxel holds its set's index.
      var sets: [[Int]] = [[]]
      var successor: [SIMD2<Int>: Int] = [:]
      var setAt = [Int](repeating: 0, count: plane)
      for frame in frames[slice] {
        guard let segment = object.segmentOfFrame[frame] else { continue }
        try forEachPixel(of: frame, scratch) { index, _ in
          let key = SIMD2(setAt[index], segment)
          if let next = successor[key] {
            setAt[index] = next
          } else if sets[key.x].contains(segment) {
            successor[key] = key.x
          } else {
            sets.append(sets[key.x] + [segment])
            successor[key] = sets.count - 1
            setAt[index] = sets.count - 1
          }
        }
      }
      var counts = [Int](repeating: 0, count: sets.count)
      for set in setAt { counts[set] += 1 }
      found.withLock { found in
        for (set, count) in zip(sets, counts) where set.count > 1 && count > 0 {
          let ordered = set.sorted()
          for (place, a) in ordered.enumerated() {
            for b in ordered[(place + 1)...] { found[SIMD2(a, b), default: 0] += count }
          }
        }
      }
    }
    return found.withLock { $0 }.map { pair, count in
      DICOMSegmentation.Overlap(
        first: object.segments[pair.x].number, second: object.segments[pair.y].number, voxels: count)
    }.sorted { ($0.first, $0.second) < ($1.first, $1.second) }
  }
}
