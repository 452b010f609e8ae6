import MedVoxel
import Synchronization

/// Voxels that lie in one or several files, packed in some way, with their axes in any order.
struct PartedVoxels: VoxelSource {
  /// Equal shares, one after the other.
  var parts: [VoxelPart]
  /// Whether the files' byte order is not this machine's.
  var isSwapped: Bool
  /// The files' axes, the fastest first; the components of a voxel are one of them.
  var axes: [Int]
  /// Which of `axes` are memory's axes: I, J, K, then what becomes channels.
  var order: [Int]
  /// The header's name, for messages.
  var location: String

  /// - Throws: `ImageError` when the shares are not equal, or a file is missing or too small for its share.
  func check(_ type: VoxelType) throws(ImageError) {
    let count = axes.reduce(1, *)
    guard !parts.isEmpty, count % parts.count == 0, isWhole(parts.count) else {
      throw ImageError(
        "the header names \(parts.count) files, which can't share \(axes) voxels equally", at: location,
        remedy: "name one file for each slice or volume")
    }
    for part in parts { try part.check(holds: count / parts.count * type.byteCount, type: type) }
  }

  /// The faster way for one plain file with its axes in memory's order.
  var inOnePiece: EncodedVoxels? {
    get throws(ImageError) {
      guard parts.count == 1, parts[0].encoding == .raw, let offset = parts[0].offset,
        order == Array(axes.indices)
      else { return nil }
      return EncodedVoxels(source: try parts[0].source(), offset: offset, isSwapped: isSwapped)
    }
  }

  /// Whether so many files hold whole slices, volumes and the like.
  private func isWhole(_ files: Int) -> Bool {
    var product = 1
    for axis in axes.reversed() {
      if product == files { return true }
      product *= axis
    }
    return product == files
  }

  func stored(_ header: ImageHeader) throws(ImageError) -> StoredVoxels {
    let type = header.type
    if order == Array(axes.indices), !isSwapped {
      return try .filled(type: type, channels: header.channels, size: header.size) {
        target throws(ImageError) in try decode(into: target, type: type)
      }
    }
    let bytes = try RawBytes(count: axes.reduce(type.byteCount, *), for: location)
    try decode(into: UnsafeMutableRawBufferPointer(rebasing: bytes.mutable[0..<bytes.count]), type: type)
    let rearranging = AxisRearranging(axes: axes, order: order, type: type, isSwapped: isSwapped)
    return .filled(type: type, channels: header.channels, size: header.size) { target in
      guard let from = bytes.bytes.baseAddress, let to = target.baseAddress else { return }
      rearranging.run(from: from, into: to)
    }
  }

  private func decode(into target: UnsafeMutableRawBufferPointer, type: VoxelType) throws(ImageError) {
    let share = target.count / parts.count
    if parts.count == 1 { return try parts[0].decode(into: target, type: type) }
    let failures = Mutex<[Int: ImageError]>([:])
    Parallel.forEach(parts.count) { index in
      do throws(ImageError) {
        let memory = UnsafeMutableRawBufferPointer(rebasing: target[index * share..<(index + 1) * share])
        try parts[index].decode(into: memory, type: type)
      } catch {
        failures.withLock { $0[index] = error }
      }
    }
    if let first = failures.withLock({ $0.min { $0.key < $1.key } }) { throw first.value }
  }
}

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
