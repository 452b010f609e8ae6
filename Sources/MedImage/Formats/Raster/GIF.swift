import MedVoxel

/// GIF files: the first frame.
///
/// Source: the GIF89a specification. Own code: small, strict about missing pixels, and quick on files that lie, where
/// the decoders of libraries are lenient and slow. Colors that are all gray become one channel.
struct GIF {
  let width: Int
  let height: Int
  /// A color of the table for each pixel of the canvas, row by row.
  private(set) var indices: [UInt8]
  private(set) var colors: [SIMD3<UInt8>]
  private(set) var frames = 1
  private(set) var hasTransparency = false

  /// - Throws: `ImageError` for what is no GIF, ends early, or holds fewer pixels than it claims.
  /// - Complexity: O(bytes + pixels); memory grows with the pixels that are there.
  init(_ bytes: [UInt8], name: String) throws(ImageError) {
    var reader = GIFReader(bytes: bytes, name: name, position: 6)
    (width, height) = (try reader.short(), try reader.short())
    let (flags, background) = (try reader.byte(), try reader.byte())
    _ = try reader.byte()
    guard width > 0, height > 0 else { throw reader.error("the canvas has no pixels") }
    guard Double(width * height) <= Raster.Format.gif.largestContent(bytes.count) else {
      throw reader.error("the header claims \(width)×\(height) pixels, more than the file can hold")
    }
    colors = flags & 0x80 != 0 ? try reader.table(flags) : []
    try reader.skipToFrame(&hasTransparency)
    let (left, top, columns, rows) = (
      try reader.short(), try reader.short(), try reader.short(), try reader.short()
    )
    guard columns > 0, rows > 0, left + columns <= width, top + rows <= height else {
      throw reader.error("the frame of \(columns)×\(rows) pixels lies outside of the canvas")
    }
    let local = try reader.byte()
    if local & 0x80 != 0 { colors = try reader.table(local) }
    // Without a table, colors are up to the reader; grays are usual.
    if colors.isEmpty { colors = (0...255).map { SIMD3(repeating: UInt8($0)) } }
    let start = reader.position
    let pixels = try reader.pixels(columns * rows)
    let known = colors.count
    if let wrong = pixels.first(where: { Int($0) >= known }) {
      reader.position = start
      throw reader.error("expected one of \(known) colors, found number \(wrong)")
    }
    indices = [UInt8](repeating: Int(background) < colors.count ? background : 0, count: width * height)
    let order = local & 0x40 != 0 ? Self.interlaced(rows) : Array(0..<rows)
    for (line, y) in order.enumerated() {
      let from = line * columns
      let to = left + width * (top + y)
      indices.replaceSubrange(to..<to + columns, with: pixels[from..<from + columns])
    }
    frames += reader.countFrames()
  }

  /// The rows in the order in which an interlaced frame has them.
  private static func interlaced(_ rows: Int) -> [Int] {
    [(0, 8), (4, 8), (2, 4), (1, 2)].flatMap { Array(stride(from: $0.0, to: rows, by: $0.1)) }
  }

  /// Whether every color that occurs is gray.
  var isGray: Bool {
    var used = [Bool](repeating: false, count: 256)
    for index in indices { used[Int(index)] = true }
    return colors.indices.allSatisfy { index in
      let color = colors[index]
      return !used[index] || (color.x == color.y && color.y == color.z)
    }
  }

  func voxels(isGray: Bool) -> StoredVoxels {
    let plane = indices.count
    return .filled(type: .uint8, channels: isGray ? 1 : 3, size: [width, height, 1]) { target in
      for channel in 0..<(isGray ? 1 : 3) {
        for (pixel, index) in indices.enumerated() {
          target[channel * plane + pixel] = colors[Int(index)][channel]
        }
      }
    }
  }
}

/// A GIF's blocks, one after the other.
private struct GIFReader {
  var bytes: [UInt8]
  var name: String
  var position: Int

  func error(_ statement: String) -> ImageError {
    ImageError(
      "the GIF is damaged at byte \(position): \(statement)", at: name,
      remedy: "get the file again from its source")
  }

  mutating func byte() throws(ImageError) -> UInt8 {
    guard position < bytes.count else { throw error("the file ends") }
    position += 1
    return bytes[position - 1]
  }

  mutating func short() throws(ImageError) -> Int { Int(try byte()) | Int(try byte()) << 8 }

  mutating func table(_ flags: UInt8) throws(ImageError) -> [SIMD3<UInt8>] {
    var colors: [SIMD3<UInt8>] = []
    for _ in 0..<(2 << Int(flags & 7)) { colors.append([try byte(), try byte(), try byte()]) }
    return colors
  }

  /// Over extensions to after the next frame's sign.
  mutating func skipToFrame(_ hasTransparency: inout Bool) throws(ImageError) {
    while true {
      switch try byte() {
      case 0x2C: return
      case 0x21:
        let label = try byte()
        if label == 0xF9, position + 1 < bytes.count, bytes[position + 1] & 1 != 0 { hasTransparency = true }
        try skipBlocks()
      case 0x3B: throw error("there is no frame")
      case let other: throw error("expected a block, found the sign \(other)")
      }
    }
  }

  private mutating func skipBlocks() throws(ImageError) {
    while true {
      let count = Int(try byte())
      if count == 0 { return }
      position += count
    }
  }

  /// How many more frames there are; damage behind the first one does not matter.
  mutating func countFrames() -> Int {
    var count = 0
    do {
      var ignored = false
      while true {
        try skipToFrame(&ignored)
        for _ in 0..<4 { _ = try short() }
        let flags = try byte()
        if flags & 0x80 != 0 { position += 3 * (2 << Int(flags & 7)) }
        _ = try byte()
        try skipBlocks()
        count += 1
      }
    } catch {
      return count
    }
  }

  /// The frame's numbers, LZW with codes of growing length.
  mutating func pixels(_ count: Int) throws(ImageError) -> [UInt8] {
    let smallest = Int(try byte())
    guard (1...8).contains(smallest) else { throw error("expected codes of 1 to 8 bits, found \(smallest)") }
    let (clear, end) = (1 << smallest, 1 << smallest + 1)
    var prefixes = [UInt16](repeating: 0, count: 4096)
    var suffixes = [UInt8](repeating: 0, count: 4096)
    var pixels: [UInt8] = []
    var run: [UInt8] = []
    var (next, size, last) = (clear + 2, smallest + 1, -1)
    var first: UInt8 = 0
    var (held, bits, block) = (0, 0, 0)
    while pixels.count < count {
      while bits < size {
        if block == 0 {
          block = Int(try byte())
          guard block > 0 else { throw error("\(pixels.count) of \(count) pixels are there") }
        }
        held |= Int(try byte()) << bits
        bits += 8
        block -= 1
      }
      let code = held & ((1 << size) - 1)
      held >>= size
      bits -= size
      if code == clear {
        (next, size, last) = (clear + 2, smallest + 1, -1)
        continue
      }
      guard code != end else { throw error("\(pixels.count) of \(count) pixels are there") }
      guard last >= 0 ? code <= next : code < clear else { throw error("an impossible code") }
      // The code that is about to be made stands for the last run and its first pixel again.
      let isNew = last >= 0 && code == next
      guard !isNew || next < 4096 else { throw error("an impossible code") }
      var at = isNew ? last : code
      if isNew { run.append(first) }
      while at >= clear {
        run.append(suffixes[at])
        at = Int(prefixes[at])
      }
      first = UInt8(at)
      pixels.append(first)
      pixels.append(contentsOf: run.reversed())
      run.removeAll(keepingCapacity: true)
      if last >= 0, next < 4096 {
        (prefixes[next], suffixes[next]) = (UInt16(last), first)
        next += 1
        if next == 1 << size, size < 12 { size += 1 }
      }
      last = code
    }
    pixels.removeLast(pixels.count - count)
    position += block
    // The blocks behind the last pixel.
    if position < bytes.count { try skipBlocks() }
    return pixels
  }
}
