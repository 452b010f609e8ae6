/// Gray GIF files for synthetic copies: 256 grays, one frame, without compression.
///
/// Source: the GIF87a specification. Every code is a plain gray value; the table is cleared before codes would grow.
enum GIFWriter {
  /// - Parameter pixels: row by row from the top.
  /// - Precondition: sizes from 1 to 65,535 that the pixels fill.
  static func encode(_ pixels: [UInt8], width: Int, height: Int) -> [UInt8] {
    precondition((1...65535).contains(width) && (1...65535).contains(height), "no GIF has this size")
    precondition(pixels.count == width * height, "the pixels don't fill the picture")
    func short(_ value: Int) -> [UInt8] { [UInt8(value & 255), UInt8(value >> 8)] }
    var file = Array("GIF87a".utf8) + short(width) + short(height)
    // A table of 256 colors, 8 bits each.
    file += [0xF7, 0, 0]
    for gray in 0...255 { file += [UInt8](repeating: UInt8(gray), count: 3) }
    file += [0x2C] + short(0) + short(0) + short(width) + short(height) + [0, 8]
    let data = codes(pixels)
    for start in stride(from: 0, to: data.count, by: 255) {
      let block = data[start..<min(start + 255, data.count)]
      file.append(UInt8(block.count))
      file += block
    }
    return file + [0, 0x3B]
  }

  /// Codes of nine bits, the lowest first.
  private static func codes(_ pixels: [UInt8]) -> [UInt8] {
    let (clear, end) = (256, 257)
    var bytes: [UInt8] = []
    var (held, bits) = (0, 0)
    func put(_ code: Int) {
      held |= code << bits
      bits += 9
      while bits >= 8 {
        bytes.append(UInt8(held & 255))
        held >>= 8
        bits -= 8
      }
    }
    for (index, pixel) in pixels.enumerated() {
      if index % 250 == 0 { put(clear) }
      put(Int(pixel))
    }
    put(end)
    if bits > 0 { bytes.append(UInt8(held & 255)) }
    return bytes
  }
}
