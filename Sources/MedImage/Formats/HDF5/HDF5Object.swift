import MedVoxel

/// An object's header: its messages, whatever the version.
struct HDF5Object {
  struct Message {
    var type: Int
    var isShared: Bool
    var body: [UInt8]
  }

  let file: HDF5File
  let address: Int
  private(set) var messages: [Message] = []

  init(_ file: HDF5File, at address: Int) throws(ImageError) {
    (self.file, self.address) = (file, address)
    let isNew = try file.bytes(address, 4).elementsEqual("OHDR".utf8)
    var blocks: [(Int, Int)] = []
    var (isOrdered, total) = (false, 0)
    if isNew {
      var head = try file.cursor(address, min(48, file.room(after: address)))
      try head.expect("OHDR")
      let version = try head.int(1)
      guard version == 2 else { throw file.damaged("an object header of version \(version)", address) }
      let flags = try head.int(1)
      isOrdered = flags & 4 != 0
      _ = try head.take((flags & 0x20 != 0 ? 16 : 0) + (flags & 0x10 != 0 ? 4 : 0))
      let size = try head.int(1 << (flags & 3))
      blocks.append((address + head.position, size))
    } else {
      var head = try file.cursor(address, 16)
      let version = try head.int(1)
      guard version == 1 else { throw file.damaged("an object header of version \(version)", address) }
      _ = try head.take(7)
      blocks.append((address + 16, try head.int(4)))
    }
    var index = 0
    while index < blocks.count {
      let (start, size) = blocks[index]
      total += size
      // Blocks that overlap would be a circle.
      guard total <= file.source.fileSize, blocks.count < 1 << 12 else {
        throw file.damaged("an object header longer than the file", address)
      }
      var cursor = try file.cursor(start, size)
      if isNew, index > 0 { try cursor.expect("OCHK") }
      let tail = isNew && index > 0 ? 4 : 0
      try read(&cursor, isNew: isNew, isOrdered: isOrdered, tail: tail, &blocks)
      index += 1
    }
  }

  private mutating func read(
    _ cursor: inout HDF5Cursor, isNew: Bool, isOrdered: Bool, tail: Int, _ blocks: inout [(Int, Int)]
  ) throws(ImageError) {
    let headLength = isNew ? (isOrdered ? 6 : 4) : 8
    while cursor.left - tail >= headLength {
      let type = try cursor.int(isNew ? 1 : 2)
      let size = try cursor.int(2)
      let flags = try cursor.int(1)
      _ = try cursor.take(headLength - (isNew ? 4 : 5))
      let body = Array(try cursor.take(size))
      guard type == 0x10 else {
        messages.append(Message(type: type, isShared: flags & 2 != 0, body: body))
        continue
      }
      var next = file.cursor(body)
      guard let start = try next.offset() else { continue }
      blocks.append((start, try next.length()))
    }
  }

  func message(_ type: Int) -> Message? { messages.first { $0.type == type } }

  /// Whether it is a group rather than an array.
  var isGroup: Bool { message(0x11) != nil || message(0x02) != nil || message(0x06) != nil }

  /// Names and addresses of a group's members, sorted by name. Links to other places and files are left out.
  func members() throws(ImageError) -> [(name: String, address: Int)] {
    var found: [String: Int] = [:]
    for message in messages where message.type == 0x06 {
      if let link = try link(message.body) { found[link.0] = link.1 }
    }
    if let info = message(0x02) {
      var cursor = file.cursor(info.body)
      _ = try cursor.take(1)
      let flags = try cursor.int(1)
      if flags & 1 != 0 { _ = try cursor.take(8) }
      if try cursor.offset() != nil { throw file.unsupported("a group keeps its members in a fractal heap") }
    }
    if let table = message(0x11) {
      var cursor = file.cursor(table.body)
      if let tree = try cursor.offset(), let heap = try cursor.offset() {
        let names = try localHeap(heap)
        for node in try leaves(of: tree) { try symbols(node, names, &found) }
      }
    }
    return found.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
  }

  private func link(_ body: [UInt8]) throws(ImageError) -> (String, Int)? {
    var cursor = file.cursor(body)
    _ = try cursor.take(1)
    let flags = try cursor.int(1)
    let type = flags & 8 != 0 ? try cursor.int(1) : 0
    _ = try cursor.take((flags & 4 != 0 ? 8 : 0) + (flags & 0x10 != 0 ? 1 : 0))
    let count = try cursor.int(1 << (flags & 3))
    let name = String(decoding: try cursor.take(count), as: UTF8.self)
    guard type == 0, let address = try cursor.offset() else { return nil }
    return (name, address)
  }

  private func localHeap(_ address: Int) throws(ImageError) -> [UInt8] {
    var cursor = try file.cursor(address, 8 + 2 * file.lengthSize + file.offsetSize)
    try cursor.expect("HEAP")
    _ = try cursor.take(4)
    let size = try cursor.length()
    _ = try cursor.length()
    guard let data = try cursor.offset() else { return [] }
    return try file.bytes(data, size)
  }

  /// The symbol nodes below a tree of names.
  private func leaves(of tree: Int) throws(ImageError) -> [Int] {
    var (pending, seen, result) = ([tree], Set<Int>(), [Int]())
    while let address = pending.popLast() {
      guard seen.insert(address).inserted, seen.count < 1 << 16 else {
        throw file.damaged("a tree of names that leads back to itself", address)
      }
      var cursor = try file.cursor(address, 8 + 2 * file.offsetSize)
      try cursor.expect("TREE")
      let (type, level, count) = (try cursor.int(1), try cursor.int(1), try cursor.int(2))
      guard type == 0 else { throw file.damaged("a tree of type \(type), expected names", address) }
      let entry = file.lengthSize + file.offsetSize
      var entries = try file.cursor(address + 8 + 2 * file.offsetSize, count * entry)
      for _ in 0..<count {
        _ = try entries.length()
        guard let child = try entries.offset() else { continue }
        if level == 0 { result.append(child) } else { pending.append(child) }
      }
    }
    return result
  }

  private func symbols(_ address: Int, _ names: [UInt8], _ found: inout [String: Int]) throws(ImageError) {
    var head = try file.cursor(address, 8)
    try head.expect("SNOD")
    _ = try head.take(2)
    let count = try head.int(2)
    var cursor = try file.cursor(address + 8, count * (2 * file.offsetSize + 24))
    for _ in 0..<count {
      let (name, object) = (try cursor.offset(), try cursor.offset())
      let kind = try cursor.int(4)
      _ = try cursor.take(20)
      guard let name, names.indices.contains(name), let object, kind != 2 else { continue }
      found[String(decoding: names[name...].prefix { $0 != 0 }, as: UTF8.self)] = object
    }
  }
}
