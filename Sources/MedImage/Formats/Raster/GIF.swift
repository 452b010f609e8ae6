import MedVoxel

/// GIF files: every frame as it is shown, laid over those before it.
///
/// Source: the GIF89a specification. Own code: small, strict about missing pixels, and quick on files that lie, where
/// the decoders of libraries are lenient and slow. Colors that are all gray become one channel; an opacity
/// is a channel more where a pixel is transparent.
struct GIF {
  let width: Int
  let height: Int
  /// Red, green, blue and opacity of each pixel of the canvas, row by row, frame by frame.
  private(set) var canvases: [[SIMD4<UInt8>]] = []
  /// Seconds that each frame is shown.
  private(set) var delays: [Double] = []
  private(set) var frames = 0

  /// - Parameter wanted: the frame to keep; nil for all.
  /// - Throws: `ImageError` for what is no GIF, ends in its first frame, or holds fewer pixels than it claims.
  /// - Complexity: O(bytes + pixels of all frames).
  init(_ bytes: [UInt8], wanted: Int?, name: String) throws(ImageError) {
    var reader = GIFReader(bytes: bytes, name: name, position: 6)
    (width, height) = (try reader.short(), try reader.short())
    let (flags, background) = (try reader.byte(), try reader.byte())
    _ = try reader.byte()
    guard width > 0, height > 0 else { throw reader.error("the canvas has no pixels") }
    let largest = Raster.Format.gif.largestContent(bytes.count)
    guard Double(width * height) * 4 <= largest else {
      throw reader.error("the header claims \(width)×\(height) pixels, more than the file can hold")
    }
    let global = flags & 0x80 != 0 ? try reader.table(flags) : []
    var control = GIFControl()
    guard try reader.skipToFrame(&control) else { throw reader.error("there is no frame") }
    // What no frame covers has the background's color, or none where the file knows transparency.
    var ground: SIMD4<UInt8> = [0, 0, 0, 255]
    if control.transparent != nil {
      ground = .zero
    } else if Int(background) < global.count || !global.isEmpty {
      let color = Int(background) < global.count ? global[Int(background)] : global[0]
      ground = [color.x, color.y, color.z, 255]
    }
    var canvas = [SIMD4<UInt8>](repeating: ground, count: width * height)
    repeat {
      let frame: GIFFrame
      do throws(ImageError) {
        frame = try reader.frame(canvas: (width, height), global: global)
      } catch {
        // Damage behind the first frame does not matter, unless a later one is asked for.
        if frames == 0 || wanted.map({ $0 >= frames }) == true { throw error }
        break
      }
      let before = control.disposal == 3 ? canvas : []
      frame.draw(on: &canvas, width: width, transparent: control.transparent)
      frames += 1
      guard Double(wanted == nil ? canvases.count + 1 : 1) * Double(width * height) * 4 <= largest else {
        throw reader.error("the frames have more pixels than the file can hold")
      }
      if wanted == nil || wanted == frames - 1 {
        canvases.append(canvas)
        delays.append(control.delay)
      }
      if control.disposal == 2 {
        // The background's number counts in the frame's own table, as Pillow has it.
        let colors = frame.colors
        let color = Int(background) < colors.count ? colors[Int(background)] : .zero
        frame.clear(
          &canvas, width: width, to: control.transparent == nil ? [color.x, color.y, color.z, 255] : .zero)
      } else if control.disposal == 3 {
        canvas = before
      }
      control = GIFControl()
    } while (try? reader.skipToFrame(&control)) == true
    guard !canvases.isEmpty else {
      throw ImageError(
        "expected a frame from 0 to \(frames - 1), found \(wanted ?? 0)", at: name,
        remedy: "choose another frame", cause: .usage)
    }
  }

  var isGray: Bool { canvases.allSatisfy { $0.allSatisfy { $0.x == $0.y && $0.y == $0.z } } }
  var isOpaque: Bool { canvases.allSatisfy { $0.allSatisfy { $0.w == 255 } } }

  func voxels(_ channels: [Int]) -> StoredVoxels {
    let plane = width * height
    return .filled(type: .uint8, channels: canvases.count * channels.count, size: [width, height, 1]) {
      target in
      for (frame, canvas) in canvases.enumerated() {
        for (place, channel) in channels.enumerated() {
          let start = (frame * channels.count + place) * plane
          for (pixel, color) in canvas.enumerated() { target[start + pixel] = color[channel] }
        }
      }
    }
  }
}

extension RasterFile {
  /// A GIF is decoded at once: only its pixels tell whether all colors are gray, and GIFs are small.
  func openGIF(_ options: ReadOptions) throws(ImageError) -> OpenImage {
    let gif = try GIF(source.bytes(from: 0), wanted: options.page, name: source.name)
    let channels = (gif.isGray ? [0] : [0, 1, 2]) + (gif.isOpaque ? [] : [3])
    let components: ImageHeader.Components =
      gif.isGray ? .scalar : gif.isOpaque ? .rgb : .rgba
    var shape = [gif.width, gif.height, 1]
    if gif.isGray, !gif.isOpaque { shape.append(2) }
    if gif.canvases.count > 1 { shape.append(gif.canvases.count) }
    var header = ImageHeader(
      format: format.rawValue, shape: shape, components: components, type: .uint8,
      affine: RasterPixels.affine(spacing: [1, 1, 1]), hasGeometry: false)
    if gif.frames > 1 {
      header.facts = [.init("frames", "\(gif.frames)")]
      if let delay = gif.delays.first, delay > 0 {
        if gif.delays.dropLast().allSatisfy({ $0 == delay }) {
          header.timeStep = delay
        } else {
          header.notes.append("the frames are shown for different times")
        }
      }
    }
    if gif.isGray, !gif.isOpaque { header.notes.append("the second channel is the opacity") }
    return OpenImage(
      header: header, voxels: DecodedPixels(voxels: gif.voxels(channels)), location: source.name)
  }
}

/// What a graphic control extension says of the next frame.
private struct GIFControl {
  var transparent: UInt8?
  var disposal = 0
  var delay = 0.0
}

/// The pixels of one frame, as numbers of colors.
private struct GIFFrame {
  var x: Range<Int>
  var y: Range<Int>
  /// The rows in the order in which the frame has them.
  var order: [Int]
  var indices: [UInt8]
  var colors: [SIMD3<UInt8>]

  func draw(on canvas: inout [SIMD4<UInt8>], width: Int, transparent: UInt8?) {
    for (line, row) in order.enumerated() {
      let to = (y.lowerBound + row) * width + x.lowerBound
      for column in 0..<x.count {
        let index = indices[line * x.count + column]
        if index == transparent { continue }
        let color = colors[Int(index)]
        canvas[to + column] = [color.x, color.y, color.z, 255]
      }
    }
  }

  func clear(_ canvas: inout [SIMD4<UInt8>], width: Int, to color: SIMD4<UInt8>) {
    for row in y { for column in x { canvas[row * width + column] = color } }
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
  /// - Returns: whether there is one.
  mutating func skipToFrame(_ control: inout GIFControl) throws(ImageError) -> Bool {
    while true {
      switch try byte() {
      case 0x2C: return true
      case 0x21:
        let label = try byte()
        if label == 0xF9, position + 4 < bytes.count, bytes[position] >= 4 {
          let flags = bytes[position + 1]
          control.disposal = Int(flags >> 2 & 7)
          control.delay = Double(Int(bytes[position + 2]) | Int(bytes[position + 3]) << 8) / 100
          control.transparent = flags & 1 != 0 ? bytes[position + 4] : nil
        }
        try skipBlocks()
      case 0x3B: return false
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

  /// The frame whose sign was passed.
  mutating func frame(
    canvas: (width: Int, height: Int), global: [SIMD3<UInt8>]
  ) throws(ImageError) -> GIFFrame {
    let (left, top, columns, rows) = (try short(), try short(), try short(), try short())
    guard columns > 0, rows > 0, left + columns <= canvas.width, top + rows <= canvas.height else {
      throw error("the frame of \(columns)×\(rows) pixels lies outside of the canvas")
    }
    let local = try byte()
    var colors = local & 0x80 != 0 ? try table(local) : global
    // Without a table, colors are up to the reader; grays are usual.
    if colors.isEmpty { colors = (0...255).map { SIMD3(repeating: UInt8($0)) } }
    let start = position
    let pixels = try pixels(columns * rows)
    let known = colors.count
    if let wrong = pixels.first(where: { Int($0) >= known }) {
      position = start
      throw error("expected one of \(known) colors, found number \(wrong)")
    }
    let order =
      local & 0x40 != 0
      ? [(0, 8), (4, 8), (2, 4), (1, 2)].flatMap { Array(stride(from: $0.0, to: rows, by: $0.1)) }
      : Array(0..<rows)
    return GIFFrame(
      x: left..<left + columns, y: top..<top + rows, order: order, indices: pixels, colors: colors)
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
