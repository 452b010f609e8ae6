import Foundation

/// HDF5 files put together byte by byte: in the structures of the first version, or in later ones.
struct RawHDF5 {
  indirect enum Node {
    case group([(String, Node)], attributes: [String: Value] = [:])
    case array(Dataset, attributes: [String: Value] = [:])
  }

  struct Dataset {
    /// The slowest first.
    var shape: [Int]
    var value: Value
    /// Pieces and their first elements; else all elements lie in one piece.
    var chunk: [Int] = []
    var chunks: [(start: [Int], bytes: [UInt8])] = []
    var filters: [UInt16] = []
  }

  enum Value {
    case bytes([UInt8])
    case shorts([Int16])
    case doubles([Double])
    case text(String)

    var data: [UInt8] {
      switch self {
      case .bytes(let values): values
      case .shorts(let values): values.flatMap { little(UInt64(UInt16(bitPattern: $0)), 2) }
      case .doubles(let values): values.flatMap { little($0.bitPattern, 8) }
      case .text(let text): [UInt8](text.utf8)
      }
    }

    /// The message of the type, and the number of elements.
    var type: (message: [UInt8], count: Int) {
      switch self {
      case .bytes(let values): ([0x10, 0, 0, 0] + little(1, 4) + little(0, 2) + little(8, 2), values.count)
      case .shorts(let values): ([0x10, 8, 0, 0] + little(2, 4) + little(0, 2) + little(16, 2), values.count)
      case .doubles(let values):
        (
          [0x11, 0x20, 63, 0] + little(8, 4) + little(0, 2) + little(64, 2) + [52, 11, 0, 52]
            + little(1023, 4),
          values.count
        )
      case .text(let text): ([0x13, 0, 0, 0] + little(UInt64(text.utf8.count), 4), -1)
      }
    }
  }

  static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
  }

  /// Whether groups and headers are those of the first version.
  var isOld = true
  private var bytes: [UInt8] = []

  static func file(_ root: Node, isOld: Bool, userBlock: [UInt8] = []) -> [UInt8] {
    var raw = RawHDF5(isOld: isOld)
    let headLength = isOld ? 96 : 48
    raw.bytes = [UInt8](repeating: 0, count: headLength)
    let address = raw.add(root)
    var head: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
    let end = little(UInt64(raw.bytes.count), 8)
    if isOld {
      head += [0, 0, 0, 0, 0, 8, 8, 0, 4, 0, 16, 0, 0, 0, 0, 0] + little(0, 8) + little(.max, 8) + end
      head += little(.max, 8) + little(0, 8) + little(UInt64(address), 8)
    } else {
      head += [2, 8, 8, 0] + little(0, 8) + little(.max, 8) + end + little(UInt64(address), 8)
    }
    raw.bytes.replaceSubrange(0..<head.count, with: head)
    return userBlock + raw.bytes
  }

  private mutating func append(_ piece: [UInt8]) -> Int {
    bytes += [UInt8](repeating: 0, count: (8 - bytes.count % 8) % 8)
    defer { bytes += piece }
    return bytes.count
  }

  private mutating func add(_ node: Node) -> Int {
    switch node {
    case .group(let members, let attributes):
      let places = members.map { ($0.0, add($0.1)) }
      var messages: [(Int, [UInt8])] = isOld ? [(0x11, symbolTable(places))] : places.map { link($0.0, $0.1) }
      messages += attributes.map { attribute($0.key, $0.value) }
      return header(messages)
    case .array(let array, let attributes):
      let shape = array.shape.flatMap { Self.little(UInt64($0), 8) }
      let rank = UInt8(array.shape.count)
      let space: [UInt8] =
        isOld ? [1, rank, 0, 0, 0, 0, 0, 0] + shape : [2, rank, 0, 1] + shape
      var messages: [(Int, [UInt8])] = [
        (0x01, space), (0x03, array.value.type.message), (0x08, layout(array)),
      ]
      if !array.filters.isEmpty {
        let list = array.filters.flatMap { id -> [UInt8] in Self.little(UInt64(id), 2) + [0, 0, 0, 0, 0, 0] }
        messages.append((0x0B, [1, UInt8(array.filters.count), 0, 0, 0, 0, 0, 0] + list))
      }
      messages += attributes.map { attribute($0.key, $0.value) }
      return header(messages)
    }
  }

  private mutating func header(_ messages: [(Int, [UInt8])]) -> Int {
    var body: [UInt8] = []
    for (type, content) in messages {
      let padded = content + [UInt8](repeating: 0, count: isOld ? (8 - content.count % 8) % 8 : 0)
      let count = Self.little(UInt64(padded.count), 2)
      body += isOld ? Self.little(UInt64(type), 2) + count + [0, 0, 0, 0] : [UInt8(type)] + count + [0]
      body += padded
    }
    let size = Self.little(UInt64(body.count), 4)
    guard isOld else { return append([UInt8]("OHDR".utf8) + [2, 2] + size + body + [0, 0, 0, 0]) }
    return append(
      [1, 0] + Self.little(UInt64(messages.count), 2) + [1, 0, 0, 0] + size + [0, 0, 0, 0] + body)
  }

  private func link(_ name: String, _ address: Int) -> (Int, [UInt8]) {
    (0x06, [1, 0, UInt8(name.utf8.count)] + [UInt8](name.utf8) + Self.little(UInt64(address), 8))
  }

  private mutating func symbolTable(_ places: [(String, Int)]) -> [UInt8] {
    var (names, entries) = ([UInt8](repeating: 0, count: 8), [UInt8]())
    for (name, address) in places {
      entries += Self.little(UInt64(names.count), 8) + Self.little(UInt64(address), 8)
      entries += [UInt8](repeating: 0, count: 24)
      names += [UInt8](name.utf8) + [0]
    }
    let data = append(names)
    let heap = append(
      [UInt8]("HEAP".utf8) + [0, 0, 0, 0] + Self.little(UInt64(names.count), 8) + Self.little(.max, 8)
        + Self.little(UInt64(data), 8))
    let node = append([UInt8]("SNOD".utf8) + [1, 0] + Self.little(UInt64(places.count), 2) + entries)
    let tree = append(
      [UInt8]("TREE".utf8) + [0, 0, 1, 0] + Self.little(.max, 8) + Self.little(.max, 8) + Self.little(0, 8)
        + Self.little(UInt64(node), 8) + Self.little(0, 8))
    return Self.little(UInt64(tree), 8) + Self.little(UInt64(heap), 8)
  }

  private mutating func layout(_ array: Dataset) -> [UInt8] {
    let data = array.value.data
    guard !array.chunk.isEmpty else {
      return [3, 1] + Self.little(UInt64(append(data)), 8) + Self.little(UInt64(data.count), 8)
    }
    let width = UInt64(array.value.type.message[4])
    var entries: [UInt8] = []
    for chunk in array.chunks {
      entries += Self.little(UInt64(chunk.bytes.count), 4) + [0, 0, 0, 0]
      for position in chunk.start + [0] { entries += Self.little(UInt64(position), 8) }
      entries += Self.little(UInt64(append(chunk.bytes)), 8)
    }
    entries += [UInt8](repeating: 0, count: 8 + 8 * (array.chunk.count + 1))
    let tree = append(
      [UInt8]("TREE".utf8) + [1, 0] + Self.little(UInt64(array.chunks.count), 2) + Self.little(.max, 8)
        + Self.little(.max, 8) + entries)
    let sizes = array.chunk.flatMap { Self.little(UInt64($0), 4) } + Self.little(width, 4)
    return [3, 2, UInt8(array.chunk.count + 1)] + Self.little(UInt64(tree), 8) + sizes
  }

  private func attribute(_ name: String, _ value: Value) -> (Int, [UInt8]) {
    let (type, count) = value.type
    let space: [UInt8] =
      count < 0 ? [1, 0, 0, 0, 0, 0, 0, 0] : [1, 1, 0, 0, 0, 0, 0, 0] + Self.little(UInt64(count), 8)
    func padded(_ bytes: [UInt8]) -> [UInt8] {
      bytes + [UInt8](repeating: 0, count: (8 - bytes.count % 8) % 8)
    }
    let text = [UInt8](name.utf8) + [0]
    let sizes = [text.count, type.count, space.count].flatMap { Self.little(UInt64($0), 2) }
    return (0x0C, [1, 0] + sizes + padded(text) + padded(type) + padded(space) + value.data)
  }
}
