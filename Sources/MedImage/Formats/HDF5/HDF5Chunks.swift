import CDeflate
import MedVoxel

/// The chunks of an array: where they lie, and how they are packed.
struct HDF5Chunks: Sendable {
  enum Index: Sendable {
    case tree(Int?)
    /// The address, and the packed length where there are filters.
    case single(Int?, Int?, mask: Int)
    case implicit(Int?)
    case fixedArray(Int?)
  }

  struct Chunk: Sendable {
    /// Position of its first element, the slowest axis first.
    var start: [Int]
    var address: Int
    var packedCount: Int
    /// Filters that were left out, a bit each.
    var mask: Int
  }

  enum Filter: Hashable, Sendable { case deflate, shuffle, checksum }

  let file: HDF5File
  /// Of the whole array and of a chunk, the slowest axis first.
  let dimensions: [Int]
  let size: [Int]
  let elementSize: Int
  let index: Index
  let filters: [Filter]
  let byteCount: Int

  init(
    _ cursor: inout HDF5Cursor, version: Int, oldRank: Int, _ object: HDF5Object, dimensions: [Int],
    elementSize: Int
  ) throws(ImageError) {
    (file, self.dimensions, self.elementSize) = (object.file, dimensions, elementSize)
    filters = try Self.filters(object)
    let flags = version > 3 ? try cursor.int(1) : 0
    let rank = version < 3 ? oldRank : try cursor.int(1)
    guard rank == dimensions.count + 1, rank > 1 else {
      throw file.damaged("chunks of \(rank - 1) axes in an array of \(dimensions.count)", object.address)
    }
    var tree: Int?
    if version <= 3 { tree = try cursor.offset() }
    let width = version <= 3 ? 4 : try cursor.int(1)
    guard (1...8).contains(width) else { throw file.damaged("chunk sizes of \(width) bytes", object.address) }
    var sizes: [Int] = []
    for _ in 0..<rank { sizes.append(try cursor.int(width)) }
    var count = elementSize
    for axis in sizes.dropLast() {
      let (product, overflow) = count.multipliedReportingOverflow(by: axis)
      guard axis > 0, !overflow, product <= 1 << 40 else {
        throw file.damaged("chunks of \(sizes) elements", object.address)
      }
      count = product
    }
    (size, byteCount) = (Array(sizes.dropLast()), count)
    guard version > 3 else {
      index = .tree(tree)
      return
    }
    switch try cursor.int(1) {
    case 1:
      let packed = flags & 2 != 0 ? try cursor.length() : nil
      let mask = flags & 2 != 0 ? try cursor.int(4) : 0
      index = .single(try cursor.offset(), packed, mask: mask)
    case 2: index = .implicit(try cursor.offset())
    case 3:
      _ = try cursor.take(1)
      index = .fixedArray(try cursor.offset())
    case 4: throw file.unsupported("an array that can grow lists its chunks in an extensible array")
    default: throw file.unsupported("an array lists its chunks in a tree of version 2")
    }
  }

  private static func filters(_ object: HDF5Object) throws(ImageError) -> [Filter] {
    guard let message = object.message(0x0B) else { return [] }
    var cursor = object.file.cursor(message.body)
    let (version, count) = (try cursor.int(1), try cursor.int(1))
    if version == 1 { _ = try cursor.take(6) }
    var filters: [Filter] = []
    for _ in 0..<count {
      let id = try cursor.int(2)
      let nameLength = version == 1 || id >= 256 ? try cursor.int(2) : 0
      _ = try cursor.take(2)
      let values = try cursor.int(2)
      let name = try cursor.take(version == 1 ? (nameLength + 7) & ~7 : nameLength)
      _ = try cursor.take(4 * values + (version == 1 && values % 2 == 1 ? 4 : 0))
      switch id {
      case 1: filters.append(.deflate)
      case 2: filters.append(.shuffle)
      case 3: filters.append(.checksum)
      default:
        let known = [4: "szip", 5: "n-bit", 6: "scale-offset", 32000: "LZF"]
        let said = String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
        throw object.file.unsupported(
          "an array is packed by filter \(id) (\(known[id] ?? (said.isEmpty ? "unknown" : said)))")
      }
    }
    return filters
  }

  /// Chunks along each axis.
  private var grid: [Int] { zip(dimensions, size).map { ($0 + $1 - 1) / $1 } }

  func all() throws(ImageError) -> [Chunk] {
    switch index {
    case .tree(let address): return try address.map { address throws(ImageError) in try tree(address) } ?? []
    case .single(let address, let packed, let mask):
      let start = [Int](repeating: 0, count: size.count)
      return address.map { [Chunk(start: start, address: $0, packedCount: packed ?? byteCount, mask: mask)] }
        ?? []
    case .implicit(let address):
      guard let address else { return [] }
      return try positions().enumerated().map { number, start in
        Chunk(start: start, address: address &+ number &* byteCount, packedCount: byteCount, mask: 0)
      }
    case .fixedArray(let address):
      return try address.map { address throws(ImageError) in try fixedArray(address) } ?? []
    }
  }

  /// The first elements of all chunks, the last axis fastest.
  private func positions() throws(ImageError) -> [[Int]] {
    let grid = grid
    let count = grid.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
    // Each has an address or bytes of its own.
    guard count >= 0, count <= file.source.fileSize else { throw file.damaged("an array of \(count) chunks") }
    return (0..<count).map { number in
      var (rest, start) = (number, size)
      for axis in grid.indices.reversed() {
        start[axis] = rest % grid[axis] * size[axis]
        rest /= grid[axis]
      }
      return start
    }
  }

  private func tree(_ root: Int) throws(ImageError) -> [Chunk] {
    var (pending, seen, chunks) = ([root], Set<Int>(), [Chunk]())
    var starts = Set<[Int]>()
    while let address = pending.popLast() {
      guard seen.insert(address).inserted else {
        throw file.damaged("a tree of chunks that leads back to itself", address)
      }
      var head = try file.cursor(address, 8)
      try head.expect("TREE")
      let (type, level, count) = (try head.int(1), try head.int(1), try head.int(2))
      guard type == 1 else { throw file.damaged("a tree of type \(type), expected chunks", address) }
      let entry = 8 + 8 * (size.count + 1) + file.offsetSize
      var cursor = try file.cursor(address + 8 + 2 * file.offsetSize, count * entry)
      for _ in 0..<count {
        let (packed, mask) = (try cursor.int(4), try cursor.int(4))
        var start: [Int] = []
        for _ in size { start.append(try cursor.int(8)) }
        _ = try cursor.int(8)
        guard let child = try cursor.offset() else { continue }
        guard level == 0 else {
          pending.append(child)
          continue
        }
        guard starts.insert(start).inserted else { throw file.damaged("two chunks at \(start)", address) }
        chunks.append(Chunk(start: start, address: child, packedCount: packed, mask: mask))
      }
    }
    return chunks
  }

  private func fixedArray(_ address: Int) throws(ImageError) -> [Chunk] {
    var head = try file.cursor(address, 8 + file.lengthSize + file.offsetSize)
    try head.expect("FAHD")
    _ = try head.take(1)
    let (client, width, bits) = (try head.int(1), try head.int(1), try head.int(1))
    let entries = try head.length()
    let positions = try positions()
    guard let block = try head.offset() else { return [] }
    guard entries >= positions.count, bits < 31, width >= file.offsetSize, width <= file.offsetSize + 12
    else {
      throw file.damaged("a list of \(entries) chunks, expected \(positions.count)", address)
    }
    let pageSize = 1 << bits
    let isPaged = entries > pageSize
    let pages = (entries + pageSize - 1) / pageSize
    let start = 6 + file.offsetSize + (isPaged ? (pages + 7) / 8 + 4 : 0)
    var chunks: [Chunk] = []
    let total = start + positions.count * width + (isPaged ? positions.count / pageSize * 4 : 0)
    var cursor = try file.cursor(block, total)
    try cursor.expect("FADB")
    let bitmap = isPaged ? Array(cursor.bytes[6 + file.offsetSize..<start - 4]) : []
    for (number, position) in positions.enumerated() {
      let page = number / pageSize
      // Pages that were never written are left out of the bitmap.
      if isPaged, bitmap[page / 8] & (0x80 >> UInt8(page % 8)) == 0 { continue }
      cursor.position = start + number * width + (isPaged ? page * 4 : 0)
      guard let chunk = try cursor.offset() else { continue }
      let packed = client == 1 ? try cursor.int(width - file.offsetSize - 4) : byteCount
      let mask = client == 1 ? try cursor.int(4) : 0
      chunks.append(Chunk(start: position, address: chunk, packedCount: packed, mask: mask))
    }
    return chunks
  }

  /// Whether elements belong to no chunk.
  func leavesGaps(_ chunks: [Chunk]) -> Bool {
    chunks.count < grid.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
  }
}
