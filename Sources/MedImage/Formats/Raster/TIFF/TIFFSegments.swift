import CVips
import MedVoxel

/// Decoding of tiles and strips.
extension TIFFPage {
  /// Whether the segments are decoded here; libvips decodes the whole page otherwise.
  var isOwn: Bool {
    guard TIFFCompression.isOwn(compression) else { return false }
    if compression == 7 { return bits == 8 && [1, 3, 4].contains(samplesTogether) }
    // Subsampled colors in other compressions.
    return photometric != 6 || [33003, 33005, 34712, 50001].contains(compression)
  }

  func error(_ statement: String, segment: Int) -> ImageError {
    let kind = isTiled ? "tile" : "strip"
    let at = offsets[segment]
    return ImageError(
      "\(kind) \(segment) at byte \(at) \(statement)", at: file.name,
      remedy: "the file is damaged; get it again from its source")
  }

  /// A segment's elements in this machine's byte order, the samples of a pixel side by side, rows of
  /// `segmentWidth` pixels; nil for a segment that is left out of the file.
  func decoded(segment: Int) throws(ImageError) -> RawBytes? {
    let rows = rows(ofSegmentRow: segment % (across * down) / across)
    guard counts[segment] > 0, offsets[segment] > 0 else { return nil }
    guard isJustified(segment: segment, rows: rows) else {
      throw error(
        "has \(counts[segment]) bytes, too few for \(segmentWidth)×\(rows) pixels of \(samplesTogether) samples",
        segment: segment)
    }
    let pixels = segmentWidth * rows * samplesTogether * (isComplex ? 2 : 1)
    switch compression {
    case 7: return try jpeg(segment: segment, rows: rows)
    case 33003, 33005, 34712: return try picture(.jpeg2000, segment: segment, rows: rows)
    case 50001: return try picture(.webp, segment: segment, rows: rows)
    default: break
    }
    let raw = try RawBytes(count: rowBytes * rows, for: file.name)
    try unpack(segment: segment, into: raw.mutable)
    defer { withExtendedLifetime(raw) {} }
    guard let base = raw.mutable.baseAddress else { return nil }
    let isWhole = [8, 16, 32, 64, 128].contains(bits) && !(bits == 16 && sampleFormat == 3)
    if isWhole {
      let width = elementBytes
      let elements = segmentWidth * samplesTogether * (isComplex ? 2 : 1)
      let isSwapped = file.isBigEndian != isHostBigEndian && predictor != 3
      if isSwapped, width > 1 {
        FileVoxels.native(from: base, type: type, isSwapped: true, count: pixels, into: base)
      }
      try undoPredictor(base, rows: rows, elements: elements, width: width, segment: segment)
      return raw
    }
    guard predictor == 1 || bits == 16 else {
      throw error("has a predictor, which samples of \(bits) bits can't have", segment: segment)
    }
    let result = try RawBytes(count: pixels * elementBytes, for: file.name)
    if bits == 16 {
      let swapped = file.isBigEndian != isHostBigEndian && predictor != 3
      if swapped {
        FileVoxels.native(from: base, type: .uint16, isSwapped: true, count: pixels, into: base)
      }
      try undoPredictor(
        base, rows: rows, elements: segmentWidth * samplesTogether, width: 2, segment: segment)
      guard let to = result.mutable.baseAddress?.assumingMemoryBound(to: Float.self) else { return nil }
      let from = base.assumingMemoryBound(to: UInt16.self)
      for index in 0..<pixels { to[index] = Float(halfBits: from[index]) }
    } else {
      widen(raw.bytes, rows: rows, into: result.mutable)
    }
    return result
  }

  private func undoPredictor(
    _ base: UnsafeMutableRawPointer, rows: Int, elements: Int, width: Int, segment: Int
  ) throws(ImageError) {
    switch predictor {
    case 2:
      for row in 0..<rows {
        TIFFPredictor.addUp(base + row * rowBytes, elements: elements, stride: samplesTogether, width: width)
      }
    case 3:
      guard sampleFormat == 3 else { throw error("has the predictor of real numbers", segment: segment) }
      let scratch = try RawBytes(count: rowBytes, for: file.name)
      guard let memory = scratch.mutable.baseAddress else { return }
      for row in 0..<rows {
        TIFFPredictor.addUpFloats(
          base + row * rowBytes, elements: elements, stride: samplesTogether, width: width, scratch: memory)
      }
      withExtendedLifetime(scratch) {}
    case 1: break
    default: throw error("has the predictor \(predictor), which is not known", segment: segment)
    }
  }

  /// Samples of any number of bits, rows beginning at whole bytes.
  private func widen(_ bytes: UnsafeRawBufferPointer, rows: Int, into target: UnsafeMutableRawBufferPointer) {
    let (perRow, width) = (segmentWidth * samplesTogether, elementBytes)
    guard let out = target.baseAddress else { return }
    for row in 0..<rows {
      var (at, held, left) = (row * rowBytes, UInt64(0), 0)
      for element in 0..<perRow {
        while left < bits {
          held = held << 8 | UInt64(bytes[at])
          at += 1
          left += 8
        }
        left -= bits
        let value = held >> UInt64(left) & (1 << UInt64(bits) - 1)
        let index = row * perRow + element
        switch width {
        case 1: out.storeBytes(of: UInt8(truncatingIfNeeded: value), toByteOffset: index, as: UInt8.self)
        case 2:
          out.storeBytes(of: UInt16(truncatingIfNeeded: value), toByteOffset: index * 2, as: UInt16.self)
        default:
          out.storeBytes(of: UInt32(truncatingIfNeeded: value), toByteOffset: index * 4, as: UInt32.self)
        }
      }
    }
  }

  /// The segment's bytes in the file.
  func packed(segment: Int) throws(ImageError) -> [UInt8] {
    do {
      return try file.bytes.bytes(at: offsets[segment], count: counts[segment])
    } catch {
      throw self.error(
        "has \(counts[segment]) bytes, but the file has only \(file.bytes.count)", segment: segment)
    }
  }

  private func unpack(
    segment: Int, into target: UnsafeMutableRawBufferPointer
  ) throws(ImageError) {
    if compression == 1, !isReversed {
      guard counts[segment] >= target.count, offsets[segment] <= file.bytes.count - target.count else {
        throw error("has \(counts[segment]) bytes, expected \(target.count)", segment: segment)
      }
      return try file.bytes.read(at: offsets[segment], into: target)
    }
    var bytes = try packed(segment: segment)
    if isReversed { for index in bytes.indices { bytes[index] = bytes[index].reversedBits } }
    if TIFFCompression.isWrapped(compression) {
      let rows = target.count / rowBytes
      let wrapped = TIFFCompression.wrapped(bytes, compression, rowBytes: rowBytes, rows: rows)
      return try wrapped.withBytes { content throws(ImageError) in
        let decoder = try RasterDecoder(file.bytes.source, format: .tiff, content: content)
        guard Int(decoder.info.width) == rowBytes, Int(decoder.info.height) == rows,
          decoder.info.bands == 1
        else { throw error("can't be decompressed", segment: segment) }
        try decoder.read(
          rows: 0..<rows, into: UnsafeMutableRawBufferPointer(rebasing: target[..<(rowBytes * rows)]))
      }
    }
    let count = bytes.withUnsafeBytes { packed -> Int? in
      guard compression == 1 else { return TIFFCompression.unpack(packed, compression, into: target) }
      let count = min(packed.count, target.count)
      target.copyMemory(from: UnsafeRawBufferPointer(rebasing: packed[..<count]))
      return count
    }
    guard let count else { throw error("can't be decompressed", segment: segment) }
    guard count >= target.count else {
      throw error("decompresses to \(count) bytes, expected \(target.count)", segment: segment)
    }
  }

  private func jpeg(segment: Int, rows: Int) throws(ImageError) -> RawBytes {
    var stream = try JPEGStream(packed(segment: segment), tables: try directory.raw(347))
    guard let frame = stream.frame, frame.precision == 8, frame.isDecodable else {
      throw error("is a JPEG of a kind that is not decoded (\(stream.description))", segment: segment)
    }
    guard frame.width >= segmentWidth || !isTiled, frame.width >= min(segmentWidth, width),
      frame.height >= rows, frame.components == samplesTogether,
      frame.width <= segmentWidth + 64, frame.height <= segmentHeight + 64
    else {
      throw error(
        "is a JPEG of \(stream.description), expected \(segmentWidth)×\(rows) pixels", segment: segment)
    }
    // The page, not the stream, knows what the samples are.
    stream.tellColors(isYCbCr: photometric == 6)
    return try picture(.jpeg, stream.bytes, segment: segment, rows: rows)
  }

  private func picture(
    _ format: Raster.Format, segment: Int, rows: Int
  ) throws(ImageError) -> RawBytes {
    try picture(format, packed(segment: segment), segment: segment, rows: rows)
  }

  /// A segment that is a picture of its own.
  private func picture(
    _ format: Raster.Format, _ content: [UInt8], segment: Int, rows: Int
  ) throws(ImageError) -> RawBytes {
    if let claim = try RasterClaim(content, format, at: file.name) {
      guard claim.width <= segmentWidth + 64, claim.height <= segmentHeight + 64 else {
        throw error("claims to be a picture of \(claim.width)×\(claim.height) pixels", segment: segment)
      }
    }
    return try content.withBytes { bytes throws(ImageError) in
      let decoder = try RasterDecoder(file.bytes.source, format: format, content: bytes)
      let (info, wanted) = (decoder.info, samplesTogether)
      guard VoxelType.ofRaster(info.type)?.byteCount == elementBytes, Int(info.bands) >= wanted,
        Int(info.width) >= min(segmentWidth, width), Int(info.height) >= rows
      else {
        throw error(
          "holds \(info.width)×\(info.height) pixels of \(info.bands) samples, expected "
            + "\(segmentWidth)×\(rows) of \(wanted)", segment: segment)
      }
      let bands = Int(info.bands)
      let columns = min(segmentWidth, Int(info.width))
      let lineBytes = Int(info.width) * bands * elementBytes
      let raw = try RawBytes(count: lineBytes * rows, for: file.name)
      defer { withExtendedLifetime(raw) {} }
      try decoder.read(
        rows: 0..<rows, into: UnsafeMutableRawBufferPointer(rebasing: raw.mutable[..<raw.count]))
      if compression == 33003, photometric == 6 || photometric == 2, bands == 3, elementBytes == 1 {
        YCbCr.toRGB(raw.mutable, pixels: Int(info.width) * rows)
      }
      guard columns != Int(info.width) || bands != wanted || columns != segmentWidth else { return raw }
      let result = try RawBytes(count: segmentWidth * rows * wanted * elementBytes, for: file.name)
      guard let from = raw.mutable.baseAddress, let to = result.mutable.baseAddress else { return raw }
      for row in 0..<rows {
        for column in 0..<columns {
          (to + (row * segmentWidth + column) * wanted * elementBytes).copyMemory(
            from: from + row * lineBytes + column * bands * elementBytes, byteCount: wanted * elementBytes)
        }
      }
      return result
    }
  }
}

enum YCbCr {
  /// Source: JFIF 1.02.
  static func toRGB(_ bytes: UnsafeMutableRawBufferPointer, pixels: Int) {
    for pixel in 0..<pixels {
      let at = 3 * pixel
      let (y, cb, cr) = (Float(bytes[at]), Float(bytes[at + 1]) - 128, Float(bytes[at + 2]) - 128)
      bytes[at] = UInt8(nearest: Double(y + 1.402 * cr))
      bytes[at + 1] = UInt8(nearest: Double(y - 0.344136 * cb - 0.714136 * cr))
      bytes[at + 2] = UInt8(nearest: Double(y + 1.772 * cb))
    }
  }
}

extension UInt8 {
  var reversedBits: UInt8 {
    var value = self
    value = (value & 0xF0) >> 4 | (value & 0x0F) << 4
    value = (value & 0xCC) >> 2 | (value & 0x33) << 2
    return (value & 0xAA) >> 1 | (value & 0x55) << 1
  }
}

extension Float {
  /// From IEEE 754 half precision. (`Float16` is not there on every machine.)
  init(halfBits bits: UInt16) {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let (exponent, fraction) = (Int(bits >> 10 & 31), Float(bits & 1023))
    switch exponent {
    case 0: self = sign * fraction * 0x1p-24
    case 31: self = fraction == 0 ? sign * .infinity : .nan
    default:
      self = sign * (1 + fraction * 0x1p-10) * Float(sign: .plus, exponent: exponent - 15, significand: 1)
    }
  }
}
