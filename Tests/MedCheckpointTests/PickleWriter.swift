/// Writes small pickles (protocol 2) and the files around them, so that tests need no Python.
struct PickleWriter {
  var bytes: [UInt8] = [0x80, 2]

  mutating func code(_ bytes: UInt8...) { self.bytes += bytes }
  mutating func little<T: FixedWidthInteger>(_ value: T) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }
  mutating func string(_ text: String) {
    code(0x58)
    little(UInt32(text.utf8.count))
    bytes += text.utf8
  }
  mutating func int(_ value: Int) {
    if let small = Int32(exactly: value) {
      code(0x4A)
      little(small)
    } else {
      code(0x8A, 8)
      little(value)
    }
  }
  mutating func global(_ module: String, _ name: String) { bytes += Array("c\(module)\n\(name)\n".utf8) }
  mutating func mark() { code(0x28) }
  mutating func tuple() { code(0x74) }
  mutating func ints(_ values: [Int]) {
    mark()
    values.forEach { int($0) }
    tuple()
  }
  mutating func emptyDictionary() { code(0x7D) }
  mutating func setItem() { code(0x73) }
  mutating func stop() { code(0x2E) }

  /// A tensor in the way `torch.save` spells it.
  mutating func tensor(
    storage: String = "FloatStorage", key: String, count: Int, offset: Int = 0, shape: [Int], strides: [Int]
  ) {
    global("torch._utils", "_rebuild_tensor_v2")
    mark()
    mark()
    string("storage")
    global("torch", storage)
    string(key)
    string("cpu")
    int(count)
    tuple()
    code(0x51)
    int(offset)
    ints(shape)
    ints(strides)
    code(0x89)
    global("collections", "OrderedDict")
    code(0x29, 0x52)
    tuple()
    code(0x52)
  }

  static func pickle(_ write: (inout PickleWriter) -> Void) -> [UInt8] {
    var writer = PickleWriter()
    write(&writer)
    writer.stop()
    return writer.bytes
  }

  /// A pickle of a dictionary with string keys.
  static func dictionary(_ members: [(String, (inout PickleWriter) -> Void)]) -> [UInt8] {
    pickle { writer in
      writer.emptyDictionary()
      for (key, write) in members {
        writer.string(key)
        write(&writer)
        writer.setItem()
      }
    }
  }
}

/// A ZIP file with stored entries.
func zip(_ entries: [(name: String, bytes: [UInt8])], method: UInt16 = 0) -> [UInt8] {
  var file = PickleWriter(bytes: [])
  var directory = PickleWriter(bytes: [])
  for entry in entries {
    let start = file.bytes.count
    file.little(UInt32(0x0403_4B50))
    let name = Array(entry.name.utf8)
    var common = PickleWriter(bytes: [])
    common.little(UInt16(0))
    common.little(method)
    common.bytes += [UInt8](repeating: 0, count: 8)
    common.little(UInt32(entry.bytes.count))
    common.little(UInt32(entry.bytes.count))
    common.little(UInt16(name.count))
    common.little(UInt16(0))
    file.little(UInt16(20))
    file.bytes += common.bytes + name + entry.bytes
    directory.little(UInt32(0x0201_4B50))
    directory.little(UInt16(20))
    directory.little(UInt16(20))
    directory.bytes += common.bytes
    directory.bytes += [UInt8](repeating: 0, count: 10)
    directory.little(UInt32(start))
    directory.bytes += name
  }
  let start = file.bytes.count
  file.bytes += directory.bytes
  file.little(UInt32(0x0605_4B50))
  file.little(UInt32(0))
  file.little(UInt16(entries.count))
  file.little(UInt16(entries.count))
  file.little(UInt32(directory.bytes.count))
  file.little(UInt32(start))
  file.little(UInt16(0))
  return file.bytes
}

func bytes<Element: BitwiseCopyable>(_ values: [Element]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }
