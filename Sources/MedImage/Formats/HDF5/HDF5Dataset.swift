import MedVoxel

/// An array in an HDF5 file.
struct HDF5Dataset: Sendable {
  enum Layout: Sendable {
    case compact([UInt8])
    case contiguous(Int?)
    case chunked(HDF5Chunks)
  }

  let file: HDF5File
  /// The slowest first; none for a single value.
  let dimensions: [Int]
  let type: HDF5Type
  let layout: Layout
  /// Bytes of the value of elements that are nowhere written; empty for zeros.
  let fill: [UInt8]

  /// - Throws: `ImageError` when the object is no array, or its layout is not read.
  init(_ object: HDF5Object) throws(ImageError) {
    file = object.file
    guard let space = object.message(0x01), let typed = object.message(0x03),
      let placed = object.message(0x08)
    else { throw object.file.damaged("an array without type, shape or layout", object.address) }
    guard !typed.isShared, !space.isShared else { throw object.file.unsupported("an array has a named type") }
    dimensions = try Self.dimensions(object.file.cursor(space.body), object.file)
    var typeCursor = object.file.cursor(typed.body)
    type = try HDF5Type(&typeCursor)
    guard (1...1 << 16).contains(type.size) else {
      throw object.file.damaged("elements of \(type.size) bytes")
    }
    layout = try Self.layout(placed.body, object, dimensions, type)
    fill = try Self.fill(object, type)
  }

  static func dimensions(_ cursor: HDF5Cursor, _ file: HDF5File) throws(ImageError) -> [Int] {
    var cursor = cursor
    let (version, rank) = (try cursor.int(1), try cursor.int(1))
    guard version == 1 || version == 2, rank <= 32 else {
      throw file.damaged("a shape of version \(version) with \(rank) axes")
    }
    _ = try cursor.take(version == 1 ? 6 : 2)
    var dimensions: [Int] = []
    for _ in 0..<rank { dimensions.append(try cursor.length()) }
    return dimensions
  }

  private static func layout(
    _ body: [UInt8], _ object: HDF5Object, _ dimensions: [Int], _ type: HDF5Type
  ) throws(ImageError) -> Layout {
    let file = object.file
    var cursor = file.cursor(body)
    let version = try cursor.int(1)
    guard (1...5).contains(version) else {
      throw file.unsupported("an array has a layout of version \(version)")
    }
    // Old layouts say the number of axes first.
    let oldRank = version < 3 ? try cursor.int(1) : 0
    let kind = try cursor.int(1)
    if version < 3 { _ = try cursor.take(5) }
    switch kind {
    case 0:
      if version < 3 { _ = try cursor.take(4 * oldRank) }
      let count = try cursor.int(version < 3 ? 4 : 2)
      return .compact(Array(try cursor.take(count)))
    case 1: return .contiguous(try cursor.offset())
    case 2:
      return .chunked(
        try HDF5Chunks(
          &cursor, version: version, oldRank: oldRank, object, dimensions: dimensions,
          elementSize: type.size))
    default: throw file.unsupported("an array is put together from other files")
    }
  }

  private static func fill(_ object: HDF5Object, _ type: HDF5Type) throws(ImageError) -> [UInt8] {
    guard let message = object.message(0x05) else { return [] }
    var cursor = object.file.cursor(message.body)
    let version = try cursor.int(1)
    if version == 3 {
      guard try cursor.int(1) & 0x20 != 0 else { return [] }
    } else {
      _ = try cursor.take(2)
      guard try cursor.int(1) != 0 || version == 1 else { return [] }
    }
    guard cursor.left >= 4 else { return [] }
    let count = try cursor.int(4)
    guard count == type.size else { return [] }
    let value = Array(try cursor.take(count))
    return value.allSatisfy { $0 == 0 } ? [] : value
  }

  /// All bytes; nil when they are more than a number can count.
  var byteCount: Int? {
    var count = type.size
    for dimension in dimensions {
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      guard !overflow else { return nil }
      count = product
    }
    return count
  }

  /// Where the elements begin in the file, if they lie there as they are.
  var plainOffset: Int? {
    guard case .contiguous(let address?) = layout else { return nil }
    let (offset, overflow) = file.base.addingReportingOverflow(address)
    return overflow ? nil : offset
  }

  /// Refuses what the file can't hold, before memory is taken for it.
  func check() throws(ImageError) {
    let (largest, overflow) = file.source.fileSize.multipliedReportingOverflow(by: 1032)
    let room =
      switch layout {
      case .compact(let bytes): bytes.count
      case .contiguous(let address): address.map { file.room(after: $0) } ?? file.source.fileSize
      case .chunked: overflow ? Int.max : largest
      }
    guard let count = byteCount, count <= room else {
      throw file.source.tooShort(byteCount ?? Int.max, found: room)
    }
  }

  /// All elements as the file has them, the last axis fastest.
  func elements() throws(ImageError) -> RawBytes {
    try check()
    let target = try RawBytes(count: byteCount ?? 0, for: file.source.name)
    let memory = UnsafeMutableRawBufferPointer(rebasing: target.mutable[0..<target.count])
    switch layout {
    case .compact(let bytes): memory.copyBytes(from: bytes.prefix(target.count))
    case .contiguous(let address?): try file.source.fill(memory, from: file.base + address)
    case .contiguous(nil): fillAll(memory)
    case .chunked(let chunks):
      let list = try chunks.all()
      if chunks.leavesGaps(list) { fillAll(memory) }
      try chunks.read(list, into: memory)
    }
    return target
  }

  private func fillAll(_ memory: UnsafeMutableRawBufferPointer) {
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    guard !fill.isEmpty else { return }
    for index in 0..<memory.count { memory[index] = fill[index % fill.count] }
  }
}
