import MedVoxel

/// The chunks of a RIFF file, read where they lie.
struct RIFF {
  struct Chunk: Hashable {
    var name: String
    /// The kind of a list, its content begins behind it; nil for plain chunks.
    var list: String?
    /// The content in the file, cut at its end.
    var range: Range<Int>
    /// Where the next chunk begins.
    var next: Int
  }

  let bytes: RandomBytes

  /// The chunk at a place; nil at the end.
  func chunk(at offset: Int, before end: Int) throws(ImageError) -> Chunk? {
    guard offset >= 0, offset + 8 <= end else { return nil }
    let head = try bytes.bytes(at: offset, count: min(12, end - offset))
    let reader = ByteReader(bytes: head, isBigEndian: false)
    let name = String(decoding: head[0..<4], as: UTF8.self)
    let size = Int(reader.integer(4, as: UInt32.self))
    let isList = (name == "LIST" || name == "RIFF") && head.count == 12 && size >= 4
    let start = offset + (isList ? 12 : 8)
    let stop = min(end, offset + 8 + size)
    return Chunk(
      name: name, list: isList ? String(decoding: head[8..<12], as: UTF8.self) : nil,
      range: start..<max(start, stop), next: offset + 8 + size + size % 2)
  }

  /// The chunks of a list, one after the other.
  func chunks(in range: Range<Int>) throws(ImageError) -> [Chunk] {
    var (found, at): ([Chunk], Int) = ([], range.lowerBound)
    while let chunk = try chunk(at: at, before: range.upperBound) {
      found.append(chunk)
      at = chunk.next
    }
    return found
  }
}
