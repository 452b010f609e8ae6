import Foundation
import MedVoxel

/// A reader of the part of HDF5 that scientific programs write: groups, attributes and arrays of numbers.
///
/// Source: "HDF5 File Format Specification" version 3 (The HDF Group). Superblocks 0 to 3; object headers of
/// both versions; groups with symbol tables or compact links; compact, contiguous and chunked arrays under deflate,
/// shuffle and Fletcher's checksum. What is rarer is refused by name. Addresses are checked, and nothing is
/// followed twice in a circle.
struct HDF5File: Sendable {
  let source: FileSource
  /// Where addresses count from.
  let base: Int
  let offsetSize: Int
  let lengthSize: Int
  /// The address of the root group's header.
  let root: Int

  static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

  static func recognizes(_ head: [UInt8]) -> Bool {
    head.starts(with: signature) || (head.count > 520 && head[512...].starts(with: signature))
  }

  init(_ source: FileSource) throws(ImageError) {
    let source =
      source.isCompressed ? try FileSource(memory: source.bytes(from: 0), name: source.name) : source
    self.source = source
    var start = 0
    while true {
      var bytes = [UInt8](repeating: 0, count: 8)
      let count = try bytes.withMutableBytes { target throws(ImageError) in
        try source.read(at: start, into: target)
      }
      if count == 8, bytes == Self.signature { break }
      start = max(512, start * 2)
      guard start < source.fileSize else {
        throw ImageError(
          "expected HDF5's signature, found something else", at: source.name,
          remedy: "the file is truncated, or no HDF5")
      }
    }
    let head = try Self.bytes(source, start, min(96, source.fileSize - start))
    guard head.count >= 48 else { throw source.tooShort(start + 96, found: source.fileSize) }
    let version = head[8]
    let sizes = version < 2 ? (Int(head[13]), Int(head[14])) : (Int(head[9]), Int(head[10]))
    guard version <= 3, [4, 8].contains(sizes.0), [4, 8].contains(sizes.1) else {
      throw ImageError(
        "expected a superblock of version 0 to 3 with addresses of 4 or 8 bytes, found version \(version) with "
          + "\(sizes.0) and \(sizes.1)", at: source.name)
    }
    (offsetSize, lengthSize) = sizes
    var cursor = HDF5Cursor(bytes: head, offsetSize: sizes.0, lengthSize: sizes.1, name: source.name)
    cursor.position = version < 2 ? (version == 0 ? 24 : 28) : 12
    // The base is where the superblock lies, whatever the file says: a user block may have been put before it.
    base = start
    _ = try cursor.offset()
    _ = try cursor.offset()
    _ = try cursor.offset()
    if version < 2 {
      _ = try cursor.offset()
      _ = try cursor.offset()
    }
    guard let root = try cursor.offset() else {
      throw ImageError("the HDF5 file has no root group", at: source.name)
    }
    self.root = root
  }

  /// Bytes at an address.
  func bytes(_ address: Int, _ count: Int) throws(ImageError) -> [UInt8] {
    let (place, overflow) = base.addingReportingOverflow(address)
    guard !overflow else { throw source.tooShort(Int.max, found: source.fileSize) }
    return try Self.bytes(source, place, count)
  }

  private static func bytes(_ source: FileSource, _ place: Int, _ count: Int) throws(ImageError) -> [UInt8] {
    guard place >= 0, count >= 0, place <= source.fileSize, count <= source.fileSize - place else {
      let (end, overflow) = place.addingReportingOverflow(count)
      throw source.tooShort(overflow ? Int.max : end, found: source.fileSize)
    }
    var bytes = [UInt8](repeating: 0, count: count)
    try bytes.withMutableBytes { target throws(ImageError) in try source.fill(target, from: place) }
    return bytes
  }

  func cursor(_ address: Int, _ count: Int) throws(ImageError) -> HDF5Cursor {
    HDF5Cursor(
      bytes: try bytes(address, count), offsetSize: offsetSize, lengthSize: lengthSize,
      name: "\(source.name), address \(address)")
  }

  func cursor(_ bytes: [UInt8]) -> HDF5Cursor {
    HDF5Cursor(bytes: bytes, offsetSize: offsetSize, lengthSize: lengthSize, name: source.name)
  }

  /// Bytes that are left from an address to the end of the file.
  func room(after address: Int) -> Int { max(0, source.fileSize - base - max(0, address)) }

  func damaged(_ what: String, _ address: Int? = nil) -> ImageError {
    ImageError(
      "the HDF5 structure is damaged: \(what)",
      at: source.name + (address.map { ", address \($0)" } ?? ""),
      remedy: "`h5dump -H` shows how far it is whole")
  }

  func unsupported(_ what: String) -> ImageError {
    ImageError(
      "\(what), which is not read", at: source.name,
      remedy: "write the file again with h5repack --high=0 or with NumPy's save")
  }
}

/// Numbers of an HDF5 structure, one after the other, little-endian.
struct HDF5Cursor {
  let bytes: [UInt8]
  let offsetSize: Int
  let lengthSize: Int
  let name: String
  var position = 0

  var left: Int { bytes.count - position }

  mutating func take(_ count: Int) throws(ImageError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= left else {
      throw ImageError(
        "the HDF5 structure is damaged: it ends too early", at: name,
        remedy: "get the file again from its source")
    }
    defer { position += count }
    return bytes[position..<position + count]
  }

  mutating func integer(_ count: Int) throws(ImageError) -> UInt64 {
    try take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// A number, at most 2⁴⁸: no file is as long, and sums and small multiples of it don't overflow.
  mutating func int(_ count: Int) throws(ImageError) -> Int {
    min(Int(clamping: try integer(count)), 1 << 48)
  }

  /// An address; nil for “undefined”, which is all ones.
  mutating func offset() throws(ImageError) -> Int? {
    let value = try integer(offsetSize)
    return value == (offsetSize == 8 ? UInt64.max : UInt64(UInt32.max))
      ? nil : min(Int(clamping: value), 1 << 48)
  }

  mutating func length() throws(ImageError) -> Int { try int(lengthSize) }

  mutating func expect(_ text: String) throws(ImageError) {
    let found = try take(4)
    guard found.elementsEqual(text.utf8) else {
      throw ImageError(
        "the HDF5 structure is damaged: expected \(text), found \(Array(found))", at: name,
        remedy: "get the file again from its source")
    }
  }
}
