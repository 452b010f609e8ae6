import MedVoxel

/// The frame of a TIFF: its byte order, and directories that lead from one to the next.
///
/// Source: TIFF 6.0 (Adobe, 1992) and the BigTIFF design of libtiff.
struct TIFFFile: Sendable {
  let bytes: RandomBytes
  let isBigEndian: Bool
  /// Whether offsets have 64 bits.
  let isBig: Bool
  let first: Int

  var name: String { bytes.name }

  init(_ source: FileSource) throws(ImageError) {
    bytes = try RandomBytes(source)
    guard bytes.count >= 8 else {
      throw ImageError("a TIFF has at least 8 bytes, the file has \(bytes.count)", at: source.name)
    }
    let head = try bytes.bytes(at: 0, count: min(16, bytes.count))
    isBigEndian = head[0] == 0x4d
    let reader = ByteReader(bytes: head, isBigEndian: isBigEndian)
    isBig = reader.integer(2, as: UInt16.self) == 43
    if isBig {
      guard head.count == 16, reader.integer(4, as: UInt16.self) == 8 else {
        throw ImageError("expected a BigTIFF with offsets of 8 bytes", at: source.name)
      }
      first = Int(clamping: reader.integer(8, as: UInt64.self))
    } else {
      first = Int(reader.integer(4, as: UInt32.self))
    }
  }

  /// The directories from one on, in the order of the file.
  /// - Throws: `ImageError` where they lead in a circle or lie over one another.
  func chain(from start: Int) throws(ImageError) -> [TIFFDirectory] {
    var found: [TIFFDirectory] = []
    var seen: Set<Int> = []
    var (at, total) = (start, 0)
    while at != 0 {
      guard seen.insert(at).inserted else {
        throw ImageError("page \(found.count) leads back to byte \(at), a page before it", at: name)
      }
      let directory = try self.directory(at: at)
      total += directory.byteCount
      // Pages of honest files lie beside each other.
      guard total <= bytes.count else {
        throw ImageError("the pages' directories lie over one another", at: name)
      }
      found.append(directory)
      at = directory.next
    }
    return found
  }

  func directory(at offset: Int) throws(ImageError) -> TIFFDirectory {
    let (head, entry, link) = isBig ? (8, 20, 8) : (2, 12, 4)
    let counter = ByteReader(bytes: try bytes.bytes(at: offset, count: head), isBigEndian: isBigEndian)
    let count =
      isBig ? Int(clamping: counter.integer(0, as: UInt64.self)) : Int(counter.integer(0, as: UInt16.self))
    guard count > 0, count <= 65535 else {
      throw ImageError("expected a page's directory at byte \(offset), found \(count) entries", at: name)
    }
    let size = count * entry
    // Some writers leave out the link behind the last directory.
    let hasLink = offset + head + size + link <= bytes.count
    let block = try bytes.bytes(at: offset + head, count: size + (hasLink ? link : 0))
    let reader = ByteReader(bytes: block, isBigEndian: isBigEndian)
    var next = 0
    if hasLink {
      next =
        isBig
        ? Int(clamping: reader.integer(size, as: UInt64.self)) : Int(reader.integer(size, as: UInt32.self))
    }
    var entries: [UInt16: TIFFDirectory.Entry] = [:]
    for start in stride(from: 0, to: size, by: entry) {
      let tag = reader.integer(start, as: UInt16.self)
      guard entries[tag] == nil else { continue }
      let kind = reader.integer(start + 2, as: UInt16.self)
      let number =
        isBig
        ? Int(clamping: reader.integer(start + 4, as: UInt64.self))
        : Int(reader.integer(start + 4, as: UInt32.self))
      let room = isBig ? 8 : 4
      let value = start + entry - room
      let (length, overflow) = number.multipliedReportingOverflow(by: TIFFDirectory.width(of: kind))
      guard !overflow, length > 0 else { continue }
      let at =
        length <= room
        ? offset + head + value
        : isBig
          ? Int(clamping: reader.integer(value, as: UInt64.self))
          : Int(reader.integer(value, as: UInt32.self))
      entries[tag] = TIFFDirectory.Entry(
        kind: kind, count: number, offset: at,
        inline: length <= room ? Array(block[value..<value + length]) : nil)
    }
    return TIFFDirectory(file: self, offset: offset, next: next, byteCount: head + size, entries: entries)
  }
}

/// One directory's entries by tag.
struct TIFFDirectory: Sendable {
  struct Entry: Sendable {
    var kind: UInt16
    var count: Int
    var offset: Int
    /// Values that lie in the directory itself.
    var inline: [UInt8]?
  }

  let file: TIFFFile
  let offset: Int
  let next: Int
  let byteCount: Int
  let entries: [UInt16: Entry]

  /// The bytes of a value; 0 for types that are not known.
  static func width(of kind: UInt16) -> Int {
    switch kind {
    case 1, 2, 6, 7: 1
    case 3, 8: 2
    case 4, 9, 11, 13: 4
    case 5, 10, 12, 16, 17, 18: 8
    default: 0
    }
  }

  func has(_ tag: UInt16) -> Bool { entries[tag] != nil }

  /// An entry's bytes as they lie in the file; nil where there is no such entry.
  /// - Throws: `ImageError` where they would lie outside of the file.
  func raw(_ tag: UInt16) throws(ImageError) -> [UInt8]? {
    guard let entry = entries[tag] else { return nil }
    if let inline = entry.inline { return inline }
    return try file.bytes.bytes(at: entry.offset, count: entry.count * Self.width(of: entry.kind))
  }

  /// Whole numbers; empty where there are none.
  func integers(_ tag: UInt16) throws(ImageError) -> [Int] {
    guard let entry = entries[tag], let bytes = try raw(tag) else { return [] }
    let reader = ByteReader(bytes: bytes, isBigEndian: file.isBigEndian)
    return (0..<entry.count).map { index in
      switch entry.kind {
      case 1, 7: Int(bytes[index])
      case 6: Int(Int8(bitPattern: bytes[index]))
      case 3: Int(reader.integer(index * 2, as: UInt16.self))
      case 8: Int(reader.integer(index * 2, as: Int16.self))
      case 4, 13: Int(reader.integer(index * 4, as: UInt32.self))
      case 9: Int(reader.integer(index * 4, as: Int32.self))
      case 16, 18: Int(clamping: reader.integer(index * 8, as: UInt64.self))
      case 17: Int(reader.integer(index * 8, as: Int64.self))
      default: 0
      }
    }
  }

  func integer(_ tag: UInt16) throws(ImageError) -> Int? { try integers(tag).first }

  /// The first value as a real number.
  func real(_ tag: UInt16) throws(ImageError) -> Double? {
    guard let entry = entries[tag], let bytes = try raw(tag) else { return nil }
    let reader = ByteReader(bytes: bytes, isBigEndian: file.isBigEndian)
    switch entry.kind {
    case 5:
      return Double(reader.integer(0, as: UInt32.self)) / Double(reader.integer(4, as: UInt32.self))
    case 10: return Double(reader.integer(0, as: Int32.self)) / Double(reader.integer(4, as: Int32.self))
    case 11: return reader.float(0)
    case 12: return reader.double(0)
    default: return try integer(tag).map(Double.init)
    }
  }

  func text(_ tag: UInt16) throws(ImageError) -> String? {
    guard let entry = entries[tag], [1, 2, 7].contains(entry.kind), let bytes = try raw(tag) else {
      return nil
    }
    return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}
