import MedVoxel

/// TIFF files of any image: a page a slice, channel and time, in strips or tiles, with ImageJ's description of what
/// the pages are and how large a voxel is.
///
/// Colors of 8 bits lie side by side in a page; other channels are pages of their own, channels fastest, then slices,
/// then times, as ImageJ reads them. Files beyond 4 GB are BigTIFF. Compression is deflate with a predictor.
struct TIFFWriter {
  private let image: StoredImage
  private let isCompressed: Bool
  private let level: GzipWriter.Level
  private let tile: Int?
  private let width: Int
  private let height: Int
  private let samples: Int
  private let slices: Int
  private let channels: Int
  private let times: Int

  /// - Parameter tile: the side of square tiles, a multiple of 16; nil: strips.
  init(
    _ image: StoredImage, isCompressed: Bool, level: GzipWriter.Level = .balanced, tile: Int? = nil
  ) throws(ImageError) {
    let header = image.header
    let size = header.size
    guard header.components != .complex else {
      throw ImageError(
        "TIFF's readers know no complex numbers", remedy: "choose NIfTI or NumPy", cause: .usage)
    }
    guard size.voxelCount > 0, size.x < 1 << 31, size.y < 1 << 31 else {
      throw ImageError("an image of \(describe(size)) voxels is no picture", cause: .usage)
    }
    guard tile.map({ $0 > 0 && $0 % 16 == 0 && $0 <= 8192 }) ?? true else {
      throw ImageError(
        "expected tiles whose side is a multiple of 16 up to 8192, found \(tile ?? 0)", cause: .usage)
    }
    (self.image, self.isCompressed, self.level, self.tile) = (image, isCompressed, level, tile)
    (width, height, slices) = (size.x, size.y, size.z)
    samples = header.components == .scalar ? 1 : header.components.count
    let outer = Array(header.shape.dropFirst(3))
    // A fourth axis alone is time where the image says how long a step is.
    let isTime = outer.count == 1 && header.timeStep != nil
    channels = isTime ? 1 : outer.first ?? 1
    times = isTime ? outer[0] : outer.dropFirst().reduce(1, *)
  }

  private var type: VoxelType { image.header.type }
  private var pageCount: Int { slices * channels * times }
  private var segmentWidth: Int { tile ?? width }
  private var pixelBytes: Int { samples * type.byteCount }
  private var segmentHeight: Int {
    tile ?? max(1, min(height, (256 << 10) / max(1, width * pixelBytes)))
  }
  private var across: Int { (width + segmentWidth - 1) / segmentWidth }
  private var down: Int { (height + segmentHeight - 1) / segmentHeight }
  private var segments: Int { across * down }

  /// The whole file in memory.
  func bytes() throws(ImageError) -> [UInt8] {
    var result: [UInt8] = []
    try write { part throws(ImageError) in result += part }
    return result
  }

  /// Hands out the file piece by piece.
  ///
  /// A page's strips come first and its directory after them.
  func write(_ put: ([UInt8]) throws(ImageError) -> Void) throws(ImageError) {
    let raw = Double(width) * Double(height) * Double(pixelBytes) * Double(pageCount)
    let isBig = raw + Double(pageCount) * (Double(segments) * 16 + 512) > 4_000_000_000
    var position = isBig ? 16 : 8
    let description = Array(self.description.utf8) + [0]
    var packed = try pack(0)
    for page in 0..<pageCount {
      var offsets: [Int] = []
      var end = position
      for segment in packed {
        offsets.append(end)
        end += segment.count
      }
      let padding = end % 8 == 0 ? 0 : 8 - end % 8
      let directory = end + padding
      if page == 0 { try put(head(isBig: isBig, first: directory)) }
      for segment in packed { try put(segment) }
      var block = TIFFDirectoryWriter(at: directory, isBig: isBig)
      fill(&block, page: page, offsets: offsets, counts: packed.map(\.count), description: description)
      // The next page's directory lies behind its strips, whose sizes must be known.
      packed = page + 1 < pageCount ? try pack(page + 1) : []
      let behind = packed.reduce(directory + block.byteCount) { $0 + $1.count }
      let bytes = block.bytes(next: packed.isEmpty ? 0 : (behind + 7) / 8 * 8)
      try put([UInt8](repeating: 0, count: padding) + bytes)
      position = directory + bytes.count
    }
  }

  private func head(isBig: Bool, first: Int) -> [UInt8] {
    var head = ByteWriter(count: isBig ? 16 : 8)
    head.integer(UInt16(0x4949), at: 0)
    head.integer(UInt16(isBig ? 43 : 42), at: 2)
    if isBig {
      head.integer(UInt16(8), at: 4)
      head.integer(UInt64(first), at: 8)
    } else {
      head.integer(UInt32(truncatingIfNeeded: first), at: 4)
    }
    return head.bytes
  }

  private func fill(
    _ block: inout TIFFDirectoryWriter, page: Int, offsets: [Int], counts: [Int], description: [UInt8]
  ) {
    block.add(254, .long, [pageCount > 1 ? 2 : 0])
    block.add(256, .long, [width])
    block.add(257, .long, [height])
    block.add(258, .short, Array(repeating: type.byteCount * 8, count: samples))
    block.add(259, .short, [isCompressed ? 8 : 1])
    block.add(262, .short, [samples >= 3 ? 2 : 1])
    if page == 0 { block.add(270, text: description) }
    block.add(tile == nil ? 273 : 324, .offset, offsets)
    block.add(277, .short, [samples])
    if tile == nil { block.add(278, .long, [segmentHeight]) }
    block.add(tile == nil ? 279 : 325, .long, counts)
    let spacing = image.header.affine.spacing
    block.add(282, ratio: 10 / max(spacing.x, 1e-6))
    block.add(283, ratio: 10 / max(spacing.y, 1e-6))
    block.add(284, .short, [1])
    // Centimeters, as ImageJ's description says too.
    block.add(296, .short, [3])
    if isCompressed, type.byteCount <= 8, isWhole { block.add(317, .short, [2]) }
    if let tile {
      block.add(322, .long, [tile])
      block.add(323, .long, [tile])
    }
    if samples == 4 { block.add(338, .short, [2]) }
    let format =
      switch type {
      case .float32, .float64: 3
      case .int8, .int16, .int32, .int64: 2
      default: 1
      }
    block.add(339, .short, Array(repeating: format, count: samples))
  }

  private var isWhole: Bool { type != .float32 && type != .float64 }

  /// Resolutions are pixels a centimeter, and so is the distance of slices.
  private var description: String {
    var lines = ["ImageJ=1.54f", "images=\(pageCount)"]
    if channels > 1 { lines.append("channels=\(channels)") }
    if slices > 1 { lines.append("slices=\(slices)") }
    if times > 1 { lines.append("frames=\(times)") }
    if (channels > 1 ? 1 : 0) + (slices > 1 ? 1 : 0) + (times > 1 ? 1 : 0) > 1 {
      lines.append("hyperstack=true")
    }
    lines.append("unit=cm")
    if slices > 1 { lines.append("spacing=\(image.header.affine.spacing.z / 10)") }
    if let step = image.header.timeStep, times > 1 { lines.append("finterval=\(step)") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The compressed strips of a page. Pages come channel by channel, then slice by slice, then time by time.
  private func pack(_ page: Int) throws(ImageError) -> [[UInt8]] {
    let (channel, rest) = (page % channels, page / channels)
    let (slice, time) = (rest % slices, rest / slices)
    let first = (time * channels + channel) * samples
    let packed = image.voxels.withUnsafeBytes { bytes -> [[UInt8]?] in
      guard let base = bytes.baseAddress else { return [] }
      // SAFETY: only read.
      nonisolated(unsafe) let from = base
      return Parallel.map(segments) { segment in
        try? pack(segment: segment, from: from, first: first, slice: slice)
      }
    }
    var result: [[UInt8]] = []
    for segment in packed {
      guard let segment else {
        throw ImageError("there is not enough memory to compress", cause: .environment)
      }
      result.append(segment)
    }
    return result
  }

  private func pack(
    segment: Int, from: UnsafeRawPointer, first: Int, slice: Int
  ) throws(ImageError) -> [UInt8] {
    let (row, column) = segment.quotientAndRemainder(dividingBy: across)
    let (left, top) = (column * segmentWidth, row * segmentHeight)
    let rows = tile == nil ? min(segmentHeight, height - top) : segmentHeight
    let columns = min(segmentWidth, width - left)
    let (size, plane) = (type.byteCount, image.header.size.voxelCount)
    var bytes = [UInt8](repeating: 0, count: segmentWidth * rows * pixelBytes)
    bytes.withUnsafeMutableBytes { target in
      guard let to = target.baseAddress else { return }
      for line in 0..<min(rows, height - top) {
        let start = (first * slices + slice) * width * height + (top + line) * width + left
        let row = to + line * segmentWidth * pixelBytes
        if samples == 1 {
          row.copyMemory(from: from + start * size, byteCount: columns * size)
        } else {
          FileVoxels.interleave(
            from: from + start * size, elementBytes: size, components: samples, count: columns, into: row,
            plane: plane)
        }
      }
      if isHostBigEndian, size > 1 {
        FileVoxels.native(
          from: to, type: type, isSwapped: true, count: segmentWidth * rows * samples, into: to)
      }
      guard isCompressed, isWhole, !isHostBigEndian else { return }
      for line in 0..<rows {
        TIFFPredictor.takeDifferences(
          to + line * segmentWidth * pixelBytes, elements: segmentWidth * samples, stride: samples,
          width: size)
      }
    }
    guard isCompressed else { return bytes }
    return try bytes.withBytes { raw throws(ImageError) in try Deflate.compressed(raw, level: level) }
  }
}

/// The bytes of a directory: entries in the order of their tags, longer values behind them.
struct TIFFDirectoryWriter {
  enum Kind: UInt16 {
    case short = 3
    case long = 4
    /// 32 or 64 bits as the file has it.
    case offset = 16
  }

  private let start: Int
  private let isBig: Bool
  private var entries: [(tag: UInt16, kind: UInt16, count: Int, value: [UInt8])] = []

  init(at start: Int, isBig: Bool) { (self.start, self.isBig) = (start, isBig) }

  mutating func add(_ tag: UInt16, _ kind: Kind, _ values: [Int]) {
    var kind = kind
    // Sizes and places have 32 bits in a classic file.
    if kind == .offset, !isBig { kind = .long }
    let width = kind == .short ? 2 : kind == .long ? 4 : 8
    var writer = ByteWriter(count: values.count * width)
    for (index, value) in values.enumerated() {
      switch kind {
      case .short: writer.integer(UInt16(truncatingIfNeeded: value), at: index * 2)
      case .long: writer.integer(UInt32(truncatingIfNeeded: value), at: index * 4)
      case .offset: writer.integer(UInt64(truncatingIfNeeded: value), at: index * 8)
      }
    }
    entries.append((tag, kind.rawValue, values.count, writer.bytes))
  }

  mutating func add(_ tag: UInt16, text: [UInt8]) { entries.append((tag, 2, text.count, text)) }

  /// The nearest fraction with as much of the precision as 32 bits have.
  mutating func add(_ tag: UInt16, ratio: Double) {
    var denominator = 1.0
    while ratio * denominator * 10 < 4e9, denominator < 1e9,
      (ratio * denominator).rounded() != ratio * denominator
    {
      denominator *= 10
    }
    var writer = ByteWriter(count: 8)
    writer.integer(UInt32(min(4_294_967_295, (ratio * denominator).rounded())), at: 0)
    writer.integer(UInt32(denominator), at: 4)
    entries.append((tag, 5, 1, writer.bytes))
  }

  private var room: Int { isBig ? 8 : 4 }
  private var fixed: Int { isBig ? 8 + entries.count * 20 + 8 : 2 + entries.count * 12 + 4 }

  var byteCount: Int {
    entries.reduce((fixed + 7) / 8 * 8) { $0 + ($1.value.count > room ? ($1.value.count + 7) / 8 * 8 : 0) }
  }

  func bytes(next: Int) -> [UInt8] {
    var writer = ByteWriter(count: byteCount)
    var (at, behind) = (isBig ? 8 : 2, (fixed + 7) / 8 * 8)
    if isBig {
      writer.integer(UInt64(entries.count), at: 0)
    } else {
      writer.integer(UInt16(entries.count), at: 0)
    }
    for entry in entries.sorted(by: { $0.tag < $1.tag }) {
      writer.integer(entry.tag, at: at)
      writer.integer(entry.kind, at: at + 2)
      if isBig {
        writer.integer(UInt64(entry.count), at: at + 4)
      } else {
        writer.integer(UInt32(entry.count), at: at + 4)
      }
      let value = at + (isBig ? 12 : 8)
      if entry.value.count <= room {
        writer.bytes.replaceSubrange(value..<value + entry.value.count, with: entry.value)
      } else {
        if isBig {
          writer.integer(UInt64(start + behind), at: value)
        } else {
          writer.integer(UInt32(truncatingIfNeeded: start + behind), at: value)
        }
        writer.bytes.replaceSubrange(behind..<behind + entry.value.count, with: entry.value)
        behind += (entry.value.count + 7) / 8 * 8
      }
      at += isBig ? 20 : 12
    }
    if isBig {
      writer.integer(UInt64(next), at: at)
    } else {
      writer.integer(UInt32(truncatingIfNeeded: next), at: at)
    }
    return writer.bytes
  }
}
