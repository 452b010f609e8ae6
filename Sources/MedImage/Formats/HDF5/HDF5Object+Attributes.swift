import MedVoxel

extension HDF5Object {
  enum Attribute {
    case text(String)
    case numbers([Double])

    var numbers: [Double]? { if case .numbers(let values) = self { values } else { nil } }
    var text: String? { if case .text(let value) = self { value } else { nil } }
  }

  /// The attributes that are texts or numbers. Those in a fractal heap are left out.
  func attributes() throws(ImageError) -> [String: Attribute] {
    var all: [String: Attribute] = [:]
    for message in messages where message.type == 0x0C {
      if let (name, value) = try attribute(message.body) { all[name] = value }
    }
    return all
  }

  private func attribute(_ body: [UInt8]) throws(ImageError) -> (String, Attribute)? {
    var cursor = file.cursor(body)
    let version = try cursor.int(1)
    let flags = try cursor.int(1)
    guard (1...3).contains(version) else { throw file.damaged("an attribute of version \(version)", address) }
    let sizes = [try cursor.int(2), try cursor.int(2), try cursor.int(2)]
    if version == 3 { _ = try cursor.take(1) }
    func padded(_ count: Int) -> Int { version == 1 ? (count + 7) & ~7 : count }
    let name = String(decoding: try cursor.take(padded(sizes[0])).prefix { $0 != 0 }, as: UTF8.self)
    let typeBytes = Array(try cursor.take(padded(sizes[1])))
    let space = try HDF5Dataset.dimensions(file.cursor(Array(try cursor.take(padded(sizes[2])))), file)
    // A type or space that lies elsewhere.
    guard version == 1 || flags & 3 == 0 else { return nil }
    var typeCursor = file.cursor(typeBytes)
    let type = try HDF5Type(&typeCursor)
    let count = space.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
    guard count >= 0, count <= cursor.left else { return nil }
    switch type.kind {
    case .text:
      let text = try cursor.take(min(type.size, cursor.left)).prefix { $0 != 0 }
      return (name, .text(String(decoding: text, as: UTF8.self)))
    case .variableText:
      guard count > 0 else { return nil }
      let length = try cursor.int(4)
      guard let heap = try cursor.offset() else { return (name, .text("")) }
      let index = try cursor.int(4)
      return (name, .text(String(decoding: try globalHeap(heap, index).prefix(length), as: UTF8.self)))
    case .number(let voxel, let isBig):
      guard count <= cursor.left / voxel.byteCount else { return nil }
      let reader = ByteReader(bytes: Array(try cursor.take(count * voxel.byteCount)), isBigEndian: isBig)
      return (name, .numbers((0..<count).map { reader.number($0 * voxel.byteCount, voxel) }))
    default: return nil
    }
  }

  private func globalHeap(_ address: Int, _ wanted: Int) throws(ImageError) -> [UInt8] {
    var head = try file.cursor(address, 8 + file.lengthSize)
    try head.expect("GCOL")
    _ = try head.take(4)
    let size = try head.length()
    var cursor = try file.cursor(address, size)
    _ = try cursor.take(8 + file.lengthSize)
    while cursor.left >= 8 + file.lengthSize {
      let index = try cursor.int(2)
      _ = try cursor.take(6)
      let count = try cursor.length()
      if index == 0 { break }
      if index == wanted { return Array(try cursor.take(count)) }
      _ = try cursor.take(min(cursor.left, count &+ 7 & ~7))
    }
    throw file.damaged("the global heap has no object \(wanted)", address)
  }
}
