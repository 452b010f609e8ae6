import CVips
import MedVoxel

/// A rectangle of a picture, in pixels.
struct PixelBox: Hashable, Sendable {
  var x: Range<Int>
  var y: Range<Int>

  init(x: Range<Int>, y: Range<Int>) { (self.x, self.y) = (x, y) }

  /// All of a picture.
  init(width: Int, height: Int) { (x, y) = (0..<width, 0..<height) }

  var pixels: Int { x.count * y.count }
}

/// Pages of a TIFF that are the slices, channels and times of one image.
struct TIFFPixels: VoxelSource {
  /// In the order of memory: slices first, then channels and times.
  var pages: [TIFFPage]
  /// A page's place among the pages of the file, for libvips.
  var numbers: [Int]

  func stored(_ header: ImageHeader) throws(ImageError) -> StoredVoxels {
    try stored(
      header, in: ImageRegion(box: GridBox(size: header.size), channels: 0..<header.channels))
  }

  /// Decodes the tiles and strips that are needed, no others.
  func stored(_ header: ImageHeader, in region: ImageRegion) throws(ImageError) -> StoredVoxels {
    guard let page = pages.first else { throw ImageError("the TIFF has no pages") }
    let (lower, upper) = (region.box.lower, region.box.upper)
    let box = PixelBox(x: lower.x..<upper.x, y: lower.y..<upper.y)
    let slices = lower.z..<upper.z
    // Pages have all of their channels.
    let (channels, wanted) = (page.channels, region.channels)
    let volumes = wanted.lowerBound / channels..<(wanted.upperBound + channels - 1) / channels
    // Which pages, and where their first channel begins in memory.
    var jobs: [(page: Int, plane: Int)] = []
    for (index, volume) in volumes.enumerated() {
      for (place, slice) in slices.enumerated() {
        jobs.append((volume * header.size.z + slice, index * channels * slices.count + place))
      }
    }
    try check(jobs.map(\.page), box)
    let all = try StoredVoxels.filled(
      type: header.type, channels: volumes.count * channels, size: region.box.size
    ) { target throws(ImageError) in
      try fill(target, jobs, box, planes: slices.count)
    }
    guard all.channels != wanted.count else { return all }
    let first = wanted.lowerBound - volumes.lowerBound * channels
    return all.cropped(
      to: ImageRegion(box: GridBox(size: all.size), channels: first..<first + wanted.count))
  }

  /// The file must be able to hold what is asked of it, before memory is taken.
  private func check(_ wanted: [Int], _ box: PixelBox) throws(ImageError) {
    guard let page = pages.first else { return }
    let share = Double(box.pixels) / (Double(page.width) * Double(page.height))
    let claimed = wanted.reduce(0.0) {
      $0 + Double(pages[$1].rowBytes) * Double(pages[$1].across) * Double(pages[$1].height)
        * Double(pages[$1].isPlanar ? pages[$1].samples : 1)
    }
    // What is left out of a file takes no bytes.
    let justified = wanted.reduce(67_108_864.0) { $0 + pages[$1].justifiedBytes }
    let output =
      Double(box.pixels) * Double(page.channels * page.elementBytes) * Double(wanted.count)
    guard claimed * share <= justified, output <= Double(1 << 40) else {
      throw ImageError(
        "the header claims \(page.width)×\(page.height) pixels of \(page.samples) samples, more than the "
          + "file can hold", at: page.file.name)
    }
  }

  private func fill(
    _ target: UnsafeMutableRawBufferPointer, _ jobs: [(page: Int, plane: Int)], _ box: PixelBox, planes: Int
  ) throws(ImageError) {
    guard let base = target.baseAddress, box.pixels > 0 else { return }
    // SAFETY: the pieces write disjoint memory.
    nonisolated(unsafe) let output = base
    var pieces: [(page: TIFFPage, number: Int, plane: Int, segment: Int?)] = []
    for job in jobs {
      let page = pages[job.page]
      if page.isOwn {
        for segment in page.segments(touching: box) {
          pieces.append((page, numbers[job.page], job.plane, segment))
        }
      } else {
        pieces.append((page, numbers[job.page], job.plane, nil))
      }
    }
    let failures = LockedFailure()
    let work = pieces
    // Small segments are done several at a time.
    let one = work.first.map { $0.page.rowBytes * $0.page.segmentHeight } ?? 1
    Parallel.forEachChunk(of: work.count, chunk: max(1, (64 << 10) / max(1, one))) { range in
      for index in range where !failures.precedes(index) {
        let piece = work[index]
        let place = TIFFTarget(
          base: output + piece.plane * box.pixels * piece.page.elementBytes, box: box,
          channelBytes: planes * box.pixels * piece.page.elementBytes)
        do throws(ImageError) {
          if let segment = piece.segment {
            try piece.page.copy(segment: segment, to: place)
          } else {
            try piece.page.copyThroughLibrary(number: piece.number, to: place)
          }
        } catch {
          failures.note(error, at: index)
        }
      }
    }
    try failures.check()
  }
}

/// Where the pixels of a page go: planes of channels, rows of the box.
struct TIFFTarget {
  var base: UnsafeMutableRawPointer
  var box: PixelBox
  var channelBytes: Int
}

extension TIFFPage {
  /// Those that hold pixels of the box, plane by plane.
  func segments(touching box: PixelBox) -> [Int] {
    guard box.pixels > 0 else { return [] }
    let columns = box.x.lowerBound / segmentWidth...(box.x.upperBound - 1) / segmentWidth
    let rows = box.y.lowerBound / segmentHeight...(box.y.upperBound - 1) / segmentHeight
    return (0..<(isPlanar ? samples : 1)).flatMap { plane in
      rows.flatMap { row in columns.map { (plane * down + row) * across + $0 } }
    }
  }

  /// Decodes a segment and copies what lies in the box.
  func copy(segment: Int, to target: TIFFTarget) throws(ImageError) {
    let (plane, place) = segment.quotientAndRemainder(dividingBy: across * down)
    let (row, column) = place.quotientAndRemainder(dividingBy: across)
    let (left, top) = (column * segmentWidth, row * segmentHeight)
    let x = max(left, target.box.x.lowerBound)..<min(left + segmentWidth, width, target.box.x.upperBound)
    let y = max(top, target.box.y.lowerBound)..<min(top + segmentHeight, height, target.box.y.upperBound)
    guard !x.isEmpty, !y.isEmpty else { return }
    let elements = try decoded(segment: segment)
    defer { withExtendedLifetime(elements) {} }
    let together = samplesTogether * (isComplex ? 2 : 1)
    let perRow = segmentWidth * together
    for line in y {
      let to =
        target.base + plane * target.channelBytes
        + ((line - target.box.y.lowerBound) * target.box.x.count + x.lowerBound - target.box.x.lowerBound)
        * elementBytes
      guard let from = elements?.bytes.baseAddress else {
        fillMissing(to, count: x.count, together: together, channelBytes: target.channelBytes)
        continue
      }
      let start = from + ((line - top) * perRow + (x.lowerBound - left) * together) * elementBytes
      if together == 1, !isPalette {
        to.copyMemory(from: start, byteCount: x.count * elementBytes)
      } else if isPalette {
        copyColors(start, count: x.count, to: to, channelBytes: target.channelBytes)
      } else {
        FileVoxels.deinterleave(
          from: start, elementBytes: elementBytes, components: together, count: x.count, into: to,
          plane: target.channelBytes / elementBytes)
      }
    }
  }

  /// Slides leave out tiles without tissue; they are white where there is color, and zero elsewhere.
  private func fillMissing(
    _ to: UnsafeMutableRawPointer, count: Int, together: Int, channelBytes: Int
  ) {
    for channel in 0..<(isPalette ? 3 : together) {
      (to + channel * channelBytes).initializeMemory(
        as: UInt8.self, repeating: isColor && !isPalette ? 255 : 0, count: count * elementBytes)
    }
  }

  private func copyColors(
    _ from: UnsafeRawPointer, count: Int, to: UnsafeMutableRawPointer, channelBytes: Int
  ) {
    let colors = palette.count / 3
    // Colors have 16 bits; some writers gave 8.
    let shift = palette.contains { $0 > 255 } ? 8 : 0
    for pixel in 0..<count {
      let index =
        bits <= 8
        ? Int(from.load(fromByteOffset: pixel, as: UInt8.self))
        : Int(from.load(fromByteOffset: 2 * pixel, as: UInt16.self))
      for channel in 0..<3 {
        let value = UInt8(truncatingIfNeeded: palette[channel * colors + index] >> shift)
        to.storeBytes(of: value, toByteOffset: channel * channelBytes + pixel, as: UInt8.self)
      }
    }
  }

  /// A page whose compression only libvips knows.
  func copyThroughLibrary(number: Int, to target: TIFFTarget) throws(ImageError) {
    let source = file.bytes.source
    let content = source.plainPath == nil ? try file.bytes.bytes(at: 0, count: file.bytes.count) : nil
    func read(_ bytes: UnsafeRawBufferPointer?) throws(ImageError) {
      let decoder = try RasterDecoder(source, format: .tiff, content: bytes, page: number, isRandom: true)
      let (info, bands, box) = (decoder.info, Int(decoder.info.bands), target.box)
      guard Int(info.width) == width, Int(info.height) == height,
        let found = VoxelType.ofRaster(info.type), found.byteCount == elementBytes, bands >= channels
      else {
        throw ImageError(
          "libvips finds \(info.width)×\(info.height) pixels of \(bands) bands on page \(number), the file says "
            + "\(width)×\(height) of \(channels) (compression \(TIFFCompression.name(compression)))",
          at: file.name, remedy: "write the file anew with LZW or deflate")
      }
      let lineBytes = box.x.count * bands * elementBytes
      let step = max(1, (4 << 20) / max(1, lineBytes))
      let raw = try RawBytes(count: min(step, box.y.count) * lineBytes, for: file.name)
      defer { withExtendedLifetime(raw) {} }
      guard let base = raw.mutable.baseAddress else { return }
      for top in stride(from: box.y.lowerBound, to: box.y.upperBound, by: step) {
        let rows = min(step, box.y.upperBound - top)
        try decoder.read(
          x: box.x.lowerBound, y: top, width: box.x.count, height: rows,
          into: UnsafeMutableRawBufferPointer(rebasing: raw.mutable[..<(rows * lineBytes)]))
        if bits < 8 { restoreBits(raw.mutable, count: rows * box.x.count * bands) }
        let count = rows * box.x.count
        let offset = (top - box.y.lowerBound) * box.x.count * elementBytes
        let planes = try RawBytes(count: count * bands * elementBytes, for: file.name)
        defer { withExtendedLifetime(planes) {} }
        guard let parted = planes.mutable.baseAddress else { return }
        FileVoxels.deinterleave(
          from: base, elementBytes: elementBytes, components: bands, count: count, into: parted, plane: count)
        for channel in 0..<channels {
          (target.base + channel * target.channelBytes + offset).copyMemory(
            from: parted + channel * count * elementBytes, byteCount: count * elementBytes)
        }
      }
    }
    guard let content else { return try read(nil) }
    try content.withBytes { bytes throws(ImageError) in try read(bytes) }
  }

  /// libvips spreads small numbers to 0…255 and turns those whose zero is white.
  private func restoreBits(_ bytes: UnsafeMutableRawBufferPointer, count: Int) {
    guard !isPalette else { return }
    let scale = UInt8(255 / ((1 << bits) - 1))
    for index in 0..<count {
      let value = photometric == 0 ? 255 - bytes[index] : bytes[index]
      bytes[index] = value / scale
    }
  }
}
