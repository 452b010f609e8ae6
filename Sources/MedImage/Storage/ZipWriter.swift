import CDeflate
import MedVoxel

/// A ZIP file written entry by entry, with ZIP64's fields where sizes or places need them.
///
/// - Source: PKWARE APPNOTE 6.3.
struct ZipWriter {
  private let level: GzipWriter.Level
  private var position = 0
  private var records: [UInt8] = []
  private var count = 0

  init(level: GzipWriter.Level) { self.level = level }

  /// Appends an entry: deflated, or stored at the level `none`.
  mutating func add(
    _ name: String, _ content: [UInt8], to file: inout AtomicFile<ImageError>
  ) throws(ImageError) {
    let checksum = libdeflate_crc32(0, content, content.count)
    let packed = level == .none ? nil : try deflated(content)
    let data = packed ?? content
    let isLarge = max(content.count, data.count, position) >= Int(UInt32.max)
    let sizes = Self.bytes(content.count, 8) + Self.bytes(data.count, 8)
    func fields(_ extra: [UInt8]) -> [UInt8] {
      let method = packed == nil ? 0 : 8
      // No flags; the earliest time that the format has: 1980-01-01.
      return Self.bytes(isLarge ? 45 : 20, 2) + Self.bytes(0, 2) + Self.bytes(method, 2) + Self.bytes(0, 2)
        + Self.bytes(0x21, 2) + Self.bytes(Int(checksum), 4)
        + Self.bytes(isLarge ? Int(UInt32.max) : data.count, 4)
        + Self.bytes(isLarge ? Int(UInt32.max) : content.count, 4)
        + Self.bytes(name.utf8.count, 2) + Self.bytes(extra.count, 2)
    }
    let local = isLarge ? Self.bytes(1, 2) + Self.bytes(16, 2) + sizes : []
    let central = isLarge ? Self.bytes(1, 2) + Self.bytes(24, 2) + sizes + Self.bytes(position, 8) : []
    records += [0x50, 0x4B, 1, 2] + Self.bytes(isLarge ? 45 : 20, 2) + fields(central)
    records += [UInt8](repeating: 0, count: 10) + Self.bytes(isLarge ? Int(UInt32.max) : position, 4)
    records += Array(name.utf8) + central
    count += 1
    let head = [0x50, 0x4B, 3, 4] + fields(local) + Array(name.utf8) + local
    try file.write(head)
    try file.write(data)
    position += head.count + data.count
  }

  /// What ends the archive.
  func directory() -> [UInt8] {
    var end = records
    let isLarge = position + records.count >= Int(UInt32.max)
    if isLarge {
      end += [0x50, 0x4B, 6, 6] + Self.bytes(44, 8) + Self.bytes(45, 2) + Self.bytes(45, 2)
      end += [UInt8](repeating: 0, count: 8) + Self.bytes(count, 8) + Self.bytes(count, 8)
      end += Self.bytes(records.count, 8) + Self.bytes(position, 8)
      end +=
        [0x50, 0x4B, 6, 7] + Self.bytes(0, 4) + Self.bytes(position + records.count, 8) + Self.bytes(1, 4)
    }
    end += [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + Self.bytes(count, 2) + Self.bytes(count, 2)
    end += Self.bytes(records.count, 4) + Self.bytes(isLarge ? Int(UInt32.max) : position, 4)
    return end + [0, 0]
  }

  /// nil where packing makes it no smaller.
  private func deflated(_ content: [UInt8]) throws(ImageError) -> [UInt8]? {
    guard let compressor = libdeflate_alloc_compressor(level.rawValue) else {
      throw ImageError("there is not enough memory to compress", cause: .environment)
    }
    defer { libdeflate_free_compressor(compressor) }
    let packed = [UInt8](unsafeUninitializedCapacity: content.count) { buffer, count in
      count = libdeflate_deflate_compress(
        compressor, content, content.count, buffer.baseAddress, content.count)
    }
    return packed.isEmpty ? nil : packed
  }

  private static func bytes(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
