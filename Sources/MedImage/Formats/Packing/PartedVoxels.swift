import MedVoxel

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
    var bytes = type.byteCount
    for axis in axes {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: axis)
      guard !overflow else {
        throw ImageError("the header claims \(axes) voxels, more than any file holds", at: location)
      }
      bytes = product
    }
    let count = bytes / type.byteCount
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
      guard parts.count == 1, parts[0].encoding == .raw, parts[0].lines == 0, let skip = parts[0].skip,
        order == Array(axes.indices)
      else { return nil }
      let (offset, overflow) = parts[0].offset.addingReportingOverflow(skip)
      return overflow
        ? nil : EncodedVoxels(source: try parts[0].source(), offset: offset, isSwapped: isSwapped)
    }
  }

  /// Whether so many files hold equal numbers of whole slices, volumes and the like.
  private func isWhole(_ files: Int) -> Bool {
    var product = 1
    for axis in axes.reversed() {
      if files % product == 0, axis % (files / product) == 0 { return true }
      product *= axis
    }
    return files == product
  }

  func stored(_ header: ImageHeader) throws(ImageError) -> StoredVoxels {
    let type = header.type
    let parts = try unpacked(type)
    if order == Array(axes.indices), !isSwapped {
      return try .filled(type: type, channels: header.channels, size: header.size) {
        target throws(ImageError) in try Self.decode(parts, into: target, type: type)
      }
    }
    let bytes = try RawBytes(count: axes.reduce(type.byteCount, *), for: location)
    try Self.decode(
      parts, into: UnsafeMutableRawBufferPointer(rebasing: bytes.mutable[0..<bytes.count]), type: type)
    let rearranging = AxisRearranging(axes: axes, order: order, type: type, isSwapped: isSwapped)
    return .filled(type: type, channels: header.channels, size: header.size) { target in
      guard let from = bytes.bytes.baseAddress, let to = target.baseAddress else { return }
      rearranging.run(from: from, into: to)
    }
  }

  /// bzip2 has no largest ratio: such parts are unpacked before memory is taken for the whole.
  private func unpacked(_ type: VoxelType) throws(ImageError) -> [VoxelPart] {
    let share = axes.reduce(type.byteCount, *) / parts.count
    return try parts.map { part throws(ImageError) in try part.unpackedFirst(share) }
  }

  private static func decode(
    _ parts: [VoxelPart], into target: UnsafeMutableRawBufferPointer, type: VoxelType
  ) throws(ImageError) {
    let share = target.count / parts.count
    if parts.count == 1 { return try parts[0].decode(into: target, type: type) }
    let failures = LockedFailure()
    Parallel.forEach(parts.count) { index in
      do throws(ImageError) {
        let memory = UnsafeMutableRawBufferPointer(rebasing: target[index * share..<(index + 1) * share])
        try parts[index].decode(into: memory, type: type)
      } catch {
        failures.note(error, at: index)
      }
    }
    try failures.check()
  }
}
