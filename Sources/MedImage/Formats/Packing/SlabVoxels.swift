import MedVoxel

/// From a slab's stored values to real ones: `clip(value) · factor · slope + intercept`.
struct SlabScale: Hashable, Sendable {
  var clip: ClosedRange<Double>?
  var factor = 1.0
  var slope = 1.0
  var intercept = 0.0
  /// Whether products are rounded to single precision, one by one.
  var isSingle = false

  func callAsFunction(_ value: Double) -> Double {
    let value = clip.map { min(max(value, $0.lowerBound), $0.upperBound) } ?? value
    guard isSingle else { return value * factor * slope + intercept }
    return Double(Float(value) * Float(factor) * Float(slope)) + intercept
  }
}

/// Voxels in slabs of equal size (slices, volumes), each with its own place, type and scaling.
struct SlabVoxels: VoxelSource {
  struct Slab: Hashable, Sendable {
    /// Its first byte in the content.
    var offset: Int
    var type: VoxelType
    /// Where it is nil, stored values are kept, or become doubles when the header's type says so.
    var scale: SlabScale?
  }

  var source: FileSource
  /// In the order that the axes have.
  var slabs: [Slab]
  /// Whether the file's byte order is not this machine's.
  var isSwapped: Bool
  /// The axes as the slabs have them, the fastest first; the components of a voxel are one of them.
  var axes: [Int]
  /// Which of `axes` are memory's axes: I, J, K, then what becomes channels.
  var order: [Int]
  /// Each slab's blocks of so many elements are put in reverse order.
  var reversedBlock: Int?
  /// The content, where it is in memory already.
  var content: RawBytes?
  /// Whether the file is bzip2; nobody can tell then how much it holds.
  var isBzip2 = false

  private var total: Int { axes.reduce(1, *) }
  private var slabCount: Int { slabs.isEmpty ? 0 : total / slabs.count }

  /// - Throws: `ImageError` when the file can't hold the slabs.
  func check() throws(ImageError) {
    let available = isBzip2 ? Int.max : content?.count ?? source.largestContent
    let (count, isTooMuch) = axes.reduce((1, false)) { state, axis in
      let (product, overflow) = state.0.multipliedReportingOverflow(by: axis)
      return (product, state.1 || overflow || axis < 1)
    }
    guard !isTooMuch, count <= Int.max / 16, !slabs.isEmpty, count % slabs.count == 0 else {
      throw ImageError("the header claims \(axes) voxels, more than any file holds", at: source.name)
    }
    var needed = 0
    for slab in slabs {
      let bytes = count / slabs.count * slab.type.byteCount
      let (end, overflow) = slab.offset.addingReportingOverflow(bytes)
      let (sum, overflowsToo) = needed.addingReportingOverflow(bytes)
      guard slab.offset >= 0, !overflow, !overflowsToo, max(end, sum) <= available else {
        throw source.tooShort(overflow || overflowsToo ? Int.max : max(end, sum), found: available)
      }
      needed = sum
    }
  }

  func stored(_ header: ImageHeader) throws(ImageError) -> StoredVoxels {
    try check()
    let type = header.type
    let width = slabs.map(\.type.byteCount).max() ?? 1
    let end = slabs.map { $0.offset + slabCount * $0.type.byteCount }.max() ?? 0
    let start = slabs.map(\.offset).min() ?? 0
    let memory = try isBzip2 && content == nil ? unpacked(end) : content
    let pieces =
      if let memory {
        FileContent(source: source, range: 0..<memory.count, memory: memory)
      } else {
        try source.content(start..<end)
      }
    func fill(_ target: UnsafeMutableRawBufferPointer) throws(ImageError) {
      let failures = LockedFailure()
      guard let base = target.baseAddress else { return }
      // SAFETY: the slabs write disjoint memory.
      nonisolated(unsafe) let output = base
      Parallel.forEach(slabs.count) { index in
        do throws(ImageError) {
          let slab = slabs[index]
          let isKept = slab.scale == nil && slab.type == type
          let scratch = try RawBytes(count: isKept ? 0 : slabCount * width, for: source.name)
          try decode(slab, pieces, scratch.mutable, type, output + index * slabCount * type.byteCount)
        } catch {
          failures.note(error, at: index)
        }
      }
      try failures.check()
    }
    if order == Array(axes.indices) {
      return try .filled(type: type, channels: header.channels, size: header.size) {
        target throws(ImageError) in try fill(target)
      }
    }
    let bytes = try RawBytes(count: total * type.byteCount, for: source.name)
    try fill(UnsafeMutableRawBufferPointer(rebasing: bytes.mutable[0..<bytes.count]))
    let rearranging = AxisRearranging(axes: axes, order: order, type: type, isSwapped: false)
    return .filled(type: type, channels: header.channels, size: header.size) { target in
      guard let from = bytes.bytes.baseAddress, let to = target.baseAddress else { return }
      rearranging.run(from: from, into: to)
    }
  }

  private func unpacked(_ count: Int) throws(ImageError) -> RawBytes {
    let packed = try source.rawBytes()
    let content = try Bzip2.decompressed(packed.bytes, skip: 0, count: count, of: source)
    return withExtendedLifetime(packed) { content }
  }

  private func decode(
    _ slab: Slab, _ content: FileContent, _ scratch: UnsafeMutableRawBufferPointer, _ type: VoxelType,
    _ output: UnsafeMutableRawPointer
  ) throws(ImageError) {
    let count = slabCount
    let isKept = slab.scale == nil && slab.type == type
    // What is kept needs no other place before.
    let place = isKept ? UnsafeMutableRawBufferPointer(start: output, count: count * type.byteCount) : scratch
    let bytes = UnsafeMutableRawBufferPointer(rebasing: place[0..<count * slab.type.byteCount])
    try content.copy(from: slab.offset, into: bytes)
    guard let from = bytes.baseAddress else { return }
    if isSwapped, slab.type.byteCount > 1 {
      FileVoxels.native(from: from, type: slab.type, isSwapped: true, count: count, into: from)
    }
    if let block = reversedBlock { reverse(bytes, block: block * slab.type.byteCount) }
    guard !isKept else { return }
    let doubles = output.assumingMemoryBound(to: Double.self)
    let scale = slab.scale ?? SlabScale()
    func convert<T: VoxelScalar>(_: T.Type) {
      let elements = from.assumingMemoryBound(to: T.self)
      for index in 0..<count { doubles[index] = scale(elements[index].doubleValue) }
    }
    switch slab.type {
    case .uint8: convert(UInt8.self)
    case .int8: convert(Int8.self)
    case .uint16: convert(UInt16.self)
    case .int16: convert(Int16.self)
    case .uint32: convert(UInt32.self)
    case .int32: convert(Int32.self)
    case .uint64: convert(UInt64.self)
    case .int64: convert(Int64.self)
    case .float32: convert(Float.self)
    case .float64: convert(Double.self)
    }
  }

  private func reverse(_ bytes: UnsafeMutableRawBufferPointer, block: Int) {
    var (low, high) = (0, bytes.count / block - 1)
    while low < high {
      for byte in 0..<block { bytes.swapAt(low * block + byte, high * block + byte) }
      (low, high) = (low + 1, high - 1)
    }
  }
}
