import MedVoxel

/// The directory of a ZIP file whose entries are stored without compression, as PyTorch writes them.
///
/// - Source: PKWARE APPNOTE 6.3, with ZIP64.
struct ZipArchive {
  struct Entry {
    var name: String
    var range: Range<Int>
    /// Whether the bytes lie there as they are.
    var isStored: Bool
  }

  let block: ByteBlock
  private let path: String
  private(set) var entries: [Entry] = []
  private var indices: [String: Int] = [:]

  static func isZip(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count >= 4 && bytes.loadUnaligned(as: UInt32.self).littleEndian == 0x0403_4B50
  }

  init(block: ByteBlock, path: String) throws(CheckpointError) {
    self.block = block
    self.path = path
    var reader = ZipDirectory(bytes: block.bytes, path: path)
    for entry in try reader.entries() {
      guard indices.updateValue(entries.count, forKey: entry.name) == nil else {
        throw CheckpointError("the entry “\(entry.name)” stands twice in the archive", at: path)
      }
      entries.append(entry)
    }
  }

  func contains(_ name: String) -> Bool { indices[name] != nil }

  /// Where the entry's bytes lie; nil when there is none of that name.
  /// - Throws: `CheckpointError` for an entry that is compressed or encrypted.
  func range(of name: String) throws(CheckpointError) -> Range<Int>? {
    guard let index = indices[name] else { return nil }
    guard entries[index].isStored else {
      throw CheckpointError(
        "the entry “\(name)” is compressed or encrypted", at: path,
        remedy: "PyTorch stores entries plainly; write the file with torch.save")
    }
    return entries[index].range
  }
}

private struct ZipDirectory {
  let bytes: UnsafeRawBufferPointer
  let path: String

  private func failure(_ statement: String) -> CheckpointError {
    CheckpointError(statement, at: path, remedy: "the file is cut off or damaged: copy it again")
  }

  private func load<T: FixedWidthInteger>(_: T.Type, at offset: Int) throws(CheckpointError) -> T {
    guard offset >= 0, offset <= bytes.count - MemoryLayout<T>.size else {
      throw failure("the archive's directory points outside of the file")
    }
    return T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
  }

  private func position(_ value: UInt64) throws(CheckpointError) -> Int {
    guard value <= UInt64(bytes.count) else {
      throw failure("the archive's directory claims \(value) bytes of a file of \(bytes.count)")
    }
    return Int(value)
  }

  /// The end record is looked for in the last 64 KiB, where the format puts it.
  private func endRecord() throws(CheckpointError) -> Int {
    var offset = bytes.count - 22
    while offset >= max(0, bytes.count - 22 - 65_535) {
      if try load(UInt32.self, at: offset) == 0x0605_4B50 { return offset }
      offset -= 1
    }
    throw failure("the archive's end is missing")
  }

  mutating func entries() throws(CheckpointError) -> [ZipArchive.Entry] {
    let end = try endRecord()
    var count = UInt64(try load(UInt16.self, at: end + 10))
    var size = UInt64(try load(UInt32.self, at: end + 12))
    var start = UInt64(try load(UInt32.self, at: end + 16))
    if end >= 20, try load(UInt32.self, at: end - 20) == 0x0706_4B50 {
      let wide = try position(try load(UInt64.self, at: end - 12))
      guard try load(UInt32.self, at: wide) == 0x0606_4B50 else {
        throw failure("the ZIP64 end record is missing")
      }
      count = try load(UInt64.self, at: wide + 32)
      size = try load(UInt64.self, at: wide + 40)
      start = try load(UInt64.self, at: wide + 48)
    }
    // An entry's record takes 46 bytes at least.
    guard count <= size / 46 else { throw failure("the archive claims \(count) entries in \(size) bytes") }
    var offset = try position(start)
    let directoryEnd = offset + (try position(size))
    guard directoryEnd <= bytes.count else {
      throw failure("the archive's directory ends outside of the file")
    }
    var entries: [ZipArchive.Entry] = []
    for _ in 0..<count { entries.append(try entry(&offset, before: directoryEnd)) }
    return entries
  }

  private func entry(_ offset: inout Int, before end: Int) throws(CheckpointError) -> ZipArchive.Entry {
    guard try load(UInt32.self, at: offset) == 0x0201_4B50 else {
      throw failure("an entry of the directory is missing")
    }
    let flags = try load(UInt16.self, at: offset + 8)
    let method = try load(UInt16.self, at: offset + 10)
    let compressed = UInt64(try load(UInt32.self, at: offset + 20))
    let nameLength = Int(try load(UInt16.self, at: offset + 28))
    let extraLength = Int(try load(UInt16.self, at: offset + 30))
    let commentLength = Int(try load(UInt16.self, at: offset + 32))
    let nameStart = offset + 46
    let extraStart = nameStart + nameLength
    guard extraStart + extraLength + commentLength <= end else {
      throw failure("the archive's directory is cut off")
    }
    let name = String(decoding: bytes[nameStart..<extraStart], as: UTF8.self)
    var wide = WideFields(
      uncompressed: UInt64(try load(UInt32.self, at: offset + 24)), compressed: compressed,
      header: UInt64(try load(UInt32.self, at: offset + 42)))
    try readExtra(extraStart..<extraStart + extraLength, into: &wide)
    let header = try position(wide.header)
    guard try load(UInt32.self, at: header) == 0x0403_4B50 else {
      throw failure("the entry “\(name)” is not where it should be")
    }
    let dataStart =
      header + 30 + Int(try load(UInt16.self, at: header + 26)) + Int(try load(UInt16.self, at: header + 28))
    let size = try position(wide.compressed)
    guard method != 0 || wide.compressed == wide.uncompressed, dataStart <= bytes.count,
      size <= bytes.count - dataStart
    else {
      throw failure("the entry “\(name)” of \(wide.compressed) bytes ends outside of the file")
    }
    offset = extraStart + extraLength + commentLength
    return ZipArchive.Entry(
      name: name, range: dataStart..<dataStart + size, isStored: method == 0 && flags & 1 == 0)
  }

  private struct WideFields {
    var uncompressed: UInt64
    var compressed: UInt64
    var header: UInt64
  }

  /// The ZIP64 extra field replaces, in this order, those fields that are all ones.
  private func readExtra(_ range: Range<Int>, into fields: inout WideFields) throws(CheckpointError) {
    var offset = range.lowerBound
    while offset + 4 <= range.upperBound {
      let length = Int(try load(UInt16.self, at: offset + 2))
      guard try load(UInt16.self, at: offset) == 1 else {
        offset += 4 + length
        continue
      }
      var field = offset + 4
      for path in [\WideFields.uncompressed, \.compressed, \.header]
      where fields[keyPath: path] == 0xFFFF_FFFF {
        guard field + 8 <= offset + 4 + length else { return }
        fields[keyPath: path] = try load(UInt64.self, at: field)
        field += 8
      }
      return
    }
  }
}
