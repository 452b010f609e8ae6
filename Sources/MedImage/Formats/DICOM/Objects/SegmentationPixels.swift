import MedVoxel
import Synchronization

/// The pixels of a segmentation's frames, as stored.
struct SegmentationPixels {
  private let object: DICOMSegmentation
  /// Bits from the lowest of the first byte on, frames without gaps between them; or bytes; or 16-bit numbers.
  private let bytes: RawBytes
  private let bits: Int
  private let plane: Int
  /// The frames of each slice.
  private let frames: [[Int]]

  init(_ object: DICOMSegmentation) throws(ImageError) {
    self.object = object
    plane = object.grid.size.x * object.grid.size.y
    let count = plane * object.placement.slices.count
    let syntax = object.data.text(.transferSyntax) ?? ""
    let isPlain = Self.plain.contains(syntax)
    let width = object.bitsAllocated
    bits = width
    if isPlain {
      let needed = (count * width + 7) / 8
      bytes = try DICOMContent(object.source, .stored).withStoredPixels { raw throws(ImageError) in
        guard raw.count >= needed else {
          throw ImageError(
            "expected \(needed) bytes of pixels, found \(raw.count)", at: object.source.name,
            remedy: "the file is truncated or its header is wrong; get it again from its source")
        }
        let copy = try RawBytes(count: needed, for: object.source.name)
        copy.mutable.copyMemory(from: UnsafeRawBufferPointer(rebasing: raw[..<needed]))
        return copy
      }
    } else {
      guard width > 1 else {
        throw ImageError(
          "compressed pixels of one bit are not read (transfer syntax \(syntax))", at: object.source.name,
          remedy: "write the object without compression")
      }
      bytes = try DICOMContent(object.source, .image).decodedPixels(bits: width, count: count)
    }
    var frames = [[Int]](repeating: [], count: object.grid.size.z)
    for (frame, slice) in object.placement.slices.enumerated() { frames[slice].append(frame) }
    self.frames = frames
  }

  /// Transfer syntaxes whose pixels lie as they are: implicit and explicit, either byte order, deflated as a
  /// whole.
  private static let plain: Set<String> = [
    "", "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.98", "1.2.840.10008.1.2.1.99",
    "1.2.840.10008.1.2.2",
  ]

  /// Calls `body` with the place in the slice and the number of each pixel that is not 0.
  private func forEachPixel(of frame: Int, _ body: (Int, UInt16) -> Void) {
    let raw = bytes.bytes
    switch bits {
    case 1:
      let start = frame * plane
      var index = 0
      while index < plane {
        let bit = start + index
        let byte = raw[bit >> 3] >> UInt8(bit & 7)
        let count = min(8 - bit & 7, plane - index)
        if byte != 0 {
          for offset in 0..<count where byte >> UInt8(offset) & 1 == 1 { body(index + offset, 1) }
        }
        index += count
      }
    case 8:
      for index in 0..<plane where raw[frame * plane + index] != 0 {
        body(index, UInt16(raw[frame * plane + index]))
      }
    default:
      for index in 0..<plane {
        let value = UInt16(
          littleEndian: raw.loadUnaligned(fromByteOffset: (frame * plane + index) * 2, as: UInt16.self))
        if value != 0 { body(index, value) }
      }
    }
  }

  func labels(threshold: Double) -> VoxelBuffer<UInt16> {
    let numbers = object.segments.map { UInt16($0.number) }
    let least = UInt16(
      min(max((threshold * Double(object.kind.maximum)).rounded(.up), 1), Double(UInt16.max)))
    var labels = VoxelBuffer<UInt16>(size: object.grid.size)
    labels.withUnsafeMutableBuffer { buffer in
      guard let base = buffer.baseAddress else { return }
      // SAFETY: slices are disjoint.
      nonisolated(unsafe) let output = base
      Parallel.forEach(frames.count) { slice in
        let target = output + slice * plane
        var best: [UInt16] = object.kind.maximum > 1 ? [UInt16](repeating: 0, count: plane) : []
        let inOrder = frames[slice].sorted {
          (object.segmentOfFrame[$0] ?? 0, $0) < (object.segmentOfFrame[$1] ?? 0, $1)
        }
        for frame in inOrder {
          guard let segment = object.segmentOfFrame[frame] else {
            forEachPixel(of: frame) { target[$0] = $1 }
            continue
          }
          if best.isEmpty {
            forEachPixel(of: frame) { index, _ in target[index] = numbers[segment] }
            continue
          }
          forEachPixel(of: frame) { index, value in
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

  func masks() -> VoxelBuffer<UInt8> {
    let size = object.grid.size
    var masks = VoxelBuffer<UInt8>(channels: object.segments.count, size: size)
    let channelOf = Dictionary(
      uniqueKeysWithValues: object.segments.enumerated().map { (UInt16($0.element.number), $0.offset) })
    masks.withUnsafeMutableBuffer { buffer in
      guard let base = buffer.baseAddress else { return }
      // SAFETY: slices are disjoint.
      nonisolated(unsafe) let output = base
      Parallel.forEach(frames.count) { slice in
        for frame in frames[slice] {
          if let segment = object.segmentOfFrame[frame] {
            let target = output + segment * size.voxelCount + slice * plane
            let most = UInt16(object.kind.maximum)
            forEachPixel(of: frame) { target[$0] = max(target[$0], UInt8(min($1, most))) }
          } else {
            forEachPixel(of: frame) { index, value in
              guard let channel = channelOf[value] else { return }
              output[channel * size.voxelCount + slice * plane + index] = 1
            }
          }
        }
      }
    }
    return masks
  }

  func overlaps() -> [DICOMSegmentation.Overlap] {
    guard object.mayOverlap else { return [] }
    let found = Mutex<[SIMD2<Int>: Int]>([:])
    Parallel.forEach(frames.count) { slice in
      guard Set(frames[slice].map { object.segmentOfFrame[$0] }).count > 1 else { return }
      // Sets of segments that share a voxel, in the order of their finding; a voxel holds its set's index.
      var sets: [[Int]] = [[]]
      var successor: [SIMD2<Int>: Int] = [:]
      var setAt = [Int](repeating: 0, count: plane)
      for frame in frames[slice] {
        guard let segment = object.segmentOfFrame[frame] else { continue }
        forEachPixel(of: frame) { index, _ in
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
