import MedVoxel

/// What one directory says of its pixels.
struct TIFFPage: Sendable {
  let directory: TIFFDirectory
  let width: Int
  let height: Int
  let samples: Int
  let bits: Int
  /// 1 unsigned, 2 signed, 3 floating point, 6 complex floating point.
  let sampleFormat: Int
  let photometric: Int
  let compression: Int
  let predictor: Int
  let isReversed: Bool
  /// Whether each sample has segments of its own.
  let isPlanar: Bool
  let isTiled: Bool
  let segmentWidth: Int
  let segmentHeight: Int
  let offsets: [Int]
  let counts: [Int]
  /// Colors of 16 bits: all reds, all greens, all blues.
  let palette: [Int]
  let opacity: Int?
  let type: VoxelType
  let orientation: Int
  /// Bit 0: a smaller version of another page; bit 2: a mask.
  let subfileType: Int

  var file: TIFFFile { directory.file }
  var isComplex: Bool { sampleFormat == 6 }
  var isPalette: Bool { photometric == 3 && !palette.isEmpty }
  /// Channels as they are read.
  var channels: Int { isPalette ? 3 : isComplex ? 2 * samples : samples }
  var isColor: Bool {
    type == .uint8 && (isPalette || [2, 6].contains(photometric) && (samples == 3 || hasOpacity))
  }
  /// Whether the fourth sample of a color is its opacity.
  var hasOpacity: Bool { samples == 4 && opacity == 3 }
  var components: ImageHeader.Components {
    if isComplex && samples == 1 { return .complex }
    return isColor ? (hasOpacity ? .rgba : .rgb) : .scalar
  }
  var elementBytes: Int { type.byteCount }

  var across: Int { (width + segmentWidth - 1) / segmentWidth }
  var down: Int { (height + segmentHeight - 1) / segmentHeight }
  /// The samples of a pixel in one segment.
  var samplesTogether: Int { isPlanar ? 1 : samples }
  /// The bytes of a segment's row, padded to whole ones.
  var rowBytes: Int { (segmentWidth * samplesTogether * bits + 7) / 8 }

  /// The rows of a segment that are in the file: strips end with the picture, tiles don't.
  func rows(ofSegmentRow row: Int) -> Int {
    isTiled ? segmentHeight : min(segmentHeight, height - row * segmentHeight)
  }

  /// - Throws: `ImageError` with all that is wrong or not known.
  init(_ directory: TIFFDirectory) throws(ImageError) {
    self.directory = directory
    var problems: [String] = []
    width = try directory.integer(256) ?? 0
    height = try directory.integer(257) ?? 0
    samples = try directory.integer(277) ?? 1
    let allBits = try directory.integers(258)
    bits = allBits.first ?? 1
    let sampleFormat = try directory.integer(339) ?? 1
    // “Void” is read as unsigned.
    self.sampleFormat = sampleFormat == 4 ? 1 : sampleFormat
    photometric = try directory.integer(262) ?? (samples >= 3 ? 2 : 1)
    compression = try directory.integer(259) ?? 1
    predictor = try directory.integer(317) ?? 1
    isReversed = try directory.integer(266) == 2
    isPlanar = try directory.integer(284) == 2 && samples > 1
    orientation = try directory.integer(274) ?? 1
    subfileType = try directory.integer(254) ?? 0
    palette = photometric == 3 && samples == 1 ? try directory.integers(320) : []
    let extra = try directory.integers(338)
    let plain = samples - extra.count
    opacity = extra.firstIndex { $0 == 1 || $0 == 2 }.map { plain + $0 }
    let isTiled = directory.has(322)
    self.isTiled = isTiled
    if !(1...(1 << 30)).contains(width) || !(1...(1 << 30)).contains(height) {
      problems.append("the page claims \(width)×\(height) pixels")
    }
    if !(1...65535).contains(samples) { problems.append("the page claims \(samples) samples a pixel") }
    if allBits.contains(where: { $0 != allBits[0] }) {
      problems.append("the samples have different numbers of bits (\(allBits)), which is not read")
    }
    type = Self.type(bits: bits, format: self.sampleFormat) ?? .uint8
    if Self.type(bits: bits, format: self.sampleFormat) == nil {
      problems.append("samples of \(bits) bits and sample format \(sampleFormat) are not read")
    }
    if photometric == 3, samples == 1, bits > 16 || palette.count != 3 << min(bits, 16) {
      problems.append("the palette has \(palette.count) numbers, expected 3 for each of 2^\(bits) colors")
    }
    var segment = (
      width: isTiled ? try directory.integer(322) ?? 0 : width,
      height: isTiled ? try directory.integer(323) ?? 0 : try directory.integer(278) ?? height
    )
    if !isTiled { segment.height = min(segment.height, height) }
    if !(1...(1 << 30)).contains(segment.width) || !(1...(1 << 30)).contains(segment.height) {
      problems.append("tiles or strips of \(segment.width)×\(segment.height) pixels")
    }
    guard problems.isEmpty else {
      let statements = problems
      throw ImageError(statements.map { Problem($0, at: directory.file.name) })
    }
    var (offsets, counts) = (try directory.integers(324), try directory.integers(325))
    if offsets.isEmpty { offsets = try directory.integers(273) }
    if counts.isEmpty { counts = try directory.integers(279) }
    let rowBytes = (segment.width * (isPlanar ? 1 : samples) * bits + 7) / 8
    let (across, down) = (
      (width + segment.width - 1) / segment.width, (height + segment.height - 1) / segment.height
    )
    let (perPlane, overflow) = across.multipliedReportingOverflow(by: down)
    let (expected, overflowsToo) = perPlane.multipliedReportingOverflow(by: isPlanar ? samples : 1)
    let (segmentBytes, isTooLarge) = rowBytes.multipliedReportingOverflow(by: segment.height)
    guard !overflow, !overflowsToo, !isTooLarge, offsets.count >= expected else {
      throw ImageError(
        "the page needs \(overflow || overflowsToo ? "very many" : "\(expected)") tiles or strips, "
          + "the file names \(offsets.count)", at: directory.file.name,
        remedy: "the file is truncated; get it again from its source")
    }
    if counts.count < offsets.count {
      // Old writers left them out: each strip reaches to the next, or is as long as its rows.
      let ends = Array(offsets.dropFirst()) + [directory.file.bytes.count]
      let (rows, all) = (segment.height, height)
      counts =
        compression == 1
        ? offsets.indices.map { index in
          isTiled ? segmentBytes : rowBytes * min(rows, all - index % max(1, down) * rows)
        } : zip(offsets, ends).map { [end = directory.file.bytes.count] in max(0, min($1, end) - $0) }
    }
    if !isTiled, compression == 1, segmentBytes > 1 << 20, segmentBytes <= directory.file.bytes.count {
      (offsets, counts, segment.height) = Self.shorterStrips(
        offsets, counts, rows: segment.height, height: height, rowBytes: rowBytes, down: down)
    }
    (segmentWidth, segmentHeight) = (segment.width, segment.height)
    (self.offsets, self.counts) = (offsets, counts)
  }

  init(_ page: TIFFPage, movedBy distance: Int) {
    directory = page.directory
    (width, height, samples, bits) = (page.width, page.height, page.samples, page.bits)
    (sampleFormat, photometric, compression) = (page.sampleFormat, page.photometric, page.compression)
    (predictor, isReversed, isPlanar, isTiled) = (
      page.predictor, page.isReversed, page.isPlanar, page.isTiled
    )
    (segmentWidth, segmentHeight) = (page.segmentWidth, page.segmentHeight)
    offsets = page.offsets.map { $0 + distance }
    (counts, palette, opacity, type) = (page.counts, page.palette, page.opacity, page.type)
    (orientation, subfileType) = (page.orientation, page.subfileType)
  }

  /// The type that holds a sample.
  private static func type(bits: Int, format: Int) -> VoxelType? {
    switch (format, bits) {
    case (1, 1...8): .uint8
    case (1, 9...16): .uint16
    case (1, 17...32): .uint32
    case (1, 64): .uint64
    case (2, 8): .int8
    case (2, 16): .int16
    case (2, 32): .int32
    case (2, 64): .int64
    case (3, 16), (3, 32), (6, 64): .float32
    case (3, 64), (6, 128): .float64
    default: nil
    }
  }

  /// Strips of about 1 MiB instead of larger ones of plain rows, so that a part is read without the rest.
  private static func shorterStrips(
    _ offsets: [Int], _ counts: [Int], rows: Int, height: Int, rowBytes: Int, down: Int
  ) -> ([Int], [Int], Int) {
    var step = max(1, (1 << 20) / rowBytes)
    if down > 1 {
      // Strips must go on dividing the picture evenly.
      while rows % step != 0 { step -= 1 }
      guard rows / step <= 1 << 16 else { return (offsets, counts, rows) }
    }
    var (newOffsets, newCounts): ([Int], [Int]) = ([], [])
    for (index, offset) in offsets.enumerated() {
      let here = min(rows, height - index % down * rows)
      for row in stride(from: 0, to: here, by: step) {
        let wanted = min(step, here - row) * rowBytes
        let (at, overflow) = offset.addingReportingOverflow(row * rowBytes)
        newOffsets.append(overflow ? Int.max : at)
        newCounts.append(max(0, min(wanted, counts[index] - row * rowBytes)))
      }
    }
    return (newOffsets, newCounts, step)
  }

  /// Whether two pages can be slices of one image.
  func isAlike(_ other: TIFFPage) -> Bool {
    (width, height, samples, type, isComplex, isPalette)
      == (other.width, other.height, other.samples, other.type, other.isComplex, other.isPalette)
      && photometric == other.photometric
  }

  /// The most bytes that one of a segment can stand for.
  private var largestRatio: Double {
    switch compression {
    case 1: 1
    case 32773: 64
    case 5: 2731
    case 8, 32946: 1032
    case 50000: 32768
    case 34925: 8192
    default: 4096
    }
  }

  /// A JPEG or the like spends next to nothing on even colors.
  private var start: Double { compression == 1 ? 0 : 65536 }

  /// The most bytes that the segments can be decoded to.
  var justifiedBytes: Double {
    let whole = Double(rowBytes) * Double(segmentHeight)
    let sum = counts.reduce(0.0) { $0 + min(whole, Double($1) * largestRatio + start) }
    return min(sum, Double(file.bytes.count) * largestRatio)
  }

  /// Whether a segment's bytes can be those of its rows.
  func isJustified(segment: Int, rows: Int) -> Bool {
    Double(rowBytes) * Double(rows) <= Double(counts[segment]) * largestRatio + start
  }
}
