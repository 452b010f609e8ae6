import MedVoxel

/// Windows and OS/2 bitmaps: 1, 2, 4, 8, 16, 24 and 32 bits, run-length codes, bit fields, either way up.
///
/// Source: Microsoft's BITMAPFILEHEADER, BITMAPCOREHEADER and BITMAPV5HEADER.
struct BMP: VoxelSource {
  private let source: RandomBytes
  let width: Int
  let height: Int
  let bits: Int
  private let isTopDown: Bool
  private let compression: Int
  private let start: Int
  private let palette: [SIMD3<UInt8>]
  /// Red, green, blue, opacity.
  private let masks: [UInt32]
  let spacing: SIMD2<Double>?

  static func recognizes(_ head: [UInt8]) -> Bool {
    guard head.count >= 18, head[0] == 0x42, head[1] == 0x4d else { return false }
    return [12, 16, 40, 52, 56, 64, 108, 124].contains(head[14]) && head[15] == 0 && head[16] == 0
      && head[17] == 0
  }

  init(_ file: FileSource) throws(ImageError) {
    source = try RandomBytes(file)
    func fail(_ statement: String) -> ImageError {
      ImageError(
        "the BMP is damaged: \(statement)", at: file.name, remedy: "get the file again from its source")
    }
    let head = try source.bytes(at: 0, count: min(138, source.count))
    guard Self.recognizes(head), head.count >= 14 + Int(head[14]) else { throw fail("the header is cut off") }
    let reader = ByteReader(bytes: head, isBigEndian: false)
    let size = Int(head[14])
    start = Int(reader.integer(10, as: UInt32.self))
    func number(_ at: Int) -> Int { Int(reader.integer(at, as: Int32.self)) }
    let isCore = size == 12
    let rows = isCore ? Int(reader.integer(20, as: UInt16.self)) : number(22)
    (width, height) = (isCore ? Int(reader.integer(18, as: UInt16.self)) : number(18), abs(rows))
    isTopDown = rows < 0
    bits = Int(reader.integer(isCore ? 24 : 28, as: UInt16.self))
    compression = size >= 40 ? number(30) : 0
    guard width > 0, height > 0, width <= 1 << 30, height <= 1 << 30 else {
      throw fail("\(width)×\(height) pixels")
    }
    let isKnown =
      switch compression {
      case 0: [1, 2, 4, 8, 16, 24, 32].contains(bits)
      case 1: bits == 8
      case 2: bits == 4
      case 3, 6: bits == 16 || bits == 32
      default: false
      }
    guard isKnown else {
      throw ImageError(
        "a BMP of \(bits) bits and compression \(compression) is not read", at: file.name,
        remedy: "convert it to PNG")
    }
    let claimed = Double(width) * Double(height) * (bits <= 8 ? 1 : 3)
    guard claimed <= Raster.Format.bmp.largestContent(source.count) else {
      throw ImageError(
        "the header claims \(width)×\(height) pixels, more than the file can hold", at: file.name)
    }
    var after = 14 + size
    var masks: [UInt32] = bits == 16 ? [0x7c00, 0x3e0, 0x1f, 0] : [0xff0000, 0xff00, 0xff, 0]
    if compression == 3 || compression == 6 {
      let count = size >= 56 || compression == 6 ? 4 : 3
      guard head.count >= 54 + 4 * count else { throw fail("the bit masks are cut off") }
      for index in 0..<count { masks[index] = reader.integer(54 + 4 * index, as: UInt32.self) }
      if size == 40 { after += 4 * count }
    }
    self.masks = masks
    var palette: [SIMD3<UInt8>] = []
    if bits <= 8 {
      let used = size >= 40 ? number(46) : 0
      let entry = isCore ? 3 : 4
      let room = start > after ? (start - after) / entry : 1 << bits
      let count = min(used > 0 ? used : 1 << bits, 1 << bits, room)
      let bytes = try source.bytes(at: after, count: count * entry)
      for index in 0..<count {
        palette.append([bytes[index * entry + 2], bytes[index * entry + 1], bytes[index * entry]])
      }
    }
    self.palette = palette
    let (x, y) = size >= 40 ? (number(38), number(42)) : (0, 0)
    spacing = x > 0 && y > 0 ? [1000 / Double(x), 1000 / Double(y)] : nil
  }

  /// Whether all colors of the palette are gray.
  var isGray: Bool {
    !palette.isEmpty && palette.allSatisfy { $0.x == $0.y && $0.y == $0.z }
  }

  var components: ImageHeader.Components {
    isGray ? .scalar : bits > 8 && compression != 0 && masks[3] != 0 ? .rgba : .rgb
  }

  private func error(_ statement: String) -> ImageError {
    ImageError(
      "the BMP is damaged: \(statement)", at: source.name, remedy: "get the file again from its source")
  }

  func stored(_ header: ImageHeader) throws(ImageError) -> StoredVoxels {
    let indices = compression == 1 || compression == 2 ? try runs() : nil
    let rowBytes = (width * bits + 31) / 32 * 4
    let rows = indices == nil ? try source.bytes(at: start, count: rowBytes * height) : []
    let channels = components.count
    let plane = width * height
    var isWrong = false
    let voxels = StoredVoxels.filled(type: .uint8, channels: channels, size: [width, height, 1]) { target in
      for j in 0..<height {
        let row = isTopDown ? j : height - 1 - j
        for i in 0..<width {
          let to = j * width + i
          if bits > 8 {
            let color = color(rows, row * rowBytes + i * bits / 8)
            for channel in 0..<channels { target[channel * plane + to] = color[channel] }
            continue
          }
          let index =
            indices.map { Int($0[row * width + i]) }
            ?? Int(rows[row * rowBytes + i * bits / 8] >> (8 - bits - i * bits % 8)) & (1 << bits - 1)
          isWrong = isWrong || index >= palette.count
          let color = index < palette.count ? palette[index] : .zero
          for channel in 0..<channels { target[channel * plane + to] = color[channel] }
        }
      }
    }
    guard !isWrong else { throw error("a pixel's color is not among the \(palette.count) of the palette") }
    return voxels
  }

  private func color(_ bytes: [UInt8], _ at: Int) -> SIMD4<UInt8> {
    if bits == 24 { return [bytes[at + 2], bytes[at + 1], bytes[at], 255] }
    var value = UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8
    if bits == 32 { value |= UInt32(bytes[at + 2]) << 16 | UInt32(bytes[at + 3]) << 24 }
    func part(_ mask: UInt32) -> UInt8 {
      guard mask != 0 else { return 0 }
      let shifted = UInt64(mask >> UInt32(mask.trailingZeroBitCount))
      return UInt8(
        truncatingIfNeeded: UInt64(value & mask) >> UInt64(mask.trailingZeroBitCount) * 255 / shifted)
    }
    return [part(masks[0]), part(masks[1]), part(masks[2]), part(masks[3])]
  }

  /// The colors' numbers of run-length codes, the lowest row first; pixels that are passed over are 0.
  private func runs() throws(ImageError) -> [UInt8] {
    guard start <= source.count else { throw error("the pixels begin behind the file's end") }
    let bytes = try source.bytes(at: start, count: source.count - start)
    var pixels = [UInt8](repeating: 0, count: width * height)
    var (x, y, at) = (0, 0, 0)
    func put(_ value: UInt8) {
      if x < width, y < height { pixels[y * width + x] = value }
      x += 1
    }
    while at + 1 < bytes.count {
      let (count, value) = (Int(bytes[at]), bytes[at + 1])
      at += 2
      if count > 0 {
        for index in 0..<count { put(bits == 8 ? value : index % 2 == 0 ? value >> 4 : value & 15) }
        continue
      }
      switch value {
      case 0: (x, y) = (0, y + 1)
      case 1: return pixels
      case 2:
        guard at + 1 < bytes.count else { throw error("the run-length codes end") }
        (x, y) = (x + Int(bytes[at]), y + Int(bytes[at + 1]))
        at += 2
      default:
        let length = bits == 8 ? Int(value) : (Int(value) + 1) / 2
        guard at + length <= bytes.count else { throw error("the run-length codes end") }
        for index in 0..<Int(value) {
          put(
            bits == 8
              ? bytes[at + index] : index % 2 == 0 ? bytes[at + index / 2] >> 4 : bytes[at + index / 2] & 15)
        }
        at += (length + 1) / 2 * 2
      }
    }
    guard y >= height || (y == height - 1 && x >= width) else { throw error("the run-length codes end") }
    return pixels
  }
}

extension RasterFile {
  func openBMP() throws(ImageError) -> OpenImage {
    let bmp = try BMP(source)
    let spacing = bmp.spacing ?? [1, 1]
    var header = ImageHeader(
      format: format.rawValue, shape: [bmp.width, bmp.height, 1], components: bmp.components, type: .uint8,
      affine: RasterPixels.affine(spacing: [spacing.x, spacing.y, 1]), hasGeometry: false)
    header.facts = [.init("bits", "\(bmp.bits)")]
    guard page == 0 else {
      throw ImageError("a BMP has one page, page \(page) is asked for", at: source.name, cause: .usage)
    }
    return OpenImage(header: header, voxels: bmp, location: source.name)
  }
}
