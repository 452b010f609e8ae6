/// Small HDF5 files with one array, "b", in the structures of the first version.
enum HDF5Seeds {
  private static func little(_ value: UInt64, _ count: Int) -> [UInt8] { VolumeSeeds.little(value, count) }

  static func file(isChunked: Bool) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 96)
    func append(_ piece: [UInt8]) -> UInt64 {
      bytes += [UInt8](repeating: 0, count: (8 - bytes.count % 8) % 8)
      defer { bytes += piece }
      return UInt64(bytes.count)
    }
    func header(_ messages: [(UInt64, [UInt8])]) -> UInt64 {
      var body: [UInt8] = []
      for (type, content) in messages {
        let padded = content + [UInt8](repeating: 0, count: (8 - content.count % 8) % 8)
        body += little(type, 2) + little(UInt64(padded.count), 2) + little(0, 4) + padded
      }
      return append(
        little(1, 2) + little(UInt64(messages.count), 2) + little(1, 4) + little(UInt64(body.count), 8) + body
      )
    }
    func tree(_ type: UInt8, _ entries: [UInt8]) -> UInt64 {
      append(Array("TREE".utf8) + [type, 0, 1, 0] + little(.max, 8) + little(.max, 8) + entries)
    }
    let data = append([1, 2, 3, 4])
    var layout = [3, 1] + little(data, 8) + little(4, 8)
    if isChunked {
      let entry = little(4, 8) + little(0, 24) + little(data, 8) + little(0, 32)
      layout = [3, 2, 3] + little(tree(1, entry), 8) + little(2, 4) + little(2, 4) + little(1, 4)
    }
    let space = [1, 2] + little(0, 6) + little(2, 8) + little(2, 8)
    let type = [0x10, 0, 0, 0] + little(1, 4) + little(0, 2) + little(8, 2)
    let note = [1, 0] + little(2, 2) + little(8, 2) + little(8, 2) + little(97, 8)
    let text = [0x13, 0, 0, 0] + little(4, 4) + [1, 0] + little(0, 6) + Array("text".utf8)
    let array = header([(1, space), (3, type), (8, layout), (12, note + text)])
    let names = append(little(0, 8) + little(98, 8))
    let heap = append(Array("HEAP".utf8) + little(0, 4) + little(16, 8) + little(.max, 8) + little(names, 8))
    let node = append(Array("SNOD".utf8) + [1, 0, 1, 0] + little(8, 8) + little(array, 8) + little(0, 24))
    let root = header([
      (17, little(tree(0, little(0, 8) + little(node, 8) + little(0, 8)), 8) + little(heap, 8))
    ])
    var head: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
    head += [0, 0, 0, 0, 0, 8, 8, 0, 4, 0, 16, 0, 0, 0, 0, 0] + little(0, 8) + little(.max, 8)
    head += little(UInt64(bytes.count), 8) + little(.max, 8) + little(0, 8) + little(root, 8)
    bytes.replaceSubrange(0..<head.count, with: head)
    return bytes
  }
}
